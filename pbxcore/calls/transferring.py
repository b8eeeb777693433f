"""Calls that are handed on: REFER, blind or to a party that was asked before.

The PBX does it itself: the one who is handed on keeps the dialog it has (RFC 3515, 5589).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.called_leg import CalledLeg
from pbxcore.calls.handing_over import flip, flips
from pbxcore.calls.hanging_up import end_with_tone
from pbxcore.calls.leg import Leg
from pbxcore.calls.party import Farewell
from pbxcore.calls.seeking import Hearer, Terms
from pbxcore.calls.setting_up import SettingUp
from pbxcore.journal import CallTransferred
from pbxcore.sip import causes

if TYPE_CHECKING:
    from pbxcore.calls.call import Call
    from pbxcore.dialplan.place import Place
    from pbxcore.dialplan.plan import ParkingLot
    from pbxcore.sip.agent.references import Referral
    from pbxcore.sip.headers.dialog_reference import DialogReference

HANDED_ON = Farewell("pbx", 0, causes.NORMAL, "transferred")
_PEOPLE: Final = ("extension", "ring_group", "queue", "conference", "voicemail", "voicemail_group")
_OPEN_TO_OUTSIDE: Final = frozenset((*_PEOPLE, "ivr", "directory", "announcement", "fax"))
"""The kinds of places where somebody outside may have us call for whom he talks to."""


class Transferring:
    """The transfers of one call, one at a time."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._context = call.context

    def referred(self, leg: Leg, referral: Referral) -> None:
        """A leg wants whom it talks to to talk to somebody else."""
        call, reference = self._call, referral.reference
        if leg.room:
            self._context.inviting.asked(leg, referral)
            return
        partner = call.partner(leg)
        if partner is None or call.setting_up is not None or leg.asking is not None:
            referral.refuse(603)
            return
        if reference.target.method != b"INVITE":
            referral.refuse(403)
            return
        if reference.replaces is not None:
            consulted = self._consulted(leg, reference.replaces)
            if consulted is None:  # RFC 3891 §3: no other call is made in its place
                _fail(referral, 481)
            else:
                self._attended(leg, partner, referral, consulted)
            return
        number = self._context.number_of(reference.uri)
        if number is None:
            referral.refuse(404)
            return
        if not leg.number and not self._is_open(number):
            referral.refuse(403)
            return
        if flips(self._context, number):
            referral.accept()
            flip(leg, referral.progress)
            return
        told: tuple[bytes, ...] = ()
        if reference.referred_by is not None:
            told = (b"Referred-By: " + reference.referred_by.encode(),)
        referral.accept()
        self.blind(leg, partner, number, referral, told)

    def _consulted(self, leg: Leg, named: DialogReference) -> Leg | None:
        """The leg of another call that Replaces names; outside, nobody may name but its own."""
        sip = self._context.agent.call((named.call_id, named.to_tag, named.from_tag))
        found = None if sip is None else sip.listener
        if not isinstance(found, Leg) or found.call is self._call:
            return None
        its_own = (found.number, found.trunk) == ("", leg.trunk)
        return found if leg.number or its_own else None

    def _is_open(self, number: str) -> bool:
        """Whether somebody outside may hand a party of ours on to a number.

        That party's rights are not his to spend: he reaches whom an inbound route may lead to,
        neither numbers outside nor codes that set something.
        """
        place = self._context.directory.own(number)
        return place is not None and place.kind in _OPEN_TO_OUTSIDE

    def blind(
        self,
        leg: Leg,
        partner: Leg,
        number: str,
        referral: Referral | None = None,
        lines: tuple[bytes, ...] = (),
        place: Place | None = None,
    ) -> None:
        """Call a number, or whoever is at a place, for the partner of a leg.

        The leg is told how it goes.
        """
        call = self._call
        if (lot := self._context.directory.plan.parking_lot(number)) is not None:
            self._park(leg, partner, lot, number, referral)
            return
        self._context.record(CallTransferred(call.id, leg.id, number, "blind"))
        call.part()
        if not partner.waits:  # until it rings he hears what he would if he were held
            self._context.waiting.held(partner, leg)

        def rang(status: int) -> None:
            if referral is not None:
                referral.progress(status)

        def attended() -> None:
            rang(200)
            call.end(leg, HANDED_ON)

        def connected(other: Leg) -> None:
            attended()
            call.connect(partner, other)

        def failed(farewell: Farewell) -> None:
            rang(farewell.status)
            if leg.over:  # it did not wait: nobody is left to talk to
                end_with_tone(partner, farewell)
            else:
                call.join(leg, partner)

        setting_up = SettingUp(
            call,
            partner,
            Hearer(connected, failed, rang, attended),
            Terms(telling=lines),
        )
        if place is None:
            call.set_up(setting_up, number, "transfer")
        else:
            call.go_on(setting_up, place, "transfer")

    def _park(
        self, leg: Leg, partner: Leg, lot: ParkingLot, number: str, referral: Referral | None
    ) -> None:
        """Let the partner wait in a slot; where none is free the two go on talking."""
        parking = self._context.parking
        slot = parking.free_slot(lot, number)
        if referral is not None:
            referral.progress(200 if slot else 486)
        if slot:
            parking.park(leg, partner, lot, slot)

    def _attended(self, leg: Leg, partner: Leg, referral: Referral, consulted: Leg) -> None:
        """Join the partner of a leg with that of another of its calls, which ends."""
        call, other = self._call, consulted.call
        lot = self._context.directory.plan.parking_lot(consulted.asked_slot)
        if lot is not None:
            referral.accept()
            free = self._context.parking.free_slot(lot, consulted.asked_slot)
            self._park(leg, partner, lot, free or lot.number, referral)
            other.end(consulted, HANDED_ON)
            return
        asked = other.partner(consulted)
        setting_up = other.setting_up
        rings = setting_up is not None and setting_up.front is consulted
        serving = consulted.attending
        if (asked is None and not rings and serving is None) or consulted.asking is not None:
            _fail(referral, 481)
            return
        if rings and any(_talks(each) for each in other.legs.values() if each is not consulted):
            referral.refuse(603)  # who hands that one on waits for what becomes of it
            return
        referral.accept()
        target = asked.number if asked is not None else other.dialled
        self._context.record(CallTransferred(call.id, leg.id, target, "attended", other.id))
        call.part()
        other.part()
        call.absorb(other)
        if asked is not None:
            call.join(partner, asked)
        elif setting_up is not None:
            setting_up.serve(partner)
        elif serving is not None:
            serving.serve(partner)
        referral.progress(200)
        call.end(consulted, HANDED_ON)
        call.end(leg, HANDED_ON)


def _fail(referral: Referral, status: int) -> None:
    """Tell by NOTIFY: a REFER that is itself refused with 481 ends the whole dialog (RFC 5057)."""
    referral.accept()
    referral.progress(status)


def _talks(leg: Leg) -> bool:
    """Whether somebody answered, and is not just asked whether he takes the call."""
    return leg.answered and not (isinstance(leg, CalledLeg) and leg.confirms)
