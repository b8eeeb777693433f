"""Whose call somebody takes who dials a code, or a slot: it decides, the call does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.calls.called_leg import CalledLeg
from pbxcore.calls.party import Farewell
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.calls.leg import Leg
    from pbxcore.calls.surroundings import Surroundings
    from pbxcore.dialplan.place import Place

NOTHING_THERE = Farewell("pbx", 480, causes.cause_of(480), "nothing_to_take")


def leg_to_take(house: Surroundings, who: str, place: Place) -> Leg | None:
    """The leg whose place an extension takes, or to whom it talks; None when nobody is there."""
    match place.kind:
        case "parking_slot":
            return house.parking.leg_at(place.value)
        case "pickup":
            return _ringing(house, who, (place.value,))
        case _:
            groups = house.directory.plan.pickup_groups
            mine = [each.members for each in groups if who in each.members]
            others = dict.fromkeys(number for members in mine for number in members)
            return _ringing(house, who, (each for each in others if each != who))


def _ringing(house: Surroundings, who: str, numbers: Iterable[str]) -> Leg | None:
    """The phone that has rung longest, of a call that is not one's own."""
    found = [
        leg
        for number in numbers
        for leg in house.lines.of(number)
        if isinstance(leg, CalledLeg) and leg.ringing and not leg.answered
        if leg.call.setting_up is not None and leg.call.setting_up.front.number != who
    ]
    return min(found, key=lambda leg: int(leg.id), default=None)
