"""Calls that are handed on: REFER, blind or to a party that was asked before, and Replaces.

The PBX does it itself: the one who is handed on keeps the dialog it has (RFC 3515, 5589, 3891).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pbxcore.calls.caller_leg import CallerLeg
from pbxcore.calls.leg import Leg
from pbxcore.calls.party import Farewell
from pbxcore.calls.setting_up import SettingUp
from pbxcore.errors import RemoteProtocolError
from pbxcore.journal import CallTransferred, LegAnswered, LegCalled
from pbxcore.sip import causes
from pbxcore.sip.dialogs.dialog import MAX_FORWARDS

if TYPE_CHECKING:
    from pbxcore.calls.call import Call
    from pbxcore.calls.party import Origin
    from pbxcore.sip.agent.incoming_call import IncomingCall
    from pbxcore.sip.agent.references import Referral

HANDED_ON = Farewell("pbx", 0, causes.NORMAL, "transferred")
REPLACED = Farewell("pbx", 0, causes.NORMAL, "replaced")


class Transferring:
    """The transfers of one call, one at a time."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._house = call.house

    def referred(self, leg: Leg, referral: Referral) -> None:
        """A leg wants whom it talks to to talk to somebody else."""
        call, reference = self._call, referral.reference
        partner = call.partner(leg)
        if partner is None or call.setting_up is not None:
            referral.refuse(603)
            return
        consulted = None
        if reference.replaces is not None:
            named = reference.replaces
            sip = self._house.agent.call((named.call_id, named.to_tag, named.from_tag))
            consulted = sip.listener if sip is not None else None
        if isinstance(consulted, Leg) and consulted.call is not call:
            self._attended(leg, partner, referral, consulted)
            return
        number = self._house.number_of(reference.uri)
        if number is None:
            referral.refuse(404)
            return
        told: tuple[bytes, ...] = ()
        if reference.referred_by is not None:
            told = (b"Referred-By: " + reference.referred_by.encode(),)
        referral.accept()
        self.blind(leg, partner, number, referral, told)

    def blind(
        self,
        leg: Leg,
        partner: Leg,
        number: str,
        referral: Referral | None = None,
        lines: tuple[bytes, ...] = (),
    ) -> None:
        """Call a number for the partner of a leg, which is told how it goes."""
        call = self._call
        self._house.record(CallTransferred(call.id, leg.id, number, "blind"))
        call.part()

        def rang(status: int) -> None:
            if referral is not None:
                referral.progress(status)

        def connected(other: Leg) -> None:
            if referral is not None:
                referral.progress(200)
            call.end(leg, HANDED_ON)
            call.connect(partner, other)

        def failed(farewell: Farewell) -> None:
            if referral is not None:
                referral.progress(farewell.status)
            if leg.over:  # it did not wait: nobody is left to talk to
                call.end(partner, farewell)
            else:
                call.join(leg, partner)

        call.set_up(
            SettingUp(
                call,
                partner,
                partner.identity,
                partner.session.lines,
                hops=MAX_FORWARDS,
                connected=connected,
                failed=failed,
                rang=rang,
                telling=lines,
            ),
            number,
            "transfer",
        )

    def _attended(self, leg: Leg, partner: Leg, referral: Referral, consulted: Leg) -> None:
        """Join the partner of a leg with that of another of its calls, which ends."""
        call, other = self._call, consulted.call
        asked = other.partner(consulted)
        setting_up = other.setting_up
        rings = setting_up is not None and setting_up.front is consulted
        if asked is None and not rings:
            referral.refuse(481)
            return
        referral.accept()
        target = asked.number if asked is not None else other.dialled
        self._house.record(CallTransferred(call.id, leg.id, target, "attended", other.id))
        call.part()
        other.part()
        call.absorb(other)
        if asked is not None:
            call.join(partner, asked)
        elif setting_up is not None:
            setting_up.serve(partner)
        referral.progress(200)
        call.end(consulted, HANDED_ON)
        call.end(leg, HANDED_ON)

    def replace(self, leg: Leg, incoming: IncomingCall, origin: Origin) -> None:
        """An INVITE takes the place of a leg: it is picked up, or handed on by its own phone."""
        call, house = self._call, self._house
        ringing = not leg.answered
        new = CallerLeg(house.leg_id(), call, origin.number, origin.caller, incoming)
        new.session = house.caller_session(new, incoming.flow)
        call.add(new)
        kind = "pickup" if ringing else "attended"
        house.record(CallTransferred(call.id, leg.id, origin.number, kind))
        house.record(
            LegCalled(
                call.id, new.id, origin.number, "pickup" if ringing else "transfer", target=""
            )
        )
        try:
            lines = new.offered_lines()
        except RemoteProtocolError as error:
            call.refuse(new, error.status, error.reason, error.headers)
            return
        new.session.open(lines, partial(self._replace, new, leg))

    def _replace(self, new: CallerLeg, leg: Leg, problem: str) -> None:
        call = self._call
        if new.over:
            return
        partner = call.partner(leg)
        setting_up = call.setting_up
        front = partner if partner is not None or setting_up is None else setting_up.front
        if problem or leg.over or front is None:
            call.refuse(new, 503 if problem else 481)
            return
        try:
            if partner is None and setting_up is not None:
                new.accept(setting_up.lines)
            else:
                new.accept(front.session.lines)
        except RemoteProtocolError as error:
            call.refuse(new, error.status, error.reason, error.headers)
            return
        if partner is None and setting_up is not None:
            setting_up.answered(new)
            return
        self._house.record(LegAnswered(call.id, new.id))
        call.part()
        call.end(leg, REPLACED)
        call.join(front, new)
