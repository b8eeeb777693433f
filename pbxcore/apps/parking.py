"""What is said to whoever parks a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Say, Wait

if TYPE_CHECKING:
    from pbxcore.apps.steps import Script

CONSULTS_S: Final = 60.0
"""So long somebody who asked for a slot may take to hand over a call."""


def told_slot(slot: str, waits_s: float = 0.0) -> Script:
    """Say a slot's number, and wait whether a call is handed over to it."""
    yield Say((Prompt("parked-at"), Digits(slot)), barge=False)
    if waits_s:
        yield Wait(waits_s)
