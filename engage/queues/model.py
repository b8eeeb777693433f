"""Rows of the queue log, and who may see what of the queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pbxcore.queues.queue_log import NONE

WRAP_UP: Final = "WRAPUP"
"""What an INFO row begins with that tells of a wrap-up which is over, and its seconds."""

RATED: Final = "SURVEY"
"""What an INFO row begins with that tells how satisfied a caller is, from 1 to 5."""


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

    @property
    def head(self) -> tuple[str, str, str, str, str]:
        """Moment (Unix time), call, queue, agent and verb, as call-centre tools read them."""
        agent = f"Agent/{self.agent}" if self.agent else NONE
        return str(self.at_ms // 1000), self.call or NONE, self.queue or NONE, agent, self.verb

    def line(self) -> str:
        """The row as a line of the log."""
        return "|".join(map(_clean, (*self.head, *self.data)))


def _clean(field: str) -> str:
    return field.replace("|", "_").replace("\r", " ").replace("\n", " ")
