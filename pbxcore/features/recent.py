"""Who called an extension last from outside."""

from __future__ import annotations

from typing import Final

_FORGOTTEN_S: Final = 24 * 3600.0


class RecentCallers:
    """The newest caller of each extension, whether it answered or not."""

    def __init__(self) -> None:
        self._newest: dict[str, tuple[str, float]] = {}

    def came(self, number: str, caller: str, now: float) -> None:
        """A call from outside rings at an extension; `caller` is empty for one who hides."""
        self._newest[number] = caller, now

    def of(self, number: str, now: float) -> str | None:
        """Who it was; None when nobody called today."""
        caller, at = self._newest.get(number, ("", -_FORGOTTEN_S))
        return caller if now - at < _FORGOTTEN_S else None
