"""What an extension is doing, in the words of the protocol. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.calls.model import Leg, OpenCall

IDLE, RINGING, IN_USE, UNAVAILABLE = "Idle", "Ringing", "InUse", "Unavailable"


def status_of(number: str, calls: Iterable[OpenCall], *, registered: bool) -> str:
    """It talks or calls somebody, it rings, it waits for calls, or no phone of it is there."""
    legs = [leg for call in calls for leg in call.legs.values() if _is_of(leg, number)]
    if any(leg.answered_at_ms or leg.role == "caller" for leg in legs):
        return IN_USE
    if legs:
        return RINGING
    return IDLE if registered else UNAVAILABLE


def _is_of(leg: Leg, number: str) -> bool:
    return leg.is_up and leg.extension == number and leg.role != "service"
