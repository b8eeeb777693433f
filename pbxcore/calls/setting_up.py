"""The way of a caller to somebody who answers: who is called, what rings, and who is told what."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from pbxcore.calls.party import Farewell, refused
from pbxcore.calls.ringing import Ringing, for_caller
from pbxcore.calls.surroundings import Dialling
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import LegCalled, LegRinging
from pbxcore.presence.reach import phones
from pbxcore.sip import causes
from pbxcore.sip.forwarding import Forwarding, diversion_lines, history_lines, may_forward
from pbxcore.sip.telephone import number_of
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.call import Call
    from pbxcore.calls.called_leg import CalledLeg
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Line
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.sip.identity import Caller

_ELSEWHERE: Final = tuple(causes.reason_lines(*causes.completed_elsewhere()))
_LOSER: Final = Farewell("pbx", 487, causes.ANSWERED_ELSEWHERE, "answered_elsewhere")
_TIMED_OUT: Final = Farewell("pbx", 480, causes.NO_ANSWER, "no_answer")


class SettingUp:
    """Finds somebody for one leg; the call hears `connect` or `not_connected`, once.

    Args:
        call: whose legs these are.
        front: who waits: hears that it rings, and is connected.
        caller: who is shown to those it rings at.
        lines: what the front can carry.
        hops: how many servers may still be passed.
        forwardings: how the call came here, oldest first.
    """

    def __init__(
        self,
        call: Call,
        front: Leg,
        caller: Caller,
        lines: Sequence[Line | None],
        *,
        hops: int,
        forwardings: Sequence[Forwarding] = (),
    ) -> None:
        self._call = call
        self._house = call.house
        self.front = front
        self._caller = caller
        self._lines = lines
        self._hops = hops
        self._forwardings = list(forwardings)
        self._ringing: Ringing | None = None
        self._told: set[int] = set()

    def go_to(self, number: str, action: str = "dial") -> None:
        """Call an extension."""
        extension = self._house.directory.extension(number)
        if extension is None:
            self._call.not_connected(refused(404, "pbx"))
            return
        reached = phones(self._house.bindings(number))
        if not reached:
            self._call.not_connected(refused(480, "pbx"))
            return
        deadline = self._house.now() + extension.ring_s
        self._ringing = ringing = Ringing(number, deadline, self._timed_out)
        for flows in reached:
            self._call_phone(ringing, flows, action)
        self._house.agent.core.layer.watch(ringing)

    def give_up(self, farewell: Farewell) -> None:
        """Nobody is to ring any more."""
        ringing, self._ringing = self._ringing, None
        if ringing is None:
            return
        self._house.agent.core.layer.unwatch(ringing)
        for each in list(ringing.legs):
            self._call.finish(each, farewell)
            each.hang_up()

    def rang(self, leg: CalledLeg, status: int) -> None:
        """It rings somewhere: the front is told once, and hears who is first to be heard."""
        ringing = self._ringing
        if ringing is None:
            return
        self._house.record(LegRinging(self._call.id, leg.id, status))
        if leg.early and ringing.speaking in (None, leg):
            ringing.speaking = leg
            try:
                self.front.ring(183, leg.session.lines)
            except RemoteProtocolError:
                return  # the answer will fit, or tell why not
            self.front.session.join(leg.session)
        elif ringing.speaking is None and status not in self._told:
            self._told.add(status)
            self.front.ring(status if status in (180, 181, 182) else 183)

    def answered(self, leg: CalledLeg) -> None:
        """Somebody was first."""
        ringing, self._ringing = self._ringing, None
        if ringing is None:  # given up in the same moment
            leg.hang_up()
            return
        self._house.agent.core.layer.unwatch(ringing)
        for each in ringing.others(leg):
            self._call.finish(each, _LOSER)
            each.hang_up(*_ELSEWHERE)
        self._call.connect(self.front, leg)

    def failed(self, leg: CalledLeg, farewell: Farewell, contacts: tuple[bytes, ...] = ()) -> None:
        """One leg will not answer."""
        self._call.finish(leg, farewell)
        ringing = self._ringing
        if ringing is None:
            return
        best = ringing.failed(leg, farewell, contacts)
        if best is None:
            return
        self.give_up(best[0])
        farewell, contacts = best
        targets = [each for each in map(self._number_of, contacts) if each is not None]
        if targets:
            self._send_on(ringing.number, targets[0], "deflection")
        else:
            self._call.not_connected(for_caller(farewell))

    def _send_on(self, number: str, target: str, reason: str) -> None:
        """Go to somebody else, unless the call was there before (RFC 3261 §16.6 knows loops)."""
        address_of = self._house.address_of
        flow = self.front.flow
        self._forwardings.append(Forwarding(address_of(number, flow), reason))
        if not may_forward(self._forwardings, address_of(target, flow)):
            self._call.not_connected(refused(482, "pbx"))
            return
        self._told.clear()
        self.front.ring(181)
        self.go_to(target, "forward")

    def _call_phone(self, ringing: Ringing, flows: Sequence[StoredBinding], action: str) -> None:
        call, number = self._call, ringing.number
        dialling = Dialling(self._caller, number, self._hops, self._history(number))
        leg = self._house.phone(call.new_id(), call, dialling, flows)
        call.add(leg)
        ringing.legs.append(leg)
        self._house.record(LegCalled(call.id, leg.id, number, action, target=flows[0].contact))
        leg.session.open(self._lines, partial(self._anchored, leg))

    def _anchored(self, leg: CalledLeg, problem: str) -> None:
        if leg.over:
            return
        if problem:
            self.failed(leg, Farewell("pbx", 503, causes.cause_of(503), problem))
        else:
            leg.call(self._lines)

    def _timed_out(self) -> None:
        self.give_up(_TIMED_OUT)
        self._call.not_connected(_TIMED_OUT)

    def _history(self, number: str) -> tuple[bytes, ...]:
        """How the call came here, in both ways of saying it (RFC 5806, RFC 7044)."""
        if not self._forwardings:
            return ()
        target = self._house.address_of(number, self.front.flow)
        return (*diversion_lines(self._forwardings), *history_lines(self._forwardings, target))

    def _number_of(self, contact: bytes) -> str | None:
        """The number that a redirection names; None when it leads elsewhere."""
        try:
            uri = parse_uri(contact)
        except RemoteProtocolError:
            return None
        if isinstance(uri, SipUri) and not self._house.is_ours(uri.host):
            return None
        number = number_of(uri)
        return None if number is None else number.decode("utf-8", "replace")
