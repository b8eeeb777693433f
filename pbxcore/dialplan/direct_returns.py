"""Who of ours called somebody outside, and gets him when he calls back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.dialplan.same_number import is_same, parts

if TYPE_CHECKING:
    from pbxcore.presence.keeping import Store

WITHIN_S: Final = 7 * 24 * 3600.0
"""For so long a call is returned to who made it."""
MOST: Final = 10_000
"""So many calls are remembered, the newest."""
_COMPARED: Final = 4
"""Digits at the end by which numbers are found that may be the same."""


class CalledOut(msgspec.Struct, frozen=True):
    """An extension called a number by a trunk; until when a call from there is for it."""

    number: str
    trunk: str
    extension: str
    until: float


class DirectReturns:
    """The last call to each number by each trunk whose callers are returned.

    Moments are seconds UTC; `store` outlasts us.
    """

    def __init__(self, store: Store[CalledOut]) -> None:
        self._store = store
        self._calls: dict[str, CalledOut] = {}
        self._keys: dict[str, list[str]] = {}
        for key, called in sorted(store.load().items(), key=lambda each: each[1].until):
            self._add(key, called)

    def note(self, number: str, trunk: str, extension: str, now: float) -> None:
        """An extension calls a number by a trunk, whether somebody answers or not."""
        if not _tail(number):
            return
        key = f"{trunk} {number}"
        called = CalledOut(number, trunk, extension, now + WITHIN_S)
        self._drop(key)
        self._add(key, called)
        self._store.save(key, called)
        while self._is_over(oldest := next(iter(self._calls)), now):
            self._drop(oldest)
            self._store.save(oldest, None)

    def extension_for(self, caller: str, trunk: str, now: float) -> str:
        """Who called a caller last that comes by a trunk, "" for nobody."""
        found = [
            called
            for called in (self._calls[key] for key in self._keys.get(_tail(caller), ()))
            if called.trunk == trunk and called.until > now and is_same(called.number, caller)
        ]
        return max(found, key=lambda each: each.until).extension if found else ""

    def _is_over(self, key: str, now: float) -> bool:
        return len(self._calls) > MOST or self._calls[key].until <= now

    def _add(self, key: str, called: CalledOut) -> None:
        self._calls[key] = called
        self._keys.setdefault(_tail(called.number), []).append(key)

    def _drop(self, key: str) -> None:
        called = self._calls.pop(key, None)
        if called is not None:
            tail = _tail(called.number)
            self._keys[tail].remove(key)
            if not self._keys[tail]:
                del self._keys[tail]


def _tail(number: str) -> str:
    _, national = parts(number)
    return national[-_COMPARED:]
