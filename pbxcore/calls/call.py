"""One call: the machine that owns its legs, and through which alone they know each other."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from pbxcore.calls.called_leg import CalledLeg
from pbxcore.calls.caller_leg import CallerLeg
from pbxcore.calls.offering import OURS, lines_of
from pbxcore.calls.party import Farewell, hung_up, refused
from pbxcore.calls.renegotiating import Renegotiating
from pbxcore.calls.setting_up import SettingUp
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import CallEnded, CallStarted, LegAnswered, LegEnded, LegsJoined
from pbxcore.media.commands import Figures
from pbxcore.sip import causes
from pbxcore.sip.forwarding import read_forwardings
from pbxcore.sip.headers.reason import Reason
from pbxcore.sip.headers.warning import SipWarning
from pbxcore.sip.sdp.reader import read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.calls.leg import Leg
    from pbxcore.calls.party import By, Origin
    from pbxcore.calls.surroundings import Surroundings
    from pbxcore.media.commands import StreamClosed
    from pbxcore.sip.agent.incoming_call import IncomingCall
    from pbxcore.sip.agent.listener import Ending
    from pbxcore.sip.agent.offer import Offer
    from pbxcore.sip.agent.references import Referral

log = logging.getLogger(__name__)

_DISPOSITIONS = {480: "no_answer", 486: "busy", 487: "cancelled", 600: "busy"}


class Call:
    """One call, from its first sign until every leg is over.

    Args:
        house: what it stands on.
        origin: who calls.
        dialled: what was dialled.
        over: told once nothing more comes of it.
    """

    def __init__(
        self, house: Surroundings, origin: Origin, dialled: str, over: Callable[[Call], None]
    ) -> None:
        self.house = house
        self.id = house.token()
        self.origin = origin
        self.dialled = dialled
        self.legs: dict[str, Leg] = {}
        """Those that are not over."""
        self.talking: tuple[Leg, Leg] | None = None
        self._over = over
        self._closing = 0
        self._setting_up: SettingUp | None = None
        self._answered = False
        self._outcome: Farewell | None = None
        self._renegotiating = Renegotiating(self)

    # From the outside

    def begin(self, incoming: IncomingCall, hops: int) -> None:
        """Somebody calls, who may."""
        house, request = self.house, incoming.request
        leg = CallerLeg(self.new_id(), self, self.origin.number, incoming)
        leg.session = house.session(leg, incoming.flow)
        self.add(leg)
        house.record(
            CallStarted(
                self.id,
                leg.id,
                self.origin.number,
                self.origin.name,
                self.dialled,
                "inbound" if self.origin.trunk else "internal",
                self.origin.trunk,
                incoming.flow.source,
                (request.get(b"user-agent") or b"").decode("utf-8", "replace"),
                (request.get(b"call-id") or b"").decode("utf-8", "replace"),
            )
        )
        try:
            lines = lines_of(read(incoming.offer)) if incoming.offer else OURS
        except RemoteProtocolError as error:
            self._refuse(leg, refused(error.status, "pbx"), error.reason, error.headers)
            return
        if not any(lines):
            self._refuse(leg, refused(488, "pbx"))
            return
        forwardings = read_forwardings(request)
        self._setting_up = SettingUp(
            self, leg, self.origin.caller, lines, hops=hops, forwardings=forwardings
        )
        leg.session.open(lines, partial(self._anchored, leg))

    def hang_up(self, farewell: Farewell, leg: str = "") -> None:
        """End it all, or one leg and whoever talks to it: `farewell` says why."""
        one = self.legs.get(leg)
        if self._setting_up is not None and isinstance(one, CalledLeg):
            one.hang_up()
            self._setting_up.failed(one, msgspec.structs.replace(farewell, status=480))
            return
        self._give_up(farewell)
        for each in list(self.legs.values()):
            if each.answered:
                self._end(each, farewell)
            else:
                self._refuse(each, msgspec.structs.replace(farewell, status=480))

    # For what sets it up

    def new_id(self) -> str:
        """A name for one more leg."""
        return self.house.leg_id()

    def add(self, leg: Leg) -> None:
        """Own a leg."""
        self.legs[leg.id] = leg
        leg.owner = self

    def finish(self, leg: Leg, farewell: Farewell) -> None:
        """A leg is over; told once, with how its media were."""
        if leg.over:
            return
        leg.over = True
        self._renegotiating.ended(leg)
        del self.legs[leg.id]
        codec = leg.session.codec
        self._closing += 1
        leg.session.close(partial(self._finished, leg, farewell, codec))

    def connect(self, front: Leg, leg: Leg) -> None:
        """Somebody answered: the two talk from now on."""
        self._setting_up = None
        self.house.record(LegAnswered(self.id, leg.id))
        try:
            front.accept(leg.session.lines)
        except RemoteProtocolError as error:  # nothing in common after all
            self._end(leg, Farewell("pbx", 0, causes.cause_of(error.status), "no_common_media"))
            self._refuse(front, refused(error.status, "pbx"), error.reason, error.headers)
            return
        self._answered = True
        self.talking = front, leg
        front.session.join(leg.session)
        self.house.record(LegsJoined(self.id, front.id, leg.id))

    def not_connected(self, farewell: Farewell) -> None:
        """Nobody answered."""
        setting_up, self._setting_up = self._setting_up, None
        if setting_up is not None:
            self._refuse(setting_up.front, farewell)

    def partner(self, leg: Leg) -> Leg | None:
        """Who talks to a leg."""
        if self.talking is None or leg not in self.talking:
            return None
        first, second = self.talking
        return second if leg is first else first

    # What legs tell

    def leg_rang(self, leg: Leg, status: int) -> None:
        """It rings."""
        if self._setting_up is not None and isinstance(leg, CalledLeg):
            self._setting_up.rang(leg, status)

    def leg_answered(self, leg: Leg) -> None:
        """A called leg answered, or the caller knows that it was: then its session is settled."""
        partner = self.partner(leg)
        if partner is not None:
            leg.session.join(partner.session)
        elif isinstance(leg, CalledLeg) and self._setting_up is not None:
            self._setting_up.answered(leg)
        elif isinstance(leg, CalledLeg):
            leg.hang_up()

    def leg_failed(self, leg: Leg, farewell: Farewell, contacts: tuple[bytes, ...]) -> None:
        """It will not answer."""
        if isinstance(leg, CalledLeg) and self._setting_up is not None and not leg.over:
            self._setting_up.failed(leg, farewell, contacts)
        else:
            self.finish(leg, farewell)

    def leg_ended(self, leg: Leg, ending: Ending) -> None:
        """It hung up, gave up, or is gone: whoever talked to it has nobody any more."""
        if leg.over:
            return
        by: By = self._side(leg) if ending.by_peer else "pbx"
        farewell = hung_up(by, ending) if leg.answered else refused(ending.status, by)
        partner = self.partner(leg)
        self._give_up(farewell)
        self._outcome = farewell
        self.finish(leg, farewell)
        if partner is not None:
            self._end(partner, farewell)

    def leg_offered(self, leg: Leg, offer: Offer) -> None:
        """It wants another session."""
        self._renegotiating.offered(leg, offer)

    def leg_settled(self, leg: Leg) -> None:
        """Its session is another now."""
        self._renegotiating.settled(leg)

    def leg_changed(self, leg: Leg, status: int) -> None:
        """It took another session, or did not."""
        self._renegotiating.changed(leg, status)

    def held(self, leg: Leg, held: bool) -> None:
        """It holds whom it talks to, or does not any more."""

    def leg_referred(self, leg: Leg, referral: Referral) -> None:
        """It wants to hand its peer on."""
        referral.refuse(603)

    def leg_pressed(self, leg: Leg, digit: str, duration_ms: int) -> None:
        """It pressed a key."""

    def leg_silent(self, leg: Leg) -> None:
        """It is not heard any more: the call is over."""
        self.hang_up(Farewell("pbx", 0, 102, "rtp_silence"))

    # Inside

    def _anchored(self, leg: CallerLeg, problem: str) -> None:
        if leg.over or self._setting_up is None:
            return
        if problem:
            self.not_connected(Farewell("pbx", 503, causes.cause_of(503), problem))
        else:
            self._setting_up.go_to(self.dialled)

    def _give_up(self, farewell: Farewell) -> None:
        setting_up, self._setting_up = self._setting_up, None
        if setting_up is not None:
            setting_up.give_up(farewell)

    def _refuse(
        self,
        leg: Leg,
        farewell: Farewell,
        reason: str = "",
        lines: tuple[bytes, ...] = (),
    ) -> None:
        """Tell a leg that is not answered that it will not be."""
        self._outcome = farewell
        self.finish(leg, farewell)
        leg.refuse(farewell.status, reason, (*_why(farewell), *lines))

    def _end(self, leg: Leg, farewell: Farewell) -> None:
        self._outcome = self._outcome or farewell
        self.finish(leg, farewell)
        leg.hang_up(*causes.reason_lines(Reason(b"Q.850", farewell.cause)))

    def _side(self, leg: Leg) -> By:
        return "caller" if isinstance(leg, CallerLeg) else "callee"

    def _finished(
        self, leg: Leg, farewell: Farewell, codec: str, closed: Sequence[StreamClosed]
    ) -> None:
        figures = closed[0].received if closed else Figures()
        self._closing -= 1
        self.house.record(
            LegEnded(
                self.id,
                leg.id,
                farewell.by,
                farewell.status,
                farewell.cause,
                farewell.reason,
                figures.packets,
                figures.lost,
                figures.jitter_ms,
                figures.mos,
                codec,
            )
        )
        if self.legs or self._closing:
            return
        outcome = self._outcome or farewell
        disposition = _DISPOSITIONS.get(outcome.status, "failed")
        self.house.record(
            CallEnded(
                self.id,
                "answered" if self._answered else disposition,
                0 if self._answered else outcome.status,
                outcome.cause,
            )
        )
        self._over(self)


def _why(farewell: Farewell) -> tuple[bytes, ...]:
    """Reason, and for what is our own trouble a Warning that a person can read."""
    lines = causes.reason_lines(Reason(b"Q.850", farewell.cause))
    if farewell.status == 503:
        lines.append(b"Warning: " + SipWarning(399, b"pbx", farewell.reason).encode())
    return tuple(lines)
