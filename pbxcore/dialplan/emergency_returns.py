"""Who called for help, for whom the emergency service calls back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.presence.keeping import Store

WITHIN_S: Final = 30 * 60.0
_COUNTRY: Final = re.compile("[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|.{0,3}")
"""A country code: those of one digit and of two, and all others have three (E.164)."""
_NORTH_AMERICAN: Final = 11
"""Digits of a number that begins with the country code 1, which is written without a plus too."""


class CalledForHelp(msgspec.Struct, frozen=True):
    """An extension called for help by one of these trunks; until when it may be called back."""

    extension: str
    trunks: tuple[str, ...]
    until: float


class EmergencyReturns:
    """Which extension stood behind the number that the emergency service was shown.

    Moments are seconds UTC; `store` outlasts us.
    """

    def __init__(self, store: Store[CalledForHelp]) -> None:
        self._store = store
        self._callers = dict(store.load())

    def note(self, shown: str, extension: str, trunks: Iterable[str], now: float) -> None:
        """A trunk has taken a call for help under a number; the last one to call counts."""
        self._forget(now)
        code, national = _parts(shown)
        number = f"+{code}{national}" if code else national
        if number and extension:
            called = CalledForHelp(extension, tuple(trunks), now + WITHIN_S)
            self._callers[number] = called
            self._store.save(number, called)

    def extension_for(self, dialled: str, trunk: str, now: float) -> str:
        """Whom a call by a trunk is for, "" if nobody has called for help under that number."""
        self._forget(now)
        found = [
            each
            for shown, each in self._callers.items()
            if trunk in each.trunks and _same(shown, dialled)
        ]
        return max(found, key=lambda each: each.until).extension if found else ""

    def _forget(self, now: float) -> None:
        for number in [at for at, each in self._callers.items() if each.until <= now]:
            del self._callers[number]
            self._store.save(number, None)


def _same(one: str, other: str) -> bool:
    """Whether two numbers are the same: providers write a country code, or leave it out."""
    (code, national), (other_code, other_national) = _parts(one), _parts(other)
    if code and other_code:
        return (code, national) == (other_code, other_national)
    without_plus = code + national == other_code + other_national
    return bool(national) and (national == other_national or without_plus)


def _parts(number: str) -> tuple[str, str]:
    """The country code, "" where none is to be seen, and the number within that country."""
    digits = "".join(filter(str.isdigit, number))
    if number.startswith("+"):
        pass
    elif digits.startswith("00"):
        digits = digits.removeprefix("00")
    elif not (len(digits) == _NORTH_AMERICAN and digits.startswith("1")):
        return "", digits.lstrip("0")
    code = _COUNTRY.match(digits)
    length = 0 if code is None else code.end()
    return digits[:length], digits[length:].lstrip("0")
