"""Counters of queues' agents that begin anew at set times."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from engage.background import regularly
from engage.errors import EngageError, Unavailable
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from engage.identifiers import Clock
    from engage.system.actor import Actor

log = logging.getLogger(__name__)
LOOKS_EVERY_S: Final = 15.0
KEEPS_EVERY_MS: Final = 60_000
"""A schedule that is changed shortly before a crash may be due for so long before its change."""


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


class Looks(Protocol):
    """Up to which moment each queue has been looked after, kept over restarts."""

    async def read(self) -> dict[str, int]:
        """The moments by queue, milliseconds UTC."""
        ...

    async def keep(self, moments: Mapping[str, int]) -> None:
        """Put these in the place of all others."""
        ...


class CounterClearing:
    """Looks what is due, and has it done; what cannot be done now is due until it is.

    Args:
        live: tells the PBX.
        clearings: of each queue that is cleared by itself, as it is set now.
        looks: so that what falls due during a restart is made up for, once.
        zone: whose clock it goes by.
        clock: milliseconds UTC.
    """

    def __init__(
        self,
        live: Live,
        clearings: Callable[[], Mapping[str, Clearing]],
        looks: Looks,
        zone: Callable[[], tzinfo],
        clock: Clock,
    ) -> None:
        self._live, self._clearings, self._looks = live, clearings, looks
        self._zone, self._clock = zone, clock
        self._looked: dict[str, int] = {}
        self._kept: dict[str, int] = {}
        self._worker = regularly("clearing of counters", self.look, every_s=LOOKS_EVERY_S)

    async def start(self) -> None:
        """Go on where the last process ended."""
        self._looked = await self._looks.read()
        self._kept = dict(self._looked)
        self._worker.start()

    async def stop(self) -> None:
        """Look no longer."""
        await self._worker.stop()

    async def look(self) -> list[str]:
        """Clear what has become due since the last look; the queues that were."""
        now_ms = self._clock()
        clearings = self._clearings()
        # A queue that is looked after from now on has nothing to make up for.
        self._looked = {each: self._looked.get(each, now_ms) for each in clearings}
        done = []
        for queue, clearing in clearings.items():
            due = clearing.is_due(self._moment(self._looked[queue]), self._moment(now_ms))
            if due and not await self._reset(queue):
                continue
            self._looked[queue] = now_ms
            if due:
                done.append(queue)
        if done or self._is_to_keep(now_ms):
            await self._looks.keep(self._looked)
            self._kept = dict(self._looked)
        return done

    def _is_to_keep(self, now_ms: int) -> bool:
        if self._looked.keys() != self._kept.keys():
            return True
        return any(now_ms - each >= KEEPS_EVERY_MS for each in self._kept.values())

    async def _reset(self, queue: str) -> bool:
        """Whether it is settled; a PBX that is away is asked again."""
        try:
            await self._live.reset(SYSTEM, queue)
        except Unavailable:
            log.warning("counters wait for the pbx", extra={"queue": queue})
            return False
        except EngageError as failed:
            log.warning("counters not reset", extra={"queue": queue, "why": failed.code})
        return True

    def _moment(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self._zone())
