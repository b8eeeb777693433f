"""A call that nobody dialled: first it rings at the caller, then at the callee (click to dial)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.calls.leg import Leg
from pbxcore.calls.offering import OURS
from pbxcore.calls.party import Farewell
from pbxcore.calls.setting_up import SettingUp
from pbxcore.journal import CallStarted, LegAnswered
from pbxcore.sip import causes
from pbxcore.sip.dialogs.dialog import MAX_FORWARDS
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.call import Call

_PLACED = Farewell("pbx", 0, causes.NORMAL, "placed")


class Placing:
    """Sets up one such call.

    The caller's leg of the journal has no dialog: it stands for the wish, until a phone has taken
    it over.

    Args:
        call: which is new.
        told: hears how it goes with the callee: statuses, the last one final.
    """

    def __init__(self, call: Call, told: Callable[[int], None]) -> None:
        self._call = call
        self._told = told
        house, origin = call.house, call.origin
        self._wish = Leg(house.leg_id(), call, origin.number, origin.caller)
        self._wish.session = house.silent_session(self._wish)
        self._wish.calls = True

    def begin(self, caller: str) -> None:
        """Ring the caller, who sees whom he is going to talk to."""
        call, wish = self._call, self._wish
        call.add(wish)
        call.house.record(
            CallStarted(call.id, wish.id, caller, call.origin.name, call.dialled, "internal")
        )
        address = call.house.address_of(call.dialled, None)
        call.set_up(
            SettingUp(
                call,
                wish,
                Caller(address),
                OURS,
                hops=MAX_FORWARDS,
                connected=self._answered,
                failed=lambda farewell: self._failed(wish, farewell),
            ),
            caller,
            "dial",
        )

    def _answered(self, leg: Leg) -> None:
        """The caller is there: call the callee for him."""
        call = self._call
        call.house.record(LegAnswered(call.id, leg.id))
        leg.calls = True

        call.set_up(
            SettingUp(
                call,
                leg,
                leg.identity,
                leg.session.lines,
                hops=MAX_FORWARDS,
                connected=lambda other: self._connected(leg, other),
                failed=lambda farewell: self._failed(leg, farewell),
                rang=self._told,
                attended=lambda: self._told(200),
            ),
            call.dialled,
            "dial",
        )
        call.finish(self._wish, _PLACED)

    def _connected(self, leg: Leg, other: Leg) -> None:
        self._told(200)
        self._call.connect(leg, other)

    def _failed(self, leg: Leg, farewell: Farewell) -> None:
        self._told(farewell.status or 487)  # nobody refused it: who wished it is gone
        self._call.end(leg, farewell)
