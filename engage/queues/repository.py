"""Rows of the queue log in and out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, true, tuple_

from engage.queues.model import LogRow
from engage.storage.tables import queue_log

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

Place = tuple[int, int]
"""The journal's number of a row, and its place there."""
_DATA = ("data1", "data2", "data3", "data4", "data5")


class QueueLogRepository:
    """The log on disk."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, rows: Sequence[tuple[int, int, LogRow]]) -> None:
        """Write rows down, each with the journal's number and its place there."""
        if rows:
            values = [_values(seq, part, row) for seq, part, row in rows]
            await self._connection.execute(insert(queue_log), values)

    async def after(self, place: Place, since_ms: int, most: int) -> list[tuple[Place, LogRow]]:
        """Rows after a place and not before a moment, the oldest first."""
        seq, part = place
        query = (
            select(queue_log)
            .where(
                tuple_(queue_log.c.seq, queue_log.c.part) > (seq, part),
                queue_log.c.at_ms >= since_ms,
            )
            .order_by(queue_log.c.seq, queue_log.c.part)
            .limit(most)
        )
        found = await self._connection.execute(query)
        return [((each.seq, each.part), _row(each)) for each in found]

    async def between(
        self,
        begin_ms: int,
        end_ms: int,
        *,
        queues: Collection[str] = (),
        without: str = "",
        verbs: Sequence[str] = (),
    ) -> list[LogRow]:
        """Rows from a moment until before another, the oldest first.

        Args:
            begin_ms: the moment.
            end_ms: the other.
            queues: only of these, and what concerns all; none given: of all.
            without: not of this one.
            verbs: only these.
        """
        query = (
            select(queue_log)
            .where(queue_log.c.at_ms >= begin_ms, queue_log.c.at_ms < end_ms)
            .where(queue_log.c.queue.in_((*queues, "")) if queues else true())
            .where(queue_log.c.queue != without if without else true())
            .where(queue_log.c.verb.in_(verbs) if verbs else true())
            .order_by(queue_log.c.seq, queue_log.c.part)
        )
        found = (await self._connection.execute(query)).all()
        return await asyncio.to_thread(lambda: [_row(each) for each in found])

    async def standing(
        self,
        before_ms: int,
        kinds: Collection[Sequence[str]],
        *,
        queues: Collection[str] = (),
        without: str = "",
    ) -> list[LogRow]:
        """How it stood at a moment: the newest earlier row of each kind, agent and queue.

        Args:
            before_ms: the moment.
            kinds: the verbs of which the newest counts, for each kind.
            queues: only of these, and what concerns all; none given: of all.
            without: not of this one.
        """
        found: list[Any] = []
        for verbs in kinds:
            newest = (
                select(func.max(queue_log.c.seq).label("seq"))
                .where(queue_log.c.verb.in_(verbs), queue_log.c.at_ms < before_ms)
                .where(queue_log.c.queue.in_((*queues, "")) if queues else true())
                .where(queue_log.c.queue != without if without else true())
                .group_by(queue_log.c.agent, queue_log.c.queue)
                .subquery()
            )
            query = (
                select(queue_log)
                .join(newest, newest.c.seq == queue_log.c.seq)
                .where(queue_log.c.verb.in_(verbs))
            )
            found += (await self._connection.execute(query)).all()
        return [_row(each) for each in sorted(found, key=lambda each: (each.seq, each.part))]

    async def newest_ms(self) -> int:
        """The moment of the latest row, 0 if there is none."""
        found = await self._connection.scalar(select(func.max(queue_log.c.at_ms)))
        return int(found or 0)


def _values(seq: int, part: int, row: LogRow) -> dict[str, Any]:
    data = {name: row.text(at) for at, name in enumerate(_DATA)}
    return {
        "seq": seq,
        "part": part,
        "at_ms": row.at_ms,
        "call": row.call,
        "queue": row.queue,
        "agent": row.agent,
        "verb": row.verb,
        **data,
    }


def _row(row: Any) -> LogRow:
    data = [getattr(row, name) for name in _DATA]
    while data and not data[-1]:
        data.pop()
    return LogRow(row.at_ms, row.call, row.queue, row.agent, row.verb, tuple(data))
