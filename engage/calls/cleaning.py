"""The cleaner: once a day, what is older than it is to be kept goes for good."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, tuple_

from engage.background import regularly
from engage.calls.model import Recording
from engage.calls.queries import HistoryRepository
from engage.durations import DAY_MS
from engage.storage.tables import calls, recordings
from engage.system.actor import SYSTEM
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.sound import Recordings
    from engage.calls.storage_settings import CleanerSettings
    from engage.identifiers import Clock
    from engage.storage.database import Database

BATCH = 500
LOOKS_EVERY_S = 60.0


def fullness_of(folder: Path) -> float:
    """How full the disk of a folder is, in percent."""
    usage = shutil.disk_usage(folder)
    return 100 * usage.used / usage.total if usage.total else 0.0


def due_at(now: datetime, hour: int) -> datetime:
    """The next full hour of that name, on the clock of `now`."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


class Cleaner:
    """Removes records of calls and recordings, by the rules that are set.

    Args:
        database: the rows.
        settings: as they hold.
        sound: finds and removes files.
        zone: whose clock it goes by.
        clock: milliseconds UTC.
        fullness: how full the disk of a folder is, in percent.
    """

    def __init__(
        self,
        database: Database,
        settings: Callable[[], CleanerSettings],
        sound: Recordings,
        zone: Callable[[], tzinfo],
        clock: Clock,
        fullness: Callable[[Path], float] = fullness_of,
    ) -> None:
        self._database, self._settings, self._sound = database, settings, sound
        self._zone, self._clock, self._fullness = zone, clock, fullness
        self._looked_at_ms = clock()
        self._worker = regularly("cleaner", self._look, every_s=LOOKS_EVERY_S)

    async def start(self) -> None:
        """Wait for its hour."""
        self._looked_at_ms = self._clock()
        self._worker.start(after_s=LOOKS_EVERY_S)

    async def stop(self) -> None:
        """What is not removed yet is so the next day."""
        await self._worker.stop()

    async def clean(self) -> tuple[int, int]:
        """Remove what is due; how many records, and how many recordings."""
        rules = self._settings()
        records, sounds = 0, 0
        if rules.record_days:
            records = await self._drop_records(self._clock() - rules.record_days * DAY_MS)
        whole = recordings.c.seconds > 0  # not those that still run
        oldest = select(recordings).where(whole).order_by(recordings.c.recorded_at_ms).limit(BATCH)
        if rules.recording_days:
            before_ms = self._clock() - rules.recording_days * DAY_MS
            sounds += await self._drop_all(oldest.where(recordings.c.recorded_at_ms < before_ms))
        if rules.most_recordings:
            newest = (
                select(recordings.c.id).where(whole).order_by(recordings.c.recorded_at_ms.desc())
            )
            kept = newest.limit(rules.most_recordings).scalar_subquery()
            sounds += await self._drop_all(oldest.where(recordings.c.id.not_in(kept)))
        if rules.disk_percent:
            sounds += await self._make_room(rules.disk_percent)
        if records or sounds:
            await self._tell(records, sounds)
        return records, sounds

    async def _drop_records(self, before_ms: int) -> int:
        dropped = 0
        query = select(calls.c.id).where(calls.c.started_at_ms < before_ms).limit(BATCH)
        while True:
            async with self._database.read() as connection:
                ids = list((await connection.execute(query)).scalars())
            if not ids:
                return dropped

            async def work(connection: AsyncConnection, ids: Sequence[str] = ids) -> int:
                return await HistoryRepository(connection).drop(ids)

            dropped += await self._database.write(work)

    async def _drop_all(self, query: Select[tuple[object, ...]]) -> int:
        """Until one stays; a storage that is away does not keep those on the other."""
        dropped = 0
        for storage in ("local", "netdisk"):
            on_it = query.where(recordings.c.storage == storage)
            while found := await self._found(on_it):
                gone = await self._drop(found)
                dropped += gone
                if gone < len(found):
                    break
        return dropped

    async def _make_room(self, percent: int) -> int:
        """The oldest of those on our own disk go, one by one, until it is less full."""
        dropped = 0
        here = select(recordings).where(recordings.c.storage == "local", recordings.c.seconds > 0)
        query = here.order_by(recordings.c.recorded_at_ms).limit(1)
        while self._fullness(self._sound.folder) > percent:
            if not (found := await self._found(query)):
                break
            if not await self._drop(found):
                break  # it frees nothing
            dropped += 1
        return dropped

    async def _found(self, query: Select[tuple[object, ...]]) -> list[Recording]:
        async with self._database.read() as connection:
            return [Recording(**row) for row in (await connection.execute(query)).mappings()]

    async def _drop(self, found: Sequence[Recording]) -> int:
        """Remove files, and forget those that are gone; how many."""
        gone = [(each.id, each.storage) for each in found if await self._sound.drop_file(each)]
        if not gone:
            return 0

        async def work(connection: AsyncConnection) -> None:
            row = tuple_(recordings.c.id, recordings.c.storage)  # one moved meanwhile stays
            await connection.execute(delete(recordings).where(row.in_(gone)))

        await self._database.write(work)
        return len(gone)

    async def _tell(self, records: int, sounds: int) -> None:
        async def work(connection: AsyncConnection) -> None:
            detail = {"records": records, "recordings": sounds}
            await note(connection, SYSTEM, "cleaner.run", "cleaner:", detail)

        await self._database.write(work)

    async def _look(self) -> None:
        rules, now_ms = self._settings(), self._clock()
        due = due_at(self._moment(self._looked_at_ms), rules.hour)
        is_due = rules.enabled and due <= self._moment(now_ms)
        self._looked_at_ms = now_ms
        if is_due:
            await self.clean()

    def _moment(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self._zone())
