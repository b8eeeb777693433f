"""Where recordings are kept, and how each file is named."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS: Final = "monitor"
EMERGENCIES: Final = "emergency"
ROOMS: Final = "meetme"
"""The folders that programs know recorded calls and conferences by."""
PROMPTS: Final = "prompts"
"""What is spoken there is moved to where prompts are kept."""
_UNSAFE: Final = re.compile(r"[^0-9A-Za-z+_.]+")


class Archive:
    """Names files: `monitor/2026-11/auto-<seconds since 1970>-<caller>-<callee>.wav`.

    Those of rooms are `meetme/2026-11/meetme-<seconds since 1970>-<room>.wav`.

    Args:
        folder: the absolute path of all recordings.
        clock: seconds UTC since 1970.
    """

    def __init__(self, folder: str, clock: Callable[[], float]) -> None:
        self._folder, self._clock = folder, clock
        self._second = 0
        self._taken: set[str] = set()

    def path(self, file: str) -> str:
        """Where a file is on disk."""
        return f"{self._folder}/{file}"

    def name(self, caller: str, callee: str, folder: str = CALLS) -> str:
        """A new file for these two, below the folder."""
        return self._named(folder, "auto", caller, callee)

    def of_room(self, number: str) -> str:
        """A new file for all who are in a room."""
        return self._named(ROOMS, ROOMS, number)

    def of_prompt(self, token: str) -> str:
        """A new file for a custom prompt that is spoken."""
        return f"{PROMPTS}/{token}.wav"

    def _named(self, folder: str, kind: str, *numbers: str) -> str:
        second = int(self._clock())
        if second != self._second:
            self._second, self._taken = second, set()
        month = datetime.fromtimestamp(second, UTC).strftime("%Y-%m")
        who = "-".join(map(_safe, numbers))
        stem = f"{folder}/{month}/{kind}-{second}-{who}"
        number, found = 1, stem
        while found in self._taken:
            number += 1
            found = f"{stem}-{number}"
        self._taken.add(found)
        return f"{found}.wav"


def _safe(number: str) -> str:
    """A number as part of a file's name."""
    return _UNSAFE.sub("_", number).strip(".")[:32] or "anonymous"
