"""Who called for help, for whom the emergency service calls back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.dialplan.same_number import is_same, parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.presence.keeping import Store

WITHIN_S: Final = 30 * 60.0


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
        code, national = parts(shown)
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
            if trunk in each.trunks and is_same(shown, dialled)
        ]
        return max(found, key=lambda each: each.until).extension if found else ""

    def _forget(self, now: float) -> None:
        for number in [at for at, each in self._callers.items() if each.until <= now]:
            del self._callers[number]
            self._store.save(number, None)
