"""What an extension is doing, in the words of the protocol. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engage.calls.model import OpenCall

IDLE, RINGING, IN_USE, UNAVAILABLE = "Idle", "Ringing", "InUse", "Unavailable"


def busy(calls: Iterable[OpenCall]) -> dict[str, str]:
    """The extensions that take part in calls: each talks or calls somebody, or it rings."""
    found: dict[str, str] = {}
    for call in calls:
        for leg in call.legs.values():
            if not leg.extension or not leg.is_up or leg.role == "service":
                continue
            takes_part = bool(leg.answered_at_ms) or leg.role == "caller"
            if takes_part or leg.extension not in found:
                found[leg.extension] = IN_USE if takes_part else RINGING
    return found


def status_of(number: str, busy: Mapping[str, str], *, registered: bool) -> str:
    """It takes part in a call, waits for one, or no phone of it is there."""
    return busy.get(number) or (IDLE if registered else UNAVAILABLE)
