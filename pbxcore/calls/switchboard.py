"""All calls: where they begin, and where they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.calls.call import Call
from pbxcore.calls.leg import Leg
from pbxcore.calls.party import Farewell, Origin
from pbxcore.calls.picking_up import NOTHING_THERE, leg_to_take
from pbxcore.calls.placing import Placing
from pbxcore.calls.planning import Aim
from pbxcore.sip import causes
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.visit import Visit
    from pbxcore.calls.surroundings import Surroundings
    from pbxcore.sip.agent.incoming_call import IncomingCall


class Switchboard:
    """Makes a call of each INVITE that may be one."""

    def __init__(self, house: Surroundings) -> None:
        self._house = house
        self._calls: dict[str, Call] = {}
        self.taken = 0
        house.premises.conferences.wake = self._wake
        house.premises.conferences.guest_of = self._guest_of

    def __len__(self) -> int:
        """How many calls there are."""
        return len(self._calls)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Those that are not over."""
        return tuple(self._calls.values())

    def take(self, incoming: IncomingCall, aim: Aim, dialled: str, hops: int) -> None:
        """Somebody calls, and may; `hops` is how many servers the call may still pass."""
        self.taken += 1
        replaced = incoming.replaced
        if replaced is not None and isinstance(replaced.listener, Leg):
            incoming.replaced = None  # its call hangs it up
            replaced.listener.call.leg_replaced(replaced.listener, incoming, aim.origin)
            return
        if aim.takes is not None:
            leg = leg_to_take(self._house, aim.origin.number, aim.takes)
            if leg is not None:
                leg.call.leg_replaced(leg, incoming, aim.origin)
                return
            aim = msgspec.structs.replace(aim, refusal=NOTHING_THERE)
        call = Call(self._house, aim, dialled, self._over)
        self._calls[call.id] = call
        call.begin(incoming, hops)

    def place(
        self, caller: str, callee: str, told: Callable[[int], None] = lambda status: None
    ) -> tuple[int, str]:
        """Ring an extension, and once it has answered call somebody for it; status and call.

        `told` hears how it goes with the callee.
        """
        extension = self._house.directory.extension(caller)
        if extension is None:
            return 404, ""
        address = self._house.address_of(caller, None)
        identity = Caller(address, extension.display_name.encode(), asserted=True)
        origin = Origin(identity, caller, extension.display_name)
        call = Call(self._house, Aim(origin, callee), callee, self._over)
        self._calls[call.id] = call
        Placing(call, told).begin(caller)
        return 202, call.id

    def hang_up(self, call: str, leg: str = "") -> int:
        """End a call, or one leg of it, for somebody who may; the status says whether it is so."""
        found = self._calls.get(call)
        if found is None or (leg and leg not in found.legs):
            return 404
        found.hang_up(Farewell("pbx", 0, causes.NORMAL, "administrator"), leg)
        return 200

    def transfer(self, call: str, leg: str, number: str) -> int:
        """Hand on whom a leg talks to; the status says whether that was begun."""
        found = self._calls.get(call)
        return 404 if found is None or leg not in found.legs else found.transfer(leg, number)

    def hang_up_all(self) -> None:
        """End every call, because we are about to stop."""
        for call in list(self._calls.values()):
            call.hang_up(Farewell("pbx", 503, 41, "shutdown"))

    def _wake(self, visit: Visit) -> None:
        """What a service knows of a visit is different now: its script is to look."""
        attending = self._house.scripts.get(visit.leg)
        if attending is not None:
            attending.leave()

    def _guest_of(self, visit: Visit) -> Visit:
        """Who makes a visit now: another than who began it, if that one has handed him over."""
        attending = self._house.scripts.get(visit.leg)
        if attending is None or attending.leg.id == visit.leg:
            return visit
        leg = attending.leg
        name = leg.identity.display_name.decode("utf-8", "replace")
        number = leg.number or self._house.number_of(leg.identity.uri) or ""
        return msgspec.structs.replace(visit, call=leg.call.id, number=number, name=name)

    def _over(self, call: Call) -> None:
        del self._calls[call.id]
