"""Rows of reports that are mailed, in and out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import delete, insert, select, update

from engage.queues.scheduled.forms import ReportScheduleForm
from engage.queues.scheduled.model import Schedule
from engage.storage.tables import queue_report_schedules as table

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

log = logging.getLogger(__name__)


class ScheduleRepository:
    """Holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[Schedule]:
        """Every one that can be read, in the order in which they were made."""
        query = select(table).order_by(table.c.created_at_ms, table.c.id)
        found = [_schedule(row) for row in await self._connection.execute(query)]
        return [each for each in found if each is not None]

    async def get(self, schedule_id: str) -> Schedule | None:
        """One; nobody else changes it within this transaction."""
        query = select(table).where(table.c.id == schedule_id).with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _schedule(row)

    async def made_by(self, client_id: str) -> Schedule | None:
        """The one that an earlier try of the same creation has made."""
        query = select(table).where(table.c.client_id == client_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _schedule(row)

    async def due(self, now_ms: int) -> list[str]:
        """Those whose moment has come."""
        query = select(table.c.id).where(table.c.next_ms <= now_ms).order_by(table.c.next_ms)
        return list((await self._connection.execute(query)).scalars())

    async def add(self, schedule: Schedule, now_ms: int) -> None:
        """Store a new one."""
        values = {"id": schedule.id, "client_id": schedule.client_id, "created_at_ms": now_ms}
        await self._connection.execute(insert(table).values(**values, **_columns(schedule)))

    async def put(self, schedule: Schedule) -> None:
        """Store what has changed."""
        change = update(table).where(table.c.id == schedule.id)
        await self._connection.execute(change.values(**_columns(schedule)))

    async def postpone(self, schedule_id: str, next_ms: int) -> None:
        """Look at one again at a later moment."""
        change = update(table).where(table.c.id == schedule_id, table.c.next_ms < next_ms)
        await self._connection.execute(change.values(next_ms=next_ms))

    async def drop(self, schedule_id: str) -> bool:
        """Remove one; whether it was there."""
        gone = await self._connection.execute(delete(table).where(table.c.id == schedule_id))
        return gone.rowcount > 0


def _columns(schedule: Schedule) -> dict[str, Any]:
    return {
        "form": schedule.form.model_dump(),
        "next_ms": schedule.next_ms,
        "last_ms": schedule.last_ms,
        "last_result": schedule.last_result,
        "version": schedule.version,
    }


def _schedule(row: Row[Any]) -> Schedule | None:
    try:
        form = ReportScheduleForm.model_validate(row.form)
    except ValidationError as bad:  # what was once allowed is no longer: the others still go
        fields = sorted({str(part) for each in bad.errors() for part in each["loc"][:1]})
        log.warning("queue report not readable", extra={"schedule": row.id, "fields": fields})
        return None
    return Schedule(
        row.id,
        form,
        row.next_ms,
        row.last_ms,
        row.last_result,
        row.client_id,
        row.version,
    )
