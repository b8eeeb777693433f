"""An emergency call has begun: those who are to know it are called, and told who it is.

And the emergency service may call back.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pbxcore.apps.emergency_notice import EmergencyNotice
from pbxcore.calls.placing import Placing
from pbxcore.calls.serving import attend
from pbxcore.calls.visiting import visit_of
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.call import Call
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.planning import Aim
    from pbxcore.calls.surroundings import Surroundings


def alarm(house: Surroundings, aim: Aim, new_call: Callable[[str, str], Call]) -> None:
    """Ring everybody who is to be notified; their phones show whom it is about."""
    emergency, origin = aim.emergency, aim.origin
    if emergency is None:
        return
    address = house.address_of(origin.number, None)
    shown = Caller(address, f"{emergency.name}: {origin.name}".encode(), asserted=True)
    prompt = house.directory.plan.prompts.get(emergency.prompt, "")
    notice = EmergencyNotice(origin.number, prompt)
    for number in emergency.notified:
        if number != origin.number and house.directory.extension(number) is not None:
            call = new_call(number, origin.number)
            Placing(call, shown=shown).begin(number, partial(_tell, call, notice))


def may_be_called_back(leg: Leg) -> None:
    """A trunk has taken a call for help: from now on the service knows its number."""
    call, aim, house = leg.call, leg.call.aim, leg.call.house
    if aim.emergency is not None and leg.trunk:
        trunks = (each.trunk for each in aim.emergency.ways)
        house.emergency_returns.note(aim.returns_to, call.origin.number, trunks, house.moment())


def _tell(call: Call, notice: EmergencyNotice, leg: Leg) -> None:
    attend(leg, notice, visit_of(call, leg, notice.caller, ()), leg.session.lines)
