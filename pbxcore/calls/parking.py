"""Parked calls: they wait in a numbered slot until somebody dials it, or return to who parked them.

A slot is taken by a leg and freed with it: no parked call is let go while it may still be answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.apps.parking import told_slot
from pbxcore.calls.attending import Attending
from pbxcore.calls.hanging_up import let_go
from pbxcore.calls.lines import party_of
from pbxcore.calls.party import Farewell
from pbxcore.calls.reaching import phones_of
from pbxcore.calls.seeking import Hearer
from pbxcore.calls.setting_up import SettingUp
from pbxcore.calls.visiting import visit_of
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.journal import CallTransferred, LegAnswered
from pbxcore.presence.packages.dialog_info import DialogInfo
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.dialplan.plan import ParkingLot
    from pbxcore.sip.transactions.deadlines import Planned

AGAIN_S: Final = 30.0
MOST_RETURNS: Final = 3
"""So often it rings at who parked the call, `AGAIN_S` after each time that he did not take it."""
_PARKED: Final = Farewell("pbx", 0, causes.NORMAL, "parked")


class Parked:
    """One call in its slot.

    Args:
        parking: told when it has waited long enough.
        lot: whose slot it is.
        slot: its number.
        leg: who waits.
        parker: the extension that has parked it.
        phone: where its phone sends from.
        deadline: when it returns, in seconds of the context's clock; None: never.
    """

    planned: Planned | None = None

    def __init__(
        self,
        parking: Parking,
        lot: ParkingLot,
        slot: str,
        leg: Leg,
        parker: str,
        phone: str,
        deadline: float | None,
    ) -> None:
        self._parking = parking
        self.lot = lot
        self.slot = slot
        self.leg = leg
        self.parker, self.phone = parker, phone
        self.deadline = deadline
        self.returns = 0

    def tick(self, now: float) -> None:
        """It has waited long enough."""
        self.deadline = None
        self._parking.bring_back(self)


class Parking:
    """The slots of all lots."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._parked: dict[str, Parked] = {}

    def __len__(self) -> int:
        """How many calls wait."""
        return len(self._parked)

    def leg_at(self, slot: str) -> Leg | None:
        """Who waits there."""
        parked = self._parked.get(slot)
        return None if parked is None else parked.leg

    def holds(self, leg: Leg) -> bool:
        """Whether a leg is parked."""
        return self._of(leg) is not None

    def free_slot(self, lot: ParkingLot, wanted: str) -> str:
        """The slot for a call that is handed on to a number of the lot; nothing when it is full."""
        wishes = (wanted,) if wanted in lot.slots else lot.slots
        return next((each for each in wishes if each not in self._parked), "")

    def park(
        self, parker: Leg, leg: Leg, lot: ParkingLot, slot: str, *, told: bool = False
    ) -> None:
        """Let a leg wait in a free slot; whoever parked it may be told which, and is done."""
        context, call = self._context, leg.call
        phone = "" if parker.flow is None else parker.flow.source
        context.record(CallTransferred(call.id, parker.id, slot, "park"))
        call.part()
        if told:
            language = visit_of(call, parker, slot, ()).language
            parker.attending = Attending(parker, told_slot(slot), language)
        else:
            call.end(parker, _PARKED)
        context.record(LegAnswered(call.id, leg.id, "parking", slot))
        returns_at = context.now() + lot.timeout_s if lot.timeout_s else None
        self._parked[slot] = parked = Parked(self, lot, slot, leg, parker.number, phone, returns_at)
        self._wait(parked)
        context.lines.changed(slot)
        if parker.attending is not None:
            parker.attending.begin()

    def park_partner(self, leg: Leg) -> None:
        """Park whom a leg talks to in the first slot of any lot, if one is free, and tell it."""
        partner, (lot, slot) = leg.call.partner(leg), self.first_free()
        if lot is not None and partner is not None:
            self.park(leg, partner, lot, slot, told=True)

    def first_free(self) -> tuple[ParkingLot | None, str]:
        """The first slot of any lot that is free, with its lot."""
        for lot in self._context.directory.plan.parking_lots:
            if slot := self.free_slot(lot, lot.number):
                return lot, slot
        return None, ""

    def free(self, leg: Leg) -> None:
        """A leg is over, or somebody talks to it."""
        parked = self._of(leg)
        if parked is not None:
            del self._parked[parked.slot]
            self._context.agent.core.layer.unwatch(parked)
            self._context.lines.changed(parked.slot)

    def bring_back(self, parked: Parked) -> None:
        """It rings at who parked the call, and its slot may be dialled all the same."""
        if parked.lot.goes_straight and parked.lot.otherwise != HANG_UP:
            parked.returns = MOST_RETURNS + 1
            self._offer(parked, parked.lot.otherwise)
            return
        parked.returns += 1
        extension = self._context.directory.extension(parked.parker)
        reached = [] if extension is None else phones_of(self._context, extension)
        phone = [each for each in reached if each[1][0].source == parked.phone]
        if extension is not None and phone and not parked.lot.rings_all:
            rings_s = extension.ring_s
            self._search(parked, lambda search: search.ring_at(phone, rings_s, "parking"))
        else:
            self._offer(parked, Place("extension", parked.parker))

    def dialogs(self, slot: str) -> tuple[DialogInfo, ...]:
        """What the lamp of a slot shows: whoever waits there is talked to."""
        leg = self.leg_at(slot)
        if leg is None:
            return ()
        return (DialogInfo(leg.id, "confirmed", "recipient", remote=party_of(leg)),)

    def _offer(self, parked: Parked, place: Place) -> None:
        self._search(parked, lambda search: search.go_to_place(place, "parking"))

    def _search(self, parked: Parked, seek: Callable[[SettingUp], None]) -> None:
        leg, call = parked.leg, parked.leg.call
        shown = f"Parked {parked.slot}".encode()
        call.setting_up = search = SettingUp(
            call,
            leg,
            Hearer(
                connected=lambda other: call.connect(leg, other),
                failed=lambda farewell: self._not_taken(parked, farewell),
            ),
            caller=msgspec.structs.replace(leg.identity, display_name=shown),
        )
        seek(search)

    def _not_taken(self, parked: Parked, farewell: Farewell) -> None:
        leg, otherwise = parked.leg, parked.lot.otherwise
        if leg.over or not self.holds(leg):
            return
        if parked.returns < MOST_RETURNS and otherwise == HANG_UP:
            parked.deadline = self._context.now() + AGAIN_S
            self._wait(parked)
        elif parked.returns <= MOST_RETURNS:  # nobody is left but these
            parked.returns = MOST_RETURNS + 1
            last = Place("voicemail", parked.parker) if otherwise == HANG_UP else otherwise
            self._offer(parked, last)
        else:
            let_go(leg, farewell)

    def _wait(self, parked: Parked) -> None:
        self._context.waiting.music(parked.leg, parked.lot.music)
        if parked.deadline is not None:
            self._context.agent.core.layer.watch(parked)

    def _of(self, leg: Leg) -> Parked | None:
        return next((each for each in self._parked.values() if each.leg is leg), None)
