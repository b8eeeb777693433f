"""Paging and intercom: phones that answer by themselves, and all hear who calls.

Everybody is in a room of the media worker's, in which the members of a page are muted and those of
an intercom are not; those of a private one hear who calls alone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.calls.dialling import Dialling
from pbxcore.calls.multicast import MulticastStream
from pbxcore.calls.party import Farewell, refused
from pbxcore.journal import LegAnswered, LegCalled
from pbxcore.media.commands import File, JoinRoom, Play, Tone
from pbxcore.presence.reach import phones
from pbxcore.sip import causes
from pbxcore.sip.dialogs.dialog import MAX_FORWARDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.call import Call
    from pbxcore.calls.called_leg import CalledLeg
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Line
    from pbxcore.dialplan.plan import PagingGroup
    from pbxcore.directory import Extension
    from pbxcore.media.commands import Played
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.transactions.deadlines import Planned

RINGS_S: Final = 20.0
"""A phone that does not answer by itself rings so long."""
_BEGINS: Final = Tone((((880.0,), 0.2),))
_OVER: Final = Farewell("pbx", 0, causes.NORMAL, "page_over")
_NOT_ANSWERED: Final = Farewell("pbx", 480, causes.NO_ANSWER, "no_answer")


def _paged(context: CallContext, extension: Extension) -> list[Extension]:
    """An extension's own phones, and those at the places of its line if all hear pages."""
    shared = extension.shared
    numbers = context.directory.numbers_of(extension.number) if shared and shared.pages_all else ()
    return [extension, *filter(None, map(context.directory.extension, numbers[1:]))]


def answer_at_once(host: bytes) -> tuple[bytes, ...]:
    """The lines by which one or the other phone knows that it is to answer by itself."""
    return (
        b"Alert-Info: <http://%b>;info=alert-autoanswer;delay=0" % host,
        b"Call-Info: <sip:%b>;answer-after=0" % host,
        b"Answer-Mode: Auto",  # RFC 5373
    )


class Paging:
    """One page.

    Args:
        call: whose legs these are.
        front: who speaks.
        group: to whom.
        lines: what everybody can be talked to in.

    Attributes:
        reached: the phones that are to be called.
    """

    planned: Planned | None = None

    def __init__(self, call: Call, front: Leg, group: PagingGroup, lines: Sequence[Line]) -> None:
        self.front, self.group, self.lines = front, group, lines
        self._call = call
        self._context = call.context
        self._ringing: list[CalledLeg] = []
        self._members: list[Leg] = []
        self._room = f"page-{call.id}"
        self._rings_until: float | None = None
        self._talks_at: float | None = None
        """When who speaks is heard; None: he is, or nobody has answered yet."""
        self._is_heard = False
        self._ends_at: float | None = None
        self._loudspeakers: MulticastStream | None = None
        self.deadline: float | None = None
        self.reached = [
            (place, flows)
            for extension in map(self._context.directory.extension, group.members)
            if extension is not None and self._is_free(extension)
            for place in _paged(self._context, extension)
            for flows in phones(self._context.bindings(place.number))
        ]

    def start(self) -> None:
        """Answer the front, unless it is, and begin."""
        call, front = self._call, self.front
        call.serve(front, "page", self.group.number)
        call.paging = self
        self._context.parking.free(front)
        if front.answered:
            self.begin()
        else:
            call.accept(front, self.lines)

    def begin(self) -> None:
        """The front is answered: call everybody."""
        now = self._context.now()
        self._rings_until = now + RINGS_S
        self._ends_at = now + self.group.longest_s if self.group.longest_s else None
        self._wait()
        self._join(self.front, muted=self.group.delay_s > 0)
        if self.group.recorded:
            number = self.group.number
            self._context.room_recordings.joined(self._room, self.front, number)
        if self.group.multicast:
            self._send_to_group()
        reached, self.reached = self.reached, []
        self._ringing = [self._phone(*each) for each in reached]
        for leg in list(self._ringing):
            leg.session.open(self.lines, partial(self._anchored, leg))

    def answered(self, leg: Leg) -> None:
        """The front answered, or a phone, which hears it while its others ring no more."""
        if leg is self.front:
            self.begin()
            return
        self._ringing = [each for each in self._ringing if each is not leg]
        is_first = not self._members
        self._members.append(leg)  # before others ring no more: somebody hears the page
        for each in [each for each in self._ringing if each.number == leg.number]:
            self._drop(each, _NOT_ANSWERED)
        self._context.record(LegAnswered(self._call.id, leg.id))
        self._context.lines.moved(leg)
        if is_first:
            self._somebody_hears()
        self._join(leg, muted=not self.group.two_way)
        if prompt := self._prompt():
            told = partial(self._told, leg)
            self._context.anchor.play(leg.session.sound, prompt, told)
        elif self.group.announces:
            self._end(leg)

    def gone(self, leg: Leg) -> None:
        """A phone will not answer, or has hung up."""
        self._ringing = [each for each in self._ringing if each is not leg]
        self._members = [each for each in self._members if each is not leg]
        self._check()

    def close(self) -> None:
        """It is over."""
        self.deadline = None
        if self._loudspeakers is not None:
            self._loudspeakers.close()
        self._context.agent.core.layer.unwatch(self)

    def tick(self, now: float) -> None:
        """Let who speaks be heard; wait no longer for others; end what lasts as long as it may."""
        if self._ends_at is not None and now >= self._ends_at:
            self.deadline = None
            self._call.hang_up(_OVER)
            return
        if self._talks_at is not None and now >= self._talks_at:
            self._talks_at = None
            self._let_talk()
        if self._rings_until is not None and now >= self._rings_until:
            self._rings_until = None
            for each in list(self._ringing):
                self._drop(each, _NOT_ANSWERED)
        if self.front.over:
            self.deadline = None
        else:
            self._wait()

    def _wait(self) -> None:
        """Look again when there is something to do."""
        times = (self._rings_until, self._talks_at, self._ends_at)
        self.deadline = min((each for each in times if each is not None), default=None)
        if self.deadline is not None:
            self._context.agent.core.layer.watch(self)

    def _somebody_hears(self) -> None:
        """Phones may still need a moment until what they play is heard."""
        if self._is_heard or self._talks_at is not None:
            return
        if self.group.delay_s:
            self._talks_at = self._context.now() + self.group.delay_s
            self._wait()
        else:
            self._let_talk()

    def _let_talk(self) -> None:
        """Who speaks hears a tone, and is heard at the latest from then on."""
        self._is_heard = True
        sound = self.front.session.sound
        self._context.anchor.ask(Play(sound, self._room, (_BEGINS,)))
        if self.group.delay_s:
            self._join(self.front, muted=False)

    def _prompt(self) -> tuple[File | Tone, ...]:
        """What a member hears first."""
        path = self._context.directory.plan.prompts.get(self.group.prompt, "")
        if not path:
            return ()
        pause = (Tone((((), float(self.group.delay_s)),)),) if self.group.delay_s else ()
        return (*pause, File(path))

    def _told(self, leg: Leg, _played: Played) -> None:
        """A member has heard the prompt: now it hears who speaks, if there is more to hear."""
        if self.group.announces and not leg.over:
            self._end(leg)

    def _end(self, leg: Leg) -> None:
        self._call.end(leg, _OVER)
        self.gone(leg)

    def _is_free(self, extension: Extension) -> bool:
        context, number = self._context, extension.number
        if number == self.front.number or context.handling.undisturbed(number):
            return False
        if self.group.skips_busy:
            return not context.lines.calls_of(number)
        return not context.lines.is_busy(extension, self.front.number)

    def _phone(self, extension: Extension, flows: Sequence[StoredBinding]) -> CalledLeg:
        context, call = self._context, self._call
        caller = self.front.identity
        if self.group.replaces_name:
            caller = msgspec.structs.replace(caller, display_name=self.group.name.encode())
        dialling = Dialling(caller, extension, MAX_FORWARDS, answer_at_once(context.domain))
        leg = context.phone(call, dialling, flows)
        call.add(leg)
        context.record(
            LegCalled(
                call.id,
                leg.id,
                leg.number,
                "page",
                target=flows[0].contact,
                owner=self.group.number,
            )
        )
        return leg

    def _anchored(self, leg: CalledLeg, problem: str) -> None:
        if leg.over:
            return
        if problem:
            self._drop(leg, Farewell("pbx", 503, causes.cause_of(503), problem))
        else:
            leg.invite(self.lines)

    def _drop(self, leg: CalledLeg, farewell: Farewell) -> None:
        self._call.finish(leg, farewell)
        leg.hang_up()
        self.gone(leg)

    def _check(self) -> None:
        """A page that nobody hears is over."""
        heard = self._ringing or self._members or self._loudspeakers
        if not heard and not self.front.over:
            self._call.end(self.front, refused(480, "pbx"))

    def _send_to_group(self) -> None:
        """Let loudspeakers hear what is said, after the prompt."""
        anchor, group = self._context.anchor, self.group

        def ready(stream: str) -> None:
            anchor.ask(JoinRoom(self._room, stream, muted=True))
            if prompt := self._prompt():
                anchor.play(stream, prompt, lambda played: None)
            self._somebody_hears()

        def lost(_why: str) -> None:
            self._loudspeakers = None
            self._check()

        self._loudspeakers = MulticastStream(
            anchor, group.multicast, group.multicast_port, ready, lost
        )

    def _join(self, leg: Leg, *, muted: bool) -> None:
        hears = (self.front.session.sound,) if self.group.private and leg is not self.front else ()
        self._context.anchor.ask(JoinRoom(self._room, leg.session.sound, muted=muted, hears=hears))
