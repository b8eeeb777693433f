"""Who called for help, for whom the emergency service calls back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

WITHIN: Final = timedelta(minutes=30)
SHORTEST: Final = 5
"""Fewer digits at the end of two numbers say nothing about whether they are the same."""


class EmergencyReturns:
    """Which extension stood behind the number that the emergency service was shown."""

    def __init__(self) -> None:
        self._callers: dict[str, tuple[str, datetime]] = {}

    def note(self, shown: str, extension: str, now: datetime) -> None:
        """An extension calls for help under a number; the last one to do so counts."""
        self._forget(now)
        if (digits := _digits(shown)) and extension:
            self._callers[digits] = extension, now + WITHIN

    def extension_for(self, dialled: str, now: datetime) -> str:
        """Whom a call to a number of ours is for, "" if nobody has called for help under it.

        Providers write the same number with a country code, and without.
        """
        self._forget(now)
        number = _digits(dialled)
        for shown, (extension, _) in self._callers.items():
            shorter, longer = sorted((shown, number), key=len)
            if len(shorter) >= SHORTEST and longer.endswith(shorter):
                return extension
        return ""

    def _forget(self, now: datetime) -> None:
        self._callers = {at: each for at, each in self._callers.items() if each[1] > now}


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number)).lstrip("0")
