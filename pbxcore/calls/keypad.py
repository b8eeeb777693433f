"""Codes that a party presses while it talks, found among the keys as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


class Keypad:
    """The keys of one party."""

    def __init__(self) -> None:
        self._keys = ""
        self._pressed_at = 0.0

    def press(self, key: str, now: float, codes: Collection[str], between_s: float) -> str:
        """Take one key, at `now` in seconds; the code that it completes, "" for none.

        A key that comes later than `between_s` after another begins anew.
        """
        if now - self._pressed_at > between_s:
            self._keys = ""
        self._pressed_at = now
        longest = max(map(len, codes), default=0)
        self._keys = (self._keys + key)[-longest:] if longest else ""
        ending = [each for each in codes if each and self._keys.endswith(each)]
        if not ending:
            return ""
        self._keys = ""
        return max(ending, key=len)
