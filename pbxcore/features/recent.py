"""Who called an extension last from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from pbxcore.presence.keeping import Store

_FORGOTTEN_S: Final = 24 * 3600.0


class Came(msgspec.Struct, frozen=True):
    """Somebody called, at a moment in seconds UTC; `caller` is empty for one who hides."""

    caller: str
    at: float


class RecentCallers:
    """The newest caller of each extension, whether it answered or not; `store` outlasts us."""

    def __init__(self, store: Store[Came]) -> None:
        self._store = store
        self._newest = dict(store.load())

    def came(self, number: str, caller: str, now: float) -> None:
        """A call from outside rings at an extension."""
        self._newest[number] = came = Came(caller, now)
        self._store.save(number, came)

    def of(self, number: str, now: float) -> str | None:
        """Who it was; None when nobody called today."""
        came = self._newest.get(number)
        return came.caller if came is not None and now - came.at < _FORGOTTEN_S else None
