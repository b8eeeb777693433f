"""To whom a visitor who waits is given: a rule over values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PASSED_OVER_MS = 3 * 60_000
"""An agent who let a chat lapse is not given the same again for so long."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is connected and free to work; `busy_at_ms`: when he last had a chat."""

    number: str
    name: str
    chats: int
    busy_at_ms: int

    @property
    def who(self) -> str:
        """Their name in the hub's memberships."""
        return f"user:{self.number}"


def least_busy(
    candidates: Iterable[Candidate], most: int, passed_over: Mapping[str, int], now_ms: int
) -> Candidate | None:
    """Choose who is given a chat: fewest chats, then idle for longest.

    Args:
        candidates: who could have it.
        most: nobody has more chats at a time; 0 sets no limit.
        passed_over: who let this chat lapse (as the hub calls them), and when.
        now_ms: the moment.

    Returns:
        None where nobody is free: the chat waits.
    """
    free = [
        each
        for each in candidates
        if (not most or each.chats < most)
        and now_ms - passed_over.get(each.who, now_ms - PASSED_OVER_MS) >= PASSED_OVER_MS
    ]
    return min(free, key=lambda each: (each.chats, each.busy_at_ms), default=None)
