"""Whose call somebody takes who dials a code, or a slot: it decides, the call does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.calls.called_leg import CalledLeg
from pbxcore.calls.party import Farewell
from pbxcore.calls.sharing import call_to_retrieve
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.party import Origin
    from pbxcore.dialplan.place import Place
    from pbxcore.sip.flow import Flow

NOTHING_THERE = Farewell("pbx", 480, causes.cause_of(480), "nothing_to_take")


def leg_to_take(context: CallContext, origin: Origin, flow: Flow, place: Place) -> Leg | None:
    """The leg whose place an extension takes, or to whom it talks; None when nobody is there."""
    who = origin.number
    match place.kind:
        case "retrieve":
            return call_to_retrieve(context, who, origin.location, place.value)
        case "flip":
            return _own_call(context, origin, flow)
        case "take_over":
            return _talk_of(context, who, place.value)
        case "parking_slot":
            return context.parking.leg_at(place.value)
        case "pickup":
            return _ringing(context, who, (place.value,))
        case _:
            groups = context.directory.plan.pickup_groups
            mine = [each.members for each in groups if who in each.members]
            others = dict.fromkeys(number for members in mine for number in members)
            return _ringing(context, who, (each for each in others if each != who))


def _own_call(context: CallContext, origin: Origin, flow: Flow) -> Leg | None:
    """What an extension talks, or holds, at another of its phones: the newest first."""
    found = [
        each
        for each in context.lines.of(origin.number)
        if each.call.partner(each) is not None and each.flow is not None
        if each.flow.source != flow.source
        if not each.held_privately or each.location == origin.location
    ]
    return max(found, key=lambda each: (not each.held, int(each.id)), default=None)


def _talk_of(context: CallContext, who: str, number: str) -> Leg | None:
    """What an extension talks, for one that may take it over without its peer noticing."""
    extension = context.directory.extension(number)
    if extension is None:
        return None
    always = who in (number, *extension.handling.taken_over_by)
    found = [
        each
        for each in context.lines.of(number)
        if each.call.partner(each) is not None
        if always or who in each.call.aim.taken_over_by
    ]
    return max(found, key=lambda each: (not each.held, int(each.id)), default=None)


def _ringing(context: CallContext, who: str, numbers: Iterable[str]) -> Leg | None:
    """The phone that has rung longest, of a call that is not one's own."""
    found = [
        leg
        for number in numbers
        for leg in context.lines.of(number)
        if isinstance(leg, CalledLeg) and leg.ringing and not leg.answered
        if leg.call.setting_up is not None and leg.call.setting_up.front.number != who
    ]
    return min(found, key=lambda leg: int(leg.id), default=None)
