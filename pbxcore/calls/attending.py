"""The PBX's own services at a leg: runs a script, one step after the other."""

from __future__ import annotations

import logging
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, assert_never

from pbxcore.apps.sounds import sources
from pbxcore.apps.steps import (
    Connect,
    Decide,
    Echo,
    Gather,
    HangUp,
    Join,
    Leave,
    Listen,
    Record,
    Recorded,
    Say,
    Speak,
    TakeFax,
    Tell,
    Wait,
)
from pbxcore.calls.detecting_fax import will_take_packets
from pbxcore.calls.hanging_up import let_go
from pbxcore.calls.party import Farewell
from pbxcore.calls.taking_fax import TakingFax
from pbxcore.media.commands import (
    Disconnect,
    JoinRoom,
    StartRecording,
    StopPlaying,
    StopRecording,
)
from pbxcore.prompts.catalogue import language_for
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.steps import Script, Step
    from pbxcore.calls.leg import Leg
    from pbxcore.media.commands import FaxEnded, Played, RecordingEnded
    from pbxcore.sip.transactions.deadlines import Planned

log = logging.getLogger(__name__)

_FLASH = "!"
_AGAIN_S = 1.0
"""Endless music that could not be played, as while no media worker is there, is tried again."""


class Attending:
    """One script for one leg.

    Every step ends once: its outcome is sent to the script, and the next step begins. What comes
    late of a step that is over is not heard.

    Args:
        leg: whom it talks to.
        script: what it says.
        language: what it speaks.
    """

    def __init__(self, leg: Leg, script: Script, language: str) -> None:
        self._leg, self._script = leg, script
        self._language = language_for(language)
        self._step: Step | None = None
        self._turn = 0
        self._outcomes: deque[Any] = deque()
        self._running = self._closed = self._in_room = False
        self._typed: deque[str] = deque()
        self._keys = ""
        self._recording = ""
        self._music: Say | None = None
        """What is endless and plays, also while something else is said over it."""
        self._said_over = ""
        self._then: Callable[[], object] = _nothing
        self._step_over = False
        self._fax: TakingFax | None = None
        self.deadline: float | None = None
        self.planned: Planned | None = None
        self.begun = False

    @property
    def leg(self) -> Leg:
        """Whom it talks to now."""
        return self._leg

    def begin(self) -> None:
        """The leg is answered: say the first thing."""
        if not self.begun:
            self.begun = True
            self._over(None)

    def serve(self, leg: Leg) -> None:
        """Go on with another leg, which is handed over: the step under way begins anew."""
        step = self._step
        self._quiet()
        self._leg.attending, leg.attending = None, self
        leg.enter(self._leg.room)
        self._leg = leg
        self._turn += 1
        if step is not None:
            self._begin(step)

    def close(self) -> None:
        """The caller hung up, or is somewhere else."""
        if self._closed:
            return
        self._closed = True
        self._leg.enter("")
        self._stop_waiting()
        self._quiet()
        try:
            self._script.close()
        except Exception:
            log.exception("script failed at its end", extra={"leg": self._leg.id})

    def leave(self) -> None:
        """Somebody else ends the `Join` or the endless `Say` under way: the script goes on."""
        match self._step:
            case Join():
                self._over("")
            case Say(times=0):
                self._over("")

    def after_step(self, then: Callable[[], object]) -> None:
        """Do this once the step under way, or the first, is over, if the caller is here then."""
        self._then = then

    @property
    def may_take_packets(self) -> bool:
        """Whether a machine may send by datagrams now: one is expected, or listened for."""
        if isinstance(self._step, TakeFax):
            return self._fax is not None and self._fax.takes_packets
        return isinstance(self._step, Listen) and will_take_packets(self._leg)

    def heard_fax(self) -> bool:
        """A fax machine calls; whether that is what was waited for."""
        match self._step:
            case Listen():
                self._stop_listening()
                self._over(True)
            case TakeFax() if self._fax is not None:
                self._fax.heard_machine()
            case _:
                return False
        return True

    def session_changed(self) -> None:
        """The leg's session is another now: a fax may go on by datagrams."""
        if isinstance(self._step, TakeFax) and self._fax is not None:
            self._fax.follow()

    def pressed(self, key: str) -> None:
        """The caller pressed a key."""
        if key == _FLASH or self._closed:
            return
        match self._step:
            case Say(barge=True):
                self._hush()
                self._over(key)
            case Gather():
                self._gather(self._step, key)
            case Record(until=until):
                if key in until and not self._keys:
                    self._keys = key
                    self._ask(StopRecording(self._recording))
            case Echo():
                self._leg.session.part()
                self._over(key)
            case Join():
                self._over(key)
            case Connect():
                pass  # it is nobody's yet
            case _:
                self._typed.append(key)

    def tick(self, now: float) -> None:
        """Let time pass."""
        self.deadline = None
        match self._step:
            case Gather():
                self._over(self._keys)
            case Wait():
                self._over(None)
            case Say():
                self._say(self._step)
            case Listen():
                self._stop_listening()
                self._over(False)

    # Inside

    def _over(self, outcome: Any) -> None:
        """The step under way is over; the next begins, unless one is just beginning."""
        self._step_over |= self._step is not None
        self._step = None
        self._turn += 1
        self._stop_waiting()
        self._leg.call.context.waiting.stop(self._leg)
        self._outcomes.append(outcome)
        if self._running:
            return
        self._running = True
        try:
            while self._outcomes and not self._closed:
                self._go_on(self._outcomes.popleft())
        finally:
            self._running = False
        if not self._step_over:  # the first step is only beginning
            return
        self._step_over = False
        then, self._then = self._then, _nothing
        if not self._closed:
            then()

    def _go_on(self, outcome: Any) -> None:
        try:
            step = self._script.send(outcome)
        except StopIteration:
            self._hang_up(HangUp())
        except Exception:  # a script's mistake costs its own call, and no other
            log.exception("script failed", extra={"leg": self._leg.id})
            self._hang_up(HangUp("failed", causes.cause_of(500)))
        else:
            self._step = step
            self._begin(step)

    def _begin(self, step: Step) -> None:
        if self._music is not None and not (
            step == self._music or isinstance(step, Gather) or (isinstance(step, Say) and step.over)
        ):
            self._stop_music()
        match step:
            case Say():
                self._say(step)
            case Listen() | Gather() | Record() | TakeFax():
                self._take(step)
            case Join():
                self._join(step)
            case Echo():
                self._leg.session.echo()
            case Connect():
                self._leg.call.hand_on(self._leg, step, partial(self._not_reached, self._turn))
            case Wait():
                self._wait(step.seconds)
            case HangUp() | Decide():
                self._end(step)
            case _:
                self._do(step)
                self._over(None)

    def _take(self, step: Listen | Gather | Record | TakeFax) -> None:
        """What waits for something of the caller's."""
        match step:
            case Listen():
                self._listen(step)
            case Gather():
                self._keys = ""
                self._typed.extendleft(reversed(step.typed))
                self._gather(step)
            case Record():
                self._record(step)
            case TakeFax():
                self._take_fax(step)

    def _do(self, step: Leave | Speak | Tell) -> None:
        """What takes no time."""
        match step:
            case Leave():
                self._leave()
            case Speak(language):
                self._language = language_for(language)
            case Tell(fact):
                self._leg.call.context.record(fact)
            case _:
                assert_never(step)

    def _say(self, step: Say) -> None:
        if step.barge and self._typed:
            self._over(self._typed.popleft())
            return
        context, stream = self._leg.call.context, self._leg.session.sound
        found = sources(step.sounds, context.prompts, self._language)
        if not found or not stream:
            self._unsaid(step)
            return
        played = partial(self._played, self._turn)
        if step.times == 0:
            if step != self._music:
                self._music = step
                context.anchor.play(stream, found, partial(self._music_ended, step), times=0)
        elif step.over and self._music is not None:
            self._said_over = context.anchor.play(stream, found, played, over=True)
        else:
            context.anchor.play(stream, found, played, times=step.times)

    def _hush(self) -> None:
        """What is being said is not to be heard to its end; what is endless goes on."""
        stream = self._leg.session.sound
        if self._said_over:
            self._ask(StopPlaying(stream, self._said_over))
            self._said_over = ""
        elif self._step != self._music:
            self._ask(StopPlaying(stream))

    def _stop_music(self) -> None:
        self._music = None
        self._ask(StopPlaying(self._leg.session.sound))

    def _music_ended(self, music: Say, played: Played) -> None:
        """What is endless could not be played, or no more."""
        if self._music is music:
            self._music = None
            if self._step == music:
                self._played(self._turn, played)

    def _unsaid(self, step: Say) -> None:
        """What is to be heard without end is tried again in a while; what has an end is over."""
        if step.times == 0:
            self._wait(_AGAIN_S)
        else:
            self._over("")

    def _listen(self, step: Listen) -> None:
        context, session = self._leg.call.context, self._leg.session
        session.listen_for_fax(wanted=True)
        found = sources(step.sounds, context.prompts, self._language)
        if found and session.sound:
            context.anchor.play(session.sound, found, lambda played: None)
        else:
            context.waiting.ringing(self._leg)
        self._wait(step.within_s)

    def _stop_listening(self) -> None:
        session = self._leg.session
        session.listen_for_fax(wanted=False)
        self._leg.call.context.waiting.stop(self._leg)
        self._ask(StopPlaying(session.sound))

    def _played(self, turn: int, played: Played) -> None:
        if turn == self._turn:
            self._said_over = ""
            if played.problem:
                log.info("not played", extra={"leg": self._leg.id, "why": played.problem})
                if isinstance(self._step, Say):
                    self._unsaid(self._step)
                    return
            self._over("")

    def _gather(self, step: Gather, key: str = "") -> None:
        """Take what was typed ahead and a key; wait for more, unless these will do."""
        if key:
            self._typed.append(key)
        while self._typed and len(self._keys) < step.most:
            typed = self._typed.popleft()
            if typed in step.end:
                self._over(self._keys)
                return
            self._keys += typed
        if len(self._keys) >= step.most:
            self._over(self._keys)
        else:
            self._wait(step.between_s if self._keys else step.first_s)

    def _record(self, step: Record) -> None:
        anchor, stream = self._leg.call.context.anchor, self._leg.session.sound
        self._keys = ""
        if not stream:
            self._over(Recorded(0.0, problem="no stream"))
            return
        wanted = StartRecording("", (), step.path, limit_s=step.limit_s, silence_s=step.silence_s)
        ended = partial(self._recorded, self._turn)
        self._recording = anchor.record((stream,), wanted, ended)

    def _recorded(self, turn: int, ended: RecordingEnded) -> None:
        if turn == self._turn:
            self._over(Recorded(ended.seconds, self._keys, ended.problem))

    def _take_fax(self, step: TakeFax) -> None:
        self._fax = TakingFax(self._leg, step, partial(self._took_fax, self._turn))
        self._fax.begin()

    def _took_fax(self, turn: int, ended: FaxEnded) -> None:
        if turn == self._turn:
            self._over(ended.problem)

    def _join(self, step: Join) -> None:
        stream = self._leg.session.sound
        room = JoinRoom(
            step.room,
            stream,
            step.muted,
            step.deaf,
            step.hears,
            step.speaks,
            step.hears_db,
            step.speaks_db,
        )
        self._ask(room)
        self._in_room = True
        if step.recorded:
            self._leg.call.context.room_recordings.joined(step.room, self._leg, step.room)
        if self._typed:
            self._over(self._typed.popleft())
        elif step.waits:
            self._leg.call.context.waiting.music(self._leg, step.music)

    def _not_reached(self, turn: int, status: int) -> None:
        if turn == self._turn:
            self._over(status)

    def _end(self, step: HangUp | Decide) -> None:
        if isinstance(step, Decide):
            self._leg.decided(taken=step.taken)
        else:
            self._hang_up(step)

    def _hang_up(self, step: HangUp) -> None:
        let_go(self._leg, Farewell("pbx", 0, step.cause, step.reason))

    def _wait(self, seconds: float) -> None:
        context = self._leg.call.context
        self.deadline = context.now() + seconds
        context.agent.core.layer.watch(self)

    def _stop_waiting(self) -> None:
        self.deadline = None
        self._leg.call.context.agent.core.layer.unwatch(self)

    def _quiet(self) -> None:
        """What a step has begun is over: the leg hears whoever comes next."""
        session = self._leg.session
        if self._music is not None:
            self._stop_music()
        match self._step:
            case Say():
                self._hush()
            case Record():
                self._ask(StopRecording(self._recording))
            case TakeFax() if self._fax is not None:
                self._fax.stop()
            case Echo():
                session.part()
            case Listen():
                self._stop_listening()
            case Join():
                self._leg.call.context.waiting.stop(self._leg)
        self._leave()

    def _leave(self) -> None:
        if self._in_room:
            self._in_room = False
            self._ask(Disconnect(self._leg.session.sound))

    def _ask(self, request: StopPlaying | StopRecording | Disconnect | JoinRoom) -> None:
        self._leg.call.context.anchor.ask(request)


def _nothing() -> None:
    """Nobody waits for the end of a step."""
