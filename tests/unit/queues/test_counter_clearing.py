"""Counters of queues that begin anew by themselves: each once, whatever becomes of the others."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from engage.errors import Unavailable
from engage.people.queue_clearing import Clearing
from engage.queues.clearing import CounterClearing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.system.actor import Actor

NIGHT_MS = 20_000 * 86_400_000
NIGHTLY = Clearing.of({"schedule_clean_enable": "daily", "starttime": "00:00"})
MINUTE_MS = 60_000


class Board:
    """Counters, of which those of one queue cannot be reached."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.away = "6501"

    async def reset(self, actor: Actor, queue: str) -> None:
        if queue == self.away:
            raise Unavailable
        self.done.append((actor.who, queue))


class Memory:
    """Outlives a restart."""

    def __init__(self) -> None:
        self.kept: dict[str, int] = {}

    async def read(self) -> dict[str, int]:
        return dict(self.kept)

    async def keep(self, moments: Mapping[str, int]) -> None:
        self.kept = dict(moments)


class Night:
    """Queues whose counters begin anew at midnight; `again` is the server after a restart."""

    def __init__(self, *queues: str) -> None:
        self.now_ms = NIGHT_MS - MINUTE_MS
        self.board, self.memory = Board(), Memory()
        self.queues = dict.fromkeys(queues, NIGHTLY)
        self.clearing = self._made()

    def _made(self) -> CounterClearing:
        return CounterClearing(
            self.board, lambda: self.queues, self.memory, lambda: UTC, lambda: self.now_ms
        )

    async def again(self) -> None:
        self.clearing = self._made()
        await self.clearing.start()
        await self.clearing.stop()


async def test_what_is_due_is_done_once() -> None:
    night = Night("6500", "6502")
    assert await night.clearing.look() == []
    night.now_ms = NIGHT_MS + 1000
    assert await night.clearing.look() == ["6500", "6502"]
    assert await night.clearing.look() == []
    assert night.board.done == [("system:", "6500"), ("system:", "6502")]


async def test_a_restart_over_midnight_is_made_up_for_once() -> None:
    night = Night("6500")
    await night.clearing.look()
    night.now_ms = NIGHT_MS + MINUTE_MS
    await night.again()
    assert await night.clearing.look() == ["6500"]
    await night.again()
    assert await night.clearing.look() == []


async def test_a_pbx_that_is_away_is_told_later() -> None:
    night = Night("6500", "6501")
    await night.clearing.look()
    night.now_ms = NIGHT_MS + 1000
    assert await night.clearing.look() == ["6500"]
    night.now_ms += MINUTE_MS
    await night.again()
    night.board.away = ""
    assert await night.clearing.look() == ["6501"]
    assert await night.clearing.look() == []


async def test_a_schedule_that_was_set_afterwards_is_not_made_up_for() -> None:
    night = Night()
    await night.clearing.look()
    night.now_ms = NIGHT_MS + MINUTE_MS
    night.queues["6500"] = NIGHTLY
    assert await night.clearing.look() == []
    night.now_ms += 24 * 60 * MINUTE_MS
    assert await night.clearing.look() == ["6500"]
