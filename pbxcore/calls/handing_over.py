"""Talks that are handed over without a break: the two talk on until somebody else answers.

So a call is flipped to another phone of whoever has it, and handed to a colleague whose answer the
other party need not wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.party import Farewell
from pbxcore.calls.placing import Placing
from pbxcore.calls.reaching import phones_of
from pbxcore.journal import CallTransferred, LegAnswered, LegCalled
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.call import Call
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.setting_up import SettingUp

FLIP: Final = "call_flip"
"""The feature whose code means one's other phones, also for whom a call is handed on to."""
RINGS_S: Final = 30.0
_HANDED_ON: Final = Farewell("pbx", 0, causes.NORMAL, "transferred")


def flips(context: CallContext, number: str) -> bool:
    """Whether a number means one's other phones."""
    return bool(number) and number == context.directory.plan.codes.features.get(FLIP)


def flip(leg: Leg, told: Callable[[int], None] = lambda status: None) -> None:
    """Ring at the other phones of whoever a leg belongs to."""
    context = leg.call.context
    extension = context.directory.extension(leg.number)
    here = "" if leg.flow is None else leg.flow.source
    reached = [] if extension is None else phones_of(context, extension)
    others = [each for each in reached if each[1][0].source != here]
    if not others:
        told(480)
        return
    _ring(leg, leg.number, "flip", told, lambda search: search.ring_at(others, RINGS_S, "transfer"))


def hand_over(leg: Leg, number: str) -> None:
    """Ring at a number for whom a leg talks to."""
    _ring(leg, number, "seamless", lambda status: None)


def give_up(leg: Leg) -> None:
    """The talk is over, or goes elsewhere: nobody is to have its place."""
    made, leg.handed_to = leg.handed_to, None
    if made is not None:
        made.hang_up(_HANDED_ON)


def _ring(
    leg: Leg,
    number: str,
    kind: str,
    told: Callable[[int], None],
    seek: Callable[[SettingUp], None] | None = None,
) -> None:
    context, partner = leg.call.context, leg.call.partner(leg)
    if partner is None or not leg.number:
        told(481)
        return
    give_up(leg)
    leg.handed_to = made = context.new_call(leg.number, number)

    def answered(other: Leg) -> None:
        leg.handed_to = None
        if leg.call.partner(leg) is not partner:
            made.end(other, _HANDED_ON)
            return
        told(200)
        _take_over(leg, partner, other, made, kind)

    Placing(made, told, shown=partner.identity).begin(number, answered, seek)


def _take_over(leg: Leg, partner: Leg, other: Leg, made: Call, kind: str) -> None:
    """Somebody answered: the one goes, the other comes."""
    call, record = leg.call, leg.call.context.record
    record(CallTransferred(call.id, leg.id, other.number, kind))
    record(LegCalled(call.id, other.id, other.number, "transfer", target=""))
    record(LegAnswered(call.id, other.id))
    del made.legs[other.id]
    other.calls = leg.calls
    other.succeed(leg)
    call.part()
    call.add(other)
    call.end(leg, _HANDED_ON)
    call.join(partner, other)
