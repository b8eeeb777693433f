"""Reports about queues: figures of a span of time, for who may see them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Final

from engage.column_heads import Column
from engage.durations import DAY_MS
from engage.errors import N_, Invalid
from engage.identifiers import now_ms
from engage.queues.agent_times import KINDS, SPAN_VERBS, spans
from engage.queues.figures import report, stays
from engage.queues.repository import QueueLogRepository
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Sequence
    from datetime import tzinfo

    from engage.identifiers import Clock
    from engage.queues.agent_times import AgentTimes, Span
    from engage.queues.figures import Figures, Report, Stay
    from engage.queues.model import LogRow
    from engage.storage.database import Database
    from engage.system.actor import Actor

FIGURES: Final = (
    Column("offered", N_("Offered")),
    Column("answered", N_("Answered")),
    Column("abandoned", N_("Abandoned")),
    Column("other", N_("Ended otherwise")),
    Column("missed", N_("Missed")),
    Column("callbacks", N_("Callbacks")),
    Column("answered_rate", N_("Answered rate"), "%"),
    Column("abandoned_rate", N_("Abandoned rate"), "%"),
    Column("service_level", N_("Service level"), "%"),
    Column("service_level_2", N_("Service level of all who were offered"), "%"),
    Column("average_wait_s", N_("Average wait"), "s"),
    Column("average_talk_s", N_("Average talk"), "s"),
    Column("longest_wait_s", N_("Longest wait"), "s"),
    Column("rated", N_("Ratings")),
    Column("average_rating", N_("Average rating")),
)
"""What is told of each line."""
COLUMNS: Final = tuple(each.field for each in FIGURES)
TIMES: Final = (
    Column("logged_in_s", N_("Logged in"), "s"),
    Column("on_break_s", N_("On a break"), "s"),
    Column("wrap_up_s", N_("Wrap-up"), "s"),
    Column("breaks", N_("Breaks by reason")),
)
"""What is told of an agent's line besides."""
AFTER_MS: Final = DAY_MS
"""So long after it the end is looked for of what it saw begin."""
MOST_ROWS: Final = 500_000
"""A report of more is refused: it is of days or months, not of all times."""


class QueueReports:
    """Reads the log, and counts.

    Args:
        database: has the log.
        within_s: the service level of a queue.
        zone: the time zone of hours.
        without: a queue that is none, under which calls to outside are told.
        clock: tells until when those last who are there.
        most_rows: a report is made of so many at most.
    """

    def __init__(
        self,
        database: Database,
        within_s: Callable[[str], int],
        zone: Callable[[], tzinfo],
        without: Callable[[], str] = lambda: "",
        clock: Clock = now_ms,
        most_rows: int = MOST_ROWS,
    ) -> None:
        self._database, self._within_s, self.zone = database, within_s, zone
        self._without, self._clock, self._most_rows = without, clock, most_rows

    async def report(
        self,
        actor: Actor,
        begin_ms: int,
        end_ms: int,
        queue: str = "",
        agent: str = "",
        *,
        queues: Collection[str] = (),
        zone: tzinfo | None = None,
    ) -> Report:
        """Figures by queue, agent and hour; of some `queues` alone, if any are given.

        Raises:
            Forbidden: without the right to see queues.
            Invalid: too much happened in that time.
        """
        chosen = queues or _of(queue)
        before = await self._standing(actor, begin_ms, chosen)
        rows = await self._rows(actor, begin_ms, end_ms + AFTER_MS, chosen)
        clock = zone or self.zone()

        def hour_of(at_ms: int) -> str:
            return datetime.fromtimestamp(at_ms / 1000, clock).strftime("%Y-%m-%d %H:00")

        return await asyncio.to_thread(
            report,
            [*before, *rows],
            begin_ms,
            end_ms,
            self._within_s,
            hour_of,
            queue,
            agent,
            self._clock(),
        )

    async def stays(
        self, actor: Actor, begin_ms: int, end_ms: int, queue: str = "", agent: str = ""
    ) -> list[Stay]:
        """Every caller who entered in that time, the earliest first."""
        rows = await self._rows(actor, begin_ms, end_ms + AFTER_MS, _of(queue))
        found = await asyncio.to_thread(stays, rows, begin_ms, end_ms)
        return [each for each in found if queue in ("", each.queue) and agent in ("", each.agent)]

    async def spans(
        self, actor: Actor, begin_ms: int, end_ms: int, queue: str = "", agent: str = ""
    ) -> list[Span]:
        """When agents were logged in and on breaks; a break of all queues is one of each."""
        before = await self._standing(actor, begin_ms, _of(queue))
        rows = await self._rows(actor, begin_ms, end_ms + AFTER_MS, _of(queue), verbs=SPAN_VERBS)
        found = await asyncio.to_thread(spans, [*before, *rows], begin_ms, end_ms)
        return [each for each in found if agent in ("", each.agent)]

    def log(self, actor: Actor, begin_ms: int, end_ms: int) -> AsyncIterator[list[LogRow]]:
        """The log as it is, day by day, however long it is.

        Raises:
            Forbidden: without the right to see queues.
        """
        actor.check(Module.QUEUES, "view")
        return self._days(begin_ms, end_ms)

    async def _standing(
        self, actor: Actor, before_ms: int, queues: Collection[str]
    ) -> list[LogRow]:
        """The logins and breaks of before, of which some last."""
        actor.check(Module.QUEUES, "view")
        async with self._database.read() as connection:
            rows = QueueLogRepository(connection)
            return await rows.standing(before_ms, KINDS, queues=queues, without=self._without())

    async def _rows(
        self,
        actor: Actor,
        begin_ms: int,
        end_ms: int,
        queues: Collection[str],
        verbs: Sequence[str] = (),
    ) -> list[LogRow]:
        actor.check(Module.QUEUES, "view")
        found: list[LogRow] = []
        async for some in self._days(begin_ms, end_ms, queues, verbs):
            found += some
            if len(found) > self._most_rows:  # figures of a part would be wrong ones
                raise Invalid({"until": N_("This is too long.")})
        return found

    async def _days(
        self, begin_ms: int, end_ms: int, queues: Collection[str] = (), verbs: Sequence[str] = ()
    ) -> AsyncIterator[list[LogRow]]:
        without = self._without()
        for start_ms in range(begin_ms, end_ms, DAY_MS):
            until_ms = min(start_ms + DAY_MS, end_ms)
            async with self._database.read() as connection:
                rows = QueueLogRepository(connection)
                found = await rows.between(
                    start_ms, until_ms, queues=queues, without=without, verbs=verbs
                )
            if found:
                yield found


def _of(queue: str) -> tuple[str, ...]:
    return (queue,) if queue else ()


def figures_row(figures: Figures) -> list[str | int | float]:
    """What is told of one line, in the order of `COLUMNS`."""
    return [getattr(figures, name) for name in COLUMNS]


def times_row(times: AgentTimes) -> list[str | int | float]:
    """What is told of an agent's time, in the order of `TIMES`."""
    breaks = ", ".join(f"{reason or '-'}: {lasted}" for reason, lasted in times.breaks.items())
    return [times.logged_in_s, times.on_break_s, times.wrap_up_s, breaks]
