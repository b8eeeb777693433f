"""One caller in a queue: his stay there, the search for an agent, and the talk that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.queue_stay import Onward, QueueStay, hold_time, leads_to_mailbox
from pbxcore.apps.queue_survey import survey
from pbxcore.apps.sounds import Prompt, sources
from pbxcore.calls.offering import spoken_with_us
from pbxcore.calls.party import refused as turned_away
from pbxcore.calls.queueing.search import QueueSearch
from pbxcore.calls.serving import talk_to
from pbxcore.calls.visiting import visit_of
from pbxcore.dialplan.call_queue import NOTICE
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.media.commands import File
from pbxcore.prompts.catalogue import language_for
from pbxcore.queues.facts import ExitStatus
from pbxcore.queues.inputs import AskCallback, Bridged, CallerLeft, PressKey, Remove, Welcomed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.called_leg import CalledLeg
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.setting_up import SettingUp
    from pbxcore.dialplan.call_queue import CallQueue
    from pbxcore.queues.inputs import Input
    from pbxcore.queues.outputs import Said


class Stay:
    """From the entry until the talk begins, or the caller goes elsewhere.

    Args:
        key: what the queues call the caller.
        queue: where he waits.
        found: the search that came here.
        tell: tells the queues.
        moved: told the leg that waited and the one that has its place now.

    Attributes:
        search: rings agents.
        answered: the offer whose agent is brought to him.
        admitted: he waits, and was not turned away.
    """

    def __init__(
        self,
        key: str,
        queue: CallQueue,
        found: SettingUp,
        tell: Callable[[Input], None],
        moved: Callable[[Leg, Leg], None],
    ) -> None:
        self.key, self.queue = key, queue
        self.admitted = False
        self.answered = 0
        self._found, self._tell = found, tell
        self._context = found.context
        self._number = found.shown
        self.search = QueueSearch(
            found, queue, key, tell=tell, elsewhere=self._elsewhere, moved=moved
        )
        settings = queue.settings
        self._onward = Onward(
            settings.name or settings.number,
            found.caller.name or found.shown,
            queue.permission or found.level,
            queue.mailbox_prompt,
            settings.number,
        )
        self._stay = QueueStay(
            (File(queue.welcome),) if queue.welcome else (),
            self._onward,
            self._context.waiting.sounds(queue.music),
            self._number,
            welcomed=lambda: tell(Welcomed(key)),
            pressed=lambda pressed: tell(PressKey(key, pressed)),
            asked=lambda number: tell(AskCallback(key, number)),
            gone=self._gone,
        )

    @property
    def front(self) -> Leg:
        """Who waits."""
        return self.search.front

    def admit(self) -> None:
        """Answer, and let him wait."""
        found, front = self._found, self._found.front
        self.admitted = True
        found.taken()
        front.call.setting_up = self.search
        visit = visit_of(front.call, front, self.queue.settings.number, found.forwardings)
        talk_to(front, self._stay.script(), "queue", visit, spoken_with_us(found.lines))

    def turn_away(self, place: Place, status: ExitStatus) -> None:
        """He may not enter: send him where such callers go."""
        found, front = self._found, self._found.front
        self._stay.leave(place, status)
        if place == HANG_UP:
            found.fail(turned_away(486 if status is ExitStatus.FULL else 480, "pbx"))
        elif place == NOTICE or leads_to_mailbox(place):
            found.taken()
            visit = visit_of(front.call, front, self.queue.settings.number, found.forwardings)
            script = self._onward.script(place, status)
            talk_to(front, script, "queue", visit, spoken_with_us(found.lines))
        else:
            if place.kind == "external":
                found.level = self.queue.permission or found.level
                found.owner = self.queue.settings.number
            found.go_to_place(place, "queue")

    def say(self, parts: tuple[Said, ...]) -> None:
        """Announce this over the music."""
        self._stay.tell(parts)
        self._wake()

    def leave(self, place: Place, status: ExitStatus) -> None:
        """He goes elsewhere."""
        self._stay.leave(place, status)
        self.search.over()
        self._wake()

    def connect(self, offer: int, leg: CalledLeg, waited_s: float) -> None:
        """Bring the agent who answered to him, once he has heard the welcome.

        The agent may hear first how long that took.
        """
        self.answered = offer
        context = self._context
        words = context.directory.extension(leg.number)
        language = language_for((words and words.language) or context.directory.settings.language)
        said = hold_time(waited_s) if self.queue.tells_hold_time else ()
        if self._stay.welcoming:
            said = said or (Prompt("one-moment"),)
        sounds = sources(said, context.prompts, language)
        stream = leg.session.sound
        if sounds and stream:
            context.anchor.play(stream, sounds, lambda played: self._bring(leg))
        else:
            self._bring(leg)

    def _bring(self, leg: CalledLeg) -> None:
        attending = self.front.attending
        if self._stay.welcoming and attending is not None:
            self._context.waiting.music(leg, self.queue.music)
            attending.after_step(lambda: self._join(leg))
        else:
            self._join(leg)

    def _join(self, leg: CalledLeg) -> None:
        front = self.front
        if leg.over or front.over or self._stay.is_over:
            return
        self._context.waiting.stop(leg)
        self._stay.served = True
        self.search.joined(self.answered)
        self.search.over()
        front.call.leave_service(front)
        if self.queue.survey:
            queue = self.queue.settings.number
            leg.afterwards = survey(front.call.id, self.key, queue, leg.number)
        front.call.connect(front, leg)
        self._tell(Bridged(self.key, leg.id))

    def _elsewhere(self, number: str | None) -> None:
        """Somebody else has him, or has sent him on."""
        self._tell(Remove(self.key, "picked_up" if number is None else "redirected"))
        if number is None:
            self._stay.served = True
            return
        place = self._context.directory.own(number) or Place("external", number)
        self.leave(place, ExitStatus.WITHDRAWN)

    def _gone(self) -> None:
        if not self._stay.is_over:
            self._stay.served = True
            self._tell(CallerLeft(self.key))

    def _wake(self) -> None:
        if self.front.attending is not None:
            self.front.attending.leave()
