"""What an extension asks for by keys while it talks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pbxcore.calls.consenting import YES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.leg import Leg


def code_pressed(leg: Leg, key: str) -> None:
    """Take one key, and do what it completes."""
    call, house = leg.call, leg.call.house
    known = house.directory.plan.codes
    codes: dict[str, Callable[[], object]] = {}
    if leg.number:
        codes = {
            known.park: partial(house.parking.park_partner, leg),
            known.record: partial(call.recording.switch, leg),
        }
    if leg.consenting is not None:
        codes[YES] = partial(leg.consenting.close, agreed=True)
    if pressed := leg.keypad.press(key, house.now(), codes):
        codes[pressed]()
