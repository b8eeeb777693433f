"""One call: the machine that owns its legs, and through which alone they know each other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.calls.alarming import may_be_called_back
from pbxcore.calls.asking_first import end_side, finished, goes_on
from pbxcore.calls.called_leg import CalledLeg
from pbxcore.calls.caller_leg import CallerLeg
from pbxcore.calls.connected import introduce
from pbxcore.calls.connecting import connect
from pbxcore.calls.consenting import YES
from pbxcore.calls.curfew import begin_curfew
from pbxcore.calls.detecting_fax import hand_to_machine
from pbxcore.calls.handing_over import give_up
from pbxcore.calls.keys import pass_key
from pbxcore.calls.party import Farewell, hung_up, refused
from pbxcore.calls.recording import Recording
from pbxcore.calls.renegotiating import Renegotiating
from pbxcore.calls.serving import ask_afterwards
from pbxcore.calls.sharing import inherited
from pbxcore.calls.taking_over import TakingOver
from pbxcore.calls.talk_codes import code_pressed
from pbxcore.calls.talk_room import TalkRoom, dismiss
from pbxcore.calls.telling import ended_fact, reasons, reasons_to_refuse
from pbxcore.calls.transferring import Transferring
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import CallEnded, LegAnswered, LegsJoined
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.apps.steps import Connect
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.deciding import Deciding
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Line
    from pbxcore.calls.paging import Paging
    from pbxcore.calls.party import By
    from pbxcore.calls.planning import Aim
    from pbxcore.calls.setting_up import SettingUp
    from pbxcore.dialplan.place import Place
    from pbxcore.media.commands import StreamClosed
    from pbxcore.sip.agent.listener import Ending

_DISPOSITIONS: Final = {480: "no_answer", 486: "busy", 487: "cancelled", 600: "busy"}


class Call:
    """One call, from its first sign until every leg is over.

    Args:
        context: what it stands on.
        aim: who calls, and where the call goes first.
        dialled: what was dialled.
        over: told once nothing more comes of it.
        name: its name, where somebody else has chosen it.

    Attributes:
        legs: those that are not over, by their names.
        talking: the two that hear each other.
        urgent: whether it drops others, and is dropped for none.
        setting_up: the search for somebody who answers, while there is one.
        recording: keeps what the two say.
        paging: many who hear one leg, while they do.
        room: where they talk while others hear it.
        renegotiating: carries changes of sessions from one to the other.
        transferring: hands on.
        taking_over: lets somebody have the place of a leg.
        deciding: waits for a program to take the call.
    """

    def __init__(
        self,
        context: CallContext,
        aim: Aim,
        dialled: str,
        over: Callable[[Call], None],
        name: str = "",
    ) -> None:
        self.context = context
        self.id = name or context.token()
        self.aim = aim
        self.origin = aim.origin
        self.dialled = dialled
        self.legs: dict[str, Leg] = {}
        self.talking: tuple[Leg, Leg] | None = None
        self.setting_up: SettingUp | None = None
        self.paging: Paging | None = None
        self._over = over
        self._closing = 0
        self.deciding: Deciding | None = None
        self._answered = self._talked = False
        self.urgent = aim.place is not None and aim.place.kind == "priority"
        self._outcome: Farewell | None = None
        self.renegotiating = Renegotiating(self)
        self.transferring = Transferring(self)
        self.taking_over = TakingOver(self)
        self.recording = Recording(self)
        self.room = TalkRoom(self)

    # From the outside

    def hang_up(self, farewell: Farewell, leg: str = "") -> None:
        """End it all, or one leg and whoever talks to it: `farewell` says why."""
        one = self.legs.get(leg)
        if isinstance(one, CalledLeg) and not one.answered and self.setting_up is not None:
            one.hang_up()
            self.setting_up.failed(one, msgspec.structs.replace(farewell, status=480))
            return
        self._give_up(farewell)
        for each in list(self.legs.values()):
            self.end(each, farewell)

    @property
    def is_undecided(self) -> bool:
        """Whether a program may still refuse it."""
        return self.deciding is not None and self.deciding.open

    # For its parts

    def add(self, leg: Leg) -> None:
        """Own a leg."""
        self.legs[leg.id] = leg
        leg.call = self
        self.context.lines.add(leg)

    def absorb(self, other: Call) -> None:
        """Another call goes on in this one, with all its legs."""
        for leg in list(other.legs.values()):
            del other.legs[leg.id]
            self.add(leg)
        self.setting_up, other.setting_up = other.setting_up, None
        if self.setting_up is not None:
            self.setting_up.call = self
        other.recording.parted()
        other.talking = None
        other.close(Farewell("pbx", 0, causes.NORMAL, "transferred"))

    def finish(self, leg: Leg, farewell: Farewell) -> None:
        """A leg is over; told once, with how its media were."""
        if leg.over:
            return
        leg.over = True
        if self.deciding is not None and self.deciding.open:
            self.deciding.close()
        if leg.curfew is not None:
            leg.curfew.stop()
        self.leave_service(leg)
        if self.paging is not None and leg is self.paging.front:
            self.paging.close()
            self.paging = None
        self.renegotiating.ended(leg)
        if self.partner(leg) is not None:
            self._parting()
            self.talking = None
        dismiss(leg)
        give_up(leg)
        del self.legs[leg.id]
        finished(leg, farewell)
        self.context.airtime.end(leg)
        self.context.lines.drop(leg)
        self.context.parking.free(leg)
        codec = leg.session.codec
        self._closing += 1
        leg.session.close(partial(self._finished, leg, farewell, codec))

    def end(self, leg: Leg, farewell: Farewell) -> None:
        """Hang up on a leg, whatever state it is in."""
        if leg.over:
            return
        if isinstance(leg, CallerLeg) and not leg.answered:
            self.turn_away(leg, msgspec.structs.replace(farewell, status=farewell.status or 480))
            return
        self._outcome = self._outcome or farewell
        self.finish(leg, farewell)
        leg.hang_up(*reasons(farewell))

    def refuse(
        self, leg: Leg, status: int, reason: str = "", lines: tuple[bytes, ...] = ()
    ) -> None:
        """Tell a leg that is not answered that it will not be."""
        self.turn_away(leg, refused(status, "pbx"), reason, lines)

    def turn_away(
        self, leg: Leg, farewell: Farewell, reason: str = "", lines: tuple[bytes, ...] = ()
    ) -> None:
        """Refuse a leg that is not answered, for a reason that records tell."""
        if leg.over:
            return
        self._outcome = farewell
        if self.setting_up is not None and self.setting_up.front is leg:
            self.setting_up = None
        self.finish(leg, farewell)
        leg.refuse(farewell.status, reason, (*reasons_to_refuse(farewell), *lines))

    def serve(self, leg: Leg, kind: str, number: str) -> None:
        """The PBX itself talks to a leg from now on, in a service of that kind."""
        self._answered = True
        self.context.record(LegAnswered(self.id, leg.id, kind, number))

    def accept(self, leg: Leg, lines: Sequence[Line]) -> None:
        """Answer a leg with these lines, or refuse it where they do not fit."""
        try:
            leg.accept(lines)
        except RemoteProtocolError as error:
            self.refuse(leg, error.status, error.reason, error.headers)

    def set_up(self, setting_up: SettingUp, number: str, action: str) -> None:
        """Find somebody for one of the legs."""
        self.setting_up = setting_up
        setting_up.go_to(number, action)

    def go_on(self, setting_up: SettingUp, place: Place, action: str = "dial") -> None:
        """Find whoever is at a place."""
        self.setting_up = setting_up
        setting_up.go_to_place(place, action)

    def hand_on(self, leg: Leg, step: Connect, failed: Callable[[int], None]) -> None:
        """A service calls somebody for the leg it talks to; `failed` hears why nobody answers."""
        connect(leg, step, failed)

    def leave_service(self, leg: Leg) -> None:
        """A leg talks to no service any more."""
        attending, leg.attending = leg.attending, None
        if attending is not None:
            attending.close()

    def connect(self, front: Leg, leg: Leg) -> None:
        """Somebody answered: the two talk from now on."""
        self.setting_up = None
        self.context.record(LegAnswered(self.id, leg.id))
        if not front.answered:  # else it is told when they are joined
            introduce(front, leg)
        try:
            front.accept(leg.session.lines)
        except RemoteProtocolError as error:  # nothing in common after all
            self.end(leg, Farewell("pbx", 0, causes.cause_of(error.status), "no_common_media"))
            self.refuse(front, error.status, error.reason, error.headers)
            return
        self.join(front, leg)

    def join(self, first: Leg, second: Leg) -> None:
        """Let two legs talk."""
        self.setting_up = None
        self._answered = self._talked = True
        self.talking = first, second
        first.session.join(second.session)
        for leg, other in (first, second), (second, first):
            self.context.lines.moved(leg)
            self.context.parking.free(leg)
            self.context.waiting.stop(leg)
            if other.held:
                self.context.waiting.held(leg, other)
        self.renegotiating.align(first, second)
        for leg, other in (first, second), (second, first):
            introduce(leg, other)
        self.context.record(LegsJoined(self.id, first.id, second.id))
        self.room.arrange()
        self.recording.joined(first, second)

    def part(self) -> None:
        """Nobody talks any more."""
        self._parting()
        talking, self.talking = self.talking, None
        if talking is not None:
            talking[0].session.part()

    def partner(self, leg: Leg) -> Leg | None:
        """Who talks to a leg."""
        if self.talking is None or leg not in self.talking:
            return None
        first, second = self.talking
        return second if leg is first else first

    def opposite(self, leg: Leg) -> Leg | None:
        """Who talks to a leg, calls it, or waits for it."""
        if self.partner(leg) is not None or self.setting_up is None:
            return self.partner(leg)
        front = self.setting_up.front
        if leg is not front:
            return front
        return next((each for each in self.legs.values() if not each.calls), None)

    # What legs tell

    def leg_rang(self, leg: CalledLeg, status: int) -> None:
        """It rings there, or there is something to hear."""
        may_be_called_back(leg)
        if self.setting_up is not None:
            self.setting_up.rang(leg, status)
            self.context.lines.moved(leg)

    def leg_answered(self, leg: Leg) -> None:
        """A called leg answered, or a caller knows that it was: then its session is settled."""
        begin_curfew(leg)  # whatever was answered: a talk or a service
        may_be_called_back(leg)
        if self.partner(leg) is not None:
            self.renegotiating.settled(leg)
        elif leg.attending is not None:
            leg.attending.begin()
        elif self.paging is not None:
            self.paging.answered(leg)
        elif leg.supervises is not None:
            leg.supervises.call.room.arrange()
        elif isinstance(leg, CalledLeg) and self.setting_up is not None:
            self.setting_up.answered(leg)
        elif isinstance(leg, CalledLeg):
            leg.hang_up()

    def leg_failed(
        self, leg: CalledLeg, farewell: Farewell, contacts: tuple[bytes, ...] = ()
    ) -> None:
        """It will not answer; `contacts` are where else to look for it."""
        if self.setting_up is not None and not leg.over:
            self.setting_up.failed(leg, farewell, contacts)
        else:
            self.finish(leg, farewell)
            if self.paging is not None:
                self.paging.gone(leg)

    def leg_ended(self, leg: Leg, ending: Ending) -> None:
        """It hung up, gave up, or is gone: whoever talked to it has nobody any more."""
        by: By = self._side(leg) if ending.by_peer else "pbx"
        if leg.over or inherited(leg, ending, by) or goes_on(leg, ending, by):
            return
        farewell = (
            hung_up(by, ending) if leg.answered else refused(ending.status, by, ending.message)
        )
        if self.setting_up is not None and self.setting_up.front is leg:
            self._give_up(farewell)
        self._outcome, partner = self._outcome or farewell, self.partner(leg)
        self.finish(leg, farewell)
        if self.paging is not None:
            self.paging.gone(leg)
        elif self.setting_up is None and not ask_afterwards(leg, partner):
            for each in list(self.legs.values()):
                if not self.context.parking.holds(each):
                    self.end(each, farewell)

    def leg_pressed(self, leg: Leg, digit: str, duration_ms: int, by: str) -> None:
        """It pressed a key, told by INFO, in its stream as an event, or heard as a tone."""
        partner = self.partner(leg)
        leg.handed_on = 0
        if leg.attending is not None:
            leg.attending.pressed(digit)
        if partner is None and leg.asking is None:
            return
        if leg.dialling_on is not None:
            leg.dialling_on.press(digit)
            return
        code, act = code_pressed(leg, digit)
        if (
            code != YES and partner is not None
        ):  # who agrees to be heard answers us, and nobody else
            pass_key(partner, digit, duration_ms, by, mixed=self.room.occupied)
        act()

    def leg_faxes(self, leg: Leg) -> None:
        """A fax machine calls: it goes where faxes go, whoever has answered."""
        if leg.attending is None or not leg.attending.heard_fax():
            hand_to_machine(self, leg)

    def leg_silent(self, leg: Leg, reason: str) -> None:
        """It is not heard any more: the call is over, but for others who hear a page."""
        if self.paging is not None and leg is not self.paging.front:
            self.end(leg, Farewell("pbx", 0, 102, reason))
            self.paging.gone(leg)
            return
        end_side(leg, Farewell("pbx", 0, 102, reason))

    def held(self, leg: Leg, *, held: bool) -> None:
        """It holds whom it talks to, or does not any more."""
        partner = self.partner(leg)
        if partner is not None and held:
            self.context.waiting.held(partner, leg)
        elif partner is not None:
            self.context.waiting.stop(partner)

    # Inside

    def _parting(self) -> None:
        """The two who talk will not any more."""
        self.recording.parted()
        self.room.parted()

    def _give_up(self, farewell: Farewell) -> None:
        setting_up, self.setting_up = self.setting_up, None
        if setting_up is not None:
            setting_up.give_up(farewell)

    def _side(self, leg: Leg) -> By:
        return "caller" if isinstance(leg, CallerLeg) else "callee"

    def _finished(
        self, leg: Leg, farewell: Farewell, codec: str, closed: Sequence[StreamClosed]
    ) -> None:
        self._closing -= 1
        self.context.record(ended_fact(self.id, leg.id, farewell, codec, closed))
        self.close(farewell)

    def close(self, farewell: Farewell) -> None:
        """Tell that the call is over, if no leg is left."""
        if self.legs or self._closing:
            return
        outcome = self._outcome or farewell
        disposition = _DISPOSITIONS.get(outcome.status, "failed")
        if self._answered:
            fact = CallEnded(self.id, "answered", 0, outcome.cause)
        else:
            fact = CallEnded(self.id, disposition, outcome.status, outcome.cause)
        self.context.record(fact)
        if not self._talked:
            busy = disposition == "busy"
            self.context.completing.missed(self.origin.number, self.dialled, busy=busy)
        self._over(self)
