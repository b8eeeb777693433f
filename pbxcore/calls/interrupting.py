"""Priority calls: who is called drops whatever he does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Say
from pbxcore.calls.party import Farewell, refused
from pbxcore.calls.reaching import phones_of
from pbxcore.calls.serving import say
from pbxcore.dialplan.emergencies import ORDINARY
from pbxcore.sip import causes
from pbxcore.sip.headers.reason import Reason

if TYPE_CHECKING:
    from pbxcore.apps.steps import Script
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.setting_up import SettingUp
    from pbxcore.dialplan.place import Place

PRIORITY: Final = b"Priority: urgent"
RINGS_S: Final = 30.0
_DROPPED: Final = Farewell("pbx", 0, causes.NORMAL, "priority_call")
_WHY: Final = tuple(causes.reason_lines(Reason(b"SIP", 200, "priority call")))


def refusal(context: CallContext, caller: str, callee: str) -> int:
    """The SIP status that says why a priority call may not be; 0: it may."""
    extension = context.directory.extension(callee)
    if extension is None:
        return 404
    codes = context.directory.plan.codes
    if not codes.priority_for_all and caller not in codes.priority_callers:
        return 403
    if not phones_of(context, extension):
        return 480
    legs = context.lines.of(callee)
    return 486 if any(map(_outranks, legs)) else 0


def go_urgently(search: SettingUp, place: Place) -> None:
    """Ring at an extension whatever it wants, and end what it does."""
    context, number = search.context, place.value
    status = refusal(context, search.front.number, number)
    extension = context.directory.extension(number)
    if status or extension is None:
        search.fail(refused(status, "pbx"))
        return
    interrupt(context, number)
    search.telling += (PRIORITY,)
    search.ring_at(phones_of(context, extension), RINGS_S, "priority")


def interrupt(context: CallContext, number: str) -> None:
    """End every call of an extension; whoever talked to it hears why."""
    for leg in context.lines.of(number):
        _drop(leg)


def _outranks(leg: Leg) -> bool:
    """A call for help, and another priority call, go on."""
    call = leg.call
    return call.urgent or any(each.urgency < ORDINARY for each in call.legs.values())


def _drop(leg: Leg) -> None:
    call, partner = leg.call, leg.call.partner(leg)
    if partner is None:
        call.hang_up(_DROPPED, "" if leg.calls else leg.id)
        return
    call.part()
    call.finish(leg, _DROPPED)
    leg.hang_up(*_WHY)
    say(partner, _interrupted())


def _interrupted() -> Script:
    yield Say((Prompt("interrupted"),), barge=False)
