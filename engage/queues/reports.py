"""Reports about queues: figures of a span of time, for who may see them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Final

from engage.queues.figures import report, spans, stays
from engage.queues.repository import QueueLogRepository
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from engage.queues.figures import Figures, Report, Span, Stay
    from engage.queues.model import LogRow
    from engage.storage.database import Database
    from engage.system.actor import Actor

COLUMNS: Final = (
    *("offered", "answered", "abandoned", "other", "missed", "callbacks"),
    *("answered_rate", "abandoned_rate", "service_level", "service_level_2"),
    *("average_wait_s", "average_talk_s", "longest_wait_s"),
)
CALL_COLUMNS: Final = (
    *("entered_ms", "queue", "number", "name", "agent", "outcome", "position"),
    *("waited_s", "rang_s", "talked_s", "ended_by", "callback"),
)


class QueueReports:
    """Reads the log, and counts.

    Args:
        database: has the log.
        within_s: the service level of a queue.
        zone: the time zone of hours.
        without: a queue that is none, under which calls to outside are told.
    """

    def __init__(
        self,
        database: Database,
        within_s: Callable[[str], int],
        zone: Callable[[], tzinfo],
        without: Callable[[], str] = lambda: "",
    ) -> None:
        self._database, self._within_s, self.zone = database, within_s, zone
        self._without = without

    async def report(
        self, actor: Actor, begin_ms: int, end_ms: int, queue: str = "", agent: str = ""
    ) -> Report:
        """Figures by queue, agent and hour.

        Raises:
            Forbidden: without the right to see queues.
        """
        rows = await self.rows(actor, begin_ms, end_ms)
        zone = self.zone()

        def hour_of(at_ms: int) -> str:
            return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%Y-%m-%d %H:00")

        return await asyncio.to_thread(report, rows, self._within_s, hour_of, queue, agent)

    async def stays(
        self, actor: Actor, begin_ms: int, end_ms: int, queue: str = "", agent: str = ""
    ) -> list[Stay]:
        """Every caller of that time, the earliest first."""
        found = stays(await self.rows(actor, begin_ms, end_ms))
        return [each for each in found if queue in ("", each.queue) and agent in ("", each.agent)]

    async def spans(
        self, actor: Actor, begin_ms: int, end_ms: int, queue: str = "", agent: str = ""
    ) -> list[Span]:
        """When agents were logged in and on breaks; a break of all queues is one of each."""
        found = spans(await self.rows(actor, begin_ms, end_ms))
        return [
            each
            for each in found
            if (queue == "" or each.queue in ("", queue)) and agent in ("", each.agent)
        ]

    async def rows(self, actor: Actor, begin_ms: int, end_ms: int) -> list[LogRow]:
        """The log as it is.

        Raises:
            Forbidden: without the right to see queues.
        """
        actor.check(Module.QUEUES, "view")
        async with self._database.read() as connection:
            rows = QueueLogRepository(connection)
            return await rows.between(begin_ms, end_ms, self._without())


def figures_row(figures: Figures) -> list[str | int | float]:
    """What is told of one line, in the order of `COLUMNS`."""
    return [getattr(figures, name) for name in COLUMNS]
