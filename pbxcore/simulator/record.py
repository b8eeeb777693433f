"""What went over the wires, for people to read."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from pbxcore.trace.ladder import Step, ladder
from pbxcore.trace.view import label_of

if TYPE_CHECKING:
    from collections.abc import Sequence

KEPT: Final = 2000
"""Arrows of a ladder: the last ones are those that tell why something failed."""


class Record:
    """Keeps the last arrows; `note` adds what is no message."""

    def __init__(self, kept: int = KEPT) -> None:
        self._steps: deque[tuple[float, str, str, bytes | str, str]] = deque(maxlen=kept)

    def message(self, at: float, source: str, target: str, data: bytes, fate: str) -> None:
        """A message arrived, or was lost when it was sent: its fate says so."""
        self._steps.append((at, source, target, data, fate))

    def note(self, at: float, source: str, target: str, what: str) -> None:
        """Something happened between two, or to one."""
        self._steps.append((at, source, target, what, ""))

    def drawn(self, parties: Sequence[str]) -> str:
        """The ladder, with what became of each message: how long it took, or that it was lost."""
        return ladder([_step(*each) for each in self._steps], parties)


def _step(at: float, source: str, target: str, what: bytes | str, fate: str) -> Step:
    label = what if isinstance(what, str) else label_of(what)
    return Step(at, source, target, f"{label} {fate}".rstrip())
