"""Rows of calls that are up, and the writing of what is left of those that were."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, func, insert, select

from engage.calls.model import OpenCall, Recording
from engage.storage.tables import call_legs, calls, open_calls, recordings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.model import CallRecord, LegRecord

AT_ONCE = 500
"""SQLite bounds the parameters of a statement."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(OpenCall)


def copied(call: OpenCall) -> OpenCall:
    """A call that may change while the other stays as it is."""
    return _decoder.decode(_encoder.encode(call))


class CallRepository:
    """What the journal's projection reads and writes."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(self) -> list[OpenCall]:
        """Every call that is up, the oldest first."""
        rows = (await self._connection.execute(select(open_calls.c.state))).scalars()
        return sorted(map(_decoder.decode, rows), key=lambda call: call.seq)

    async def keep(self, standing: Sequence[OpenCall], gone: Iterable[str]) -> None:
        """Keep calls as they stand now, and forget those that are up no more."""
        ids = [*(call.id for call in standing), *gone]
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            await self._connection.execute(delete(open_calls).where(open_calls.c.id.in_(some)))
        if standing:
            rows = [{"id": call.id, "state": _encoder.encode(call).decode()} for call in standing]
            await self._connection.execute(insert(open_calls), rows)

    async def last_number(self) -> int:
        """The highest running number that was given to a record."""
        highest: list[int] = []
        for column in (calls.c.number, call_legs.c.number):
            found = (await self._connection.execute(select(func.max(column)))).scalar_one()
            highest.append(found or 0)
        return max(highest)

    async def known(self, ids: Sequence[str]) -> set[str]:
        """Which of these calls have a record already."""
        found: set[str] = set()
        for start in range(0, len(ids), AT_ONCE):
            query = select(calls.c.id).where(calls.c.id.in_(ids[start : start + AT_ONCE]))
            found |= set((await self._connection.execute(query)).scalars())
        return found

    async def parties(self, call_id: str) -> tuple[str, str, str, str]:
        """Who called, and who answered or was called, each with their name; empty if not known."""
        columns = (calls.c.caller, calls.c.caller_name, calls.c.answered_by, calls.c.callee)
        query = select(*columns, calls.c.callee_name).where(calls.c.id == call_id)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return "", "", "", ""
        return row.caller, row.caller_name, row.answered_by or row.callee, row.callee_name

    async def add(self, records: Sequence[CallRecord], legs: Sequence[LegRecord]) -> None:
        """Write the records of calls and of their legs."""
        if records:
            await self._connection.execute(insert(calls), [asdict(each) for each in records])
        if legs:
            await self._connection.execute(insert(call_legs), [asdict(each) for each in legs])

    async def recording(self, recording_id: str) -> Recording | None:
        """One recording."""
        query = select(recordings).where(recordings.c.id == recording_id)
        row = (await self._connection.execute(query)).mappings().one_or_none()
        return None if row is None else Recording(**row)

    async def unmeasured(self, recording_id: str = "") -> list[Recording]:
        """Recordings of which it is not known how long they are; that one, or all."""
        query = select(recordings).where(recordings.c.seconds == 0)
        if recording_id:
            query = query.where(recordings.c.id == recording_id)
        return [Recording(**row) for row in (await self._connection.execute(query)).mappings()]

    async def add_recording(self, found: Recording) -> None:
        """Write which recording there is; one that is known already is written anew."""
        await self._connection.execute(delete(recordings).where(recordings.c.id == found.id))
        await self._connection.execute(insert(recordings), [asdict(found)])
