"""Rows of the queue log, and who may see what of the queues."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row; texts are empty where nothing is meant, `data` has at most five."""

    at_ms: int
    call: str
    queue: str
    agent: str
    verb: str
    data: tuple[str, ...] = ()

    def text(self, at: int) -> str:
        """A parameter, from 0; empty where there is none."""
        return self.data[at] if at < len(self.data) else ""

    def number(self, at: int) -> int:
        """A parameter that is a whole number."""
        text = self.text(at)
        return int(text) if text.isdecimal() else 0
