"""What is to be done once for each moment, however often somebody looks whether it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime


class Once:
    """The last moment of each thing for which it was done, by name; gone with the process."""

    def __init__(self) -> None:
        self._done: dict[str, datetime] = {}

    def begins(self, name: str, moment: datetime | None) -> bool:
        """Whether it is to be done now: a moment has come for which it was not."""
        if moment is None or self._done.get(name) == moment:
            return False
        self._done[name] = moment
        return True

    def keep(self, names: Container[str]) -> None:
        """Forget what is not among these any more."""
        self._done = {name: done for name, done in self._done.items() if name in names}
