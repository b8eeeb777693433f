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
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.planning import Aim


def alarm(context: CallContext, aim: Aim, new_call: Callable[[str, str], Call]) -> None:
    """Ring everybody who is to be notified; their phones show whom it is about."""
    emergency, origin = aim.emergency, aim.origin
    if emergency is None:
        return
    address = context.address_of(origin.number, None)
    shown = Caller(address, f"{emergency.name}: {origin.name}".encode(), asserted=True)
    prompt = context.directory.plan.prompts.get(emergency.prompt, "")
    notice = EmergencyNotice(origin.number, prompt)
    for number in emergency.notified:
        if number != origin.number and context.directory.extension(number) is not None:
            call = new_call(number, origin.number)
            Placing(call, shown=shown).begin(number, partial(_tell, call, notice))


def may_be_called_back(leg: Leg) -> None:
    """A trunk has taken a call for help: from now on the service knows its number."""
    call, aim, context = leg.call, leg.call.aim, leg.call.context
    if aim.emergency is not None and leg.trunk:
        trunks = (each.trunk for each in aim.emergency.ways)
        context.emergency_returns.note(aim.returns_to, call.origin.number, trunks, context.moment())


def _tell(call: Call, notice: EmergencyNotice, leg: Leg) -> None:
    attend(leg, notice, visit_of(call, leg, notice.caller, ()), leg.session.lines)
