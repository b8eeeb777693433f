"""Counters of queues that begin anew by themselves: each once, whatever becomes of the others."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from engage.errors import Unavailable
from engage.people.queue_clearing import Clearing
from engage.queues.clearing import CounterClearing

if TYPE_CHECKING:
    from engage.system.actor import Actor

NIGHT_MS = 20_000 * 86_400_000
NIGHTLY = Clearing.of({"schedule_clean_enable": "daily", "starttime": "00:00"})
MINUTE_MS = 60_000


class Board:
    """Counters, of which those of one queue cannot be reached."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    async def reset(self, actor: Actor, queue: str) -> None:
        if queue == "6501":
            raise Unavailable
        self.done.append((actor.who, queue))


async def test_what_is_due_is_done_once() -> None:
    now = [NIGHT_MS - MINUTE_MS]
    board = Board()
    queues = {"6500": NIGHTLY, "6501": NIGHTLY, "6502": NIGHTLY, "6503": Clearing()}
    clearing = CounterClearing(board, lambda: queues, lambda: UTC, lambda: now[0])
    assert await clearing.look() == []
    now[0] = NIGHT_MS + 1000
    assert await clearing.look() == ["6500", "6501", "6502"]
    assert await clearing.look() == []
    assert board.done == [("system:", "6500"), ("system:", "6502")]
