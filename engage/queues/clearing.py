"""Counters of queues' agents that begin anew at set times."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from engage.errors import EngageError
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from engage.identifiers import Clock
    from engage.system.actor import Actor

log = logging.getLogger(__name__)
LOOKS_EVERY_S: Final = 15.0


class Clearing(Protocol):
    """When one queue's are due."""

    def is_due(self, after: datetime, now: datetime) -> bool:
        """Whether that lies after one moment and not after another."""
        ...


class Live(Protocol):
    """Whoever counts."""

    async def reset(self, actor: Actor, queue: str) -> None:
        """Count the calls of a queue's agents anew."""
        ...


class CounterClearing:
    """Looks what is due, and has it done.

    Args:
        live: tells the PBX.
        clearings: of each queue, as it is set now.
        zone: whose clock it goes by.
        clock: milliseconds UTC.
    """

    def __init__(
        self,
        live: Live,
        clearings: Callable[[], Mapping[str, Clearing]],
        zone: Callable[[], tzinfo],
        clock: Clock,
    ) -> None:
        self._live, self._clearings = live, clearings
        self._zone, self._clock = zone, clock
        self._looked = self._now()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """What was due before is not made up for."""
        self._looked = self._now()
        self._running = asyncio.create_task(self._look_for_ever())

    async def stop(self) -> None:
        """Look no longer."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    async def look(self) -> list[str]:
        """Clear what has become due since the last look; the queues."""
        before, self._looked = self._looked, self._now()
        due = [
            queue
            for queue, clearing in self._clearings().items()
            if clearing.is_due(before, self._looked)
        ]
        for queue in due:
            try:
                await self._live.reset(SYSTEM, queue)
            except EngageError as failed:
                log.warning("counters not reset", extra={"queue": queue, "why": failed.code})
        return due

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            try:
                await self.look()
            except Exception:
                log.exception("counters not reset")

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, UTC).astimezone(self._zone())
