"""Recordings that are moved to external storage, and what the cleaner removes, on real disks."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from engage.calls.cleaning import Cleaner, due_at
from engage.calls.model import CallRecord, Recording
from engage.calls.moving import Mover
from engage.calls.sound import FileGone, Recordings
from engage.calls.storage_settings import CleanerSettings, StorageSettings
from engage.calls.stores import MARKER, adopt
from engage.errors import Unavailable
from engage.events import Events
from engage.storage.tables import calls, operations, recordings

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000


class Archive:
    """Two folders, the rows of recordings, and what administrators were told."""

    def __init__(self, database: Database, data: Path) -> None:
        self.database, self.here, self.nas = database, data / "recordings", data / "nas"
        self.here.mkdir()
        self.nas.mkdir()
        self.settings = StorageSettings(external=True, folder=str(self.nas))
        self.rules = CleanerSettings()
        self.told: list[tuple[str, str, str]] = []
        self.sound = Recordings(database, self.here, lambda: self.settings.folder)
        self.mover = Mover(database, Events(), lambda: self.settings, self.here, self._told)
        self.full = 0.0
        self.cleaner = Cleaner(
            database, lambda: self.rules, self.sound, lambda: UTC, lambda: NOW_MS, self._fullness
        )

    async def _told(self, _: AsyncConnection, old: str, new: str, reason: str) -> None:
        self.told.append((old, new, reason))

    def _fullness(self, folder: Path) -> float:
        return self.full * sum(1 for each in folder.rglob("*.wav"))

    async def add(self, count: int, *, whole: bool = True, days_ago: int = 0) -> list[Recording]:
        found = []
        for at in range(count):
            file = f"monitor/2026-11/auto-{days_ago}-{at}-{whole}.wav"
            (self.here / file).parent.mkdir(parents=True, exist_ok=True)
            (self.here / file).write_bytes(os.urandom(2000))
            recorded_at_ms = NOW_MS - days_ago * DAY_MS + at
            seconds = 1.0 if whole else 0.0
            parties = "1000", "Ana", "1001", "Ben"
            found.append(Recording(file, "c", file, recorded_at_ms, seconds, *parties))

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert(recordings), [asdict(each) for each in found])

        await self.database.write(work)
        return found

    async def kept(self) -> list[Recording]:
        async with self.database.read() as connection:
            rows = (await connection.execute(select(recordings))).mappings()
            return [Recording(**row) for row in rows]

    async def noted(self) -> list[str]:
        async with self.database.read() as connection:
            return list((await connection.execute(select(operations.c.action))).scalars())


@pytest.fixture
def archive(database: Database, tmp_path: Path) -> Archive:
    return Archive(database, tmp_path)


async def test_finished_recordings_are_moved_whole_and_played_from_there(archive: Archive) -> None:
    added = await archive.add(50)
    [running] = await archive.add(1, whole=False)
    sound = {each.file: (archive.here / each.file).read_bytes() for each in added}
    await archive.mover.start()
    await archive.mover.stop()
    assert await archive.mover.step(anew=True) == 50
    for each in await archive.kept():
        expected = "local" if each.id == running.id else "netdisk"
        assert each.storage == expected
        if expected == "netdisk":
            path = archive.sound.path_of(each)
            assert path == archive.nas / each.file
            assert path.read_bytes() == sound[each.file]
    assert [each.name for each in archive.here.rglob("*.wav")] == ["auto-0-0-False.wav"]
    assert not [each for each in archive.nas.rglob("*") if each.name.endswith(".part")]
    assert await archive.mover.step() == 0


async def test_storage_that_is_away_is_told_of_once_and_tried_again(archive: Archive) -> None:
    await archive.mover.start()
    await archive.mover.stop()
    [first] = await archive.add(1)
    await archive.mover.step(anew=True)
    shutil.rmtree(archive.nas)
    archive.nas.mkdir()  # the mount point of what is not mounted
    added = await archive.add(3, days_ago=1)
    for _ in range(3):
        assert await archive.mover.step() == 0
    assert all((archive.here / each.file).is_file() for each in added)
    with pytest.raises(Unavailable):
        archive.sound.path_of((await archive.kept())[0])
    adopt(archive.nas)
    with pytest.raises(FileGone):
        archive.sound.path_of(next(e for e in await archive.kept() if e.id == first.id))
    assert await archive.mover.step() == 3
    here, nas = str(archive.here), str(archive.nas)
    assert [(old, new) for old, new, _ in archive.told] == [(nas, here), (here, nas)]
    assert archive.told[0][2] == os.strerror(2)
    assert (await archive.noted()).count("recording.switch_storage") == 2


async def test_another_place_is_told_with_the_old_and_the_new(archive: Archive) -> None:
    archive.settings = StorageSettings(external=False)
    await archive.mover.start()
    await archive.mover.stop()
    archive.settings = StorageSettings(external=True, folder=str(archive.nas))
    await archive.mover.step(anew=True)
    assert (archive.nas / MARKER).is_file()
    assert archive.told == [(str(archive.here), str(archive.nas), "")]


async def test_a_pass_that_was_cut_short_is_ended_by_the_next(archive: Archive) -> None:
    [moved] = await archive.add(1)
    adopt(archive.nas)
    (archive.nas / moved.file).parent.mkdir(parents=True)
    (archive.here / moved.file).rename(archive.nas / moved.file)
    await archive.mover.step()
    assert [each.storage for each in await archive.kept()] == ["netdisk"]


async def test_the_cleaner_keeps_what_it_is_told_to_keep(archive: Archive) -> None:
    await archive.add(4, days_ago=40)
    await archive.mover.step(anew=True)  # these are on the netdisk
    await archive.add(6, days_ago=20)
    await archive.add(5)
    assert await archive.cleaner.clean() == (0, 0)
    archive.rules = CleanerSettings(recording_days=30)
    assert await archive.cleaner.clean() == (0, 4)
    assert not list(archive.nas.rglob("*.wav"))
    archive.rules = CleanerSettings(most_recordings=8)
    assert await archive.cleaner.clean() == (0, 3)
    archive.full = 10.0
    archive.rules = CleanerSettings(disk_percent=60)
    assert await archive.cleaner.clean() == (0, 2)
    assert len(await archive.kept()) == len(list(archive.here.rglob("*.wav"))) == 6
    assert (await archive.noted()).count("cleaner.run") == 3


async def test_old_records_of_calls_go_and_their_recordings_stay(
    archive: Archive, database: Database
) -> None:
    usual = dict.fromkeys(CallRecord.__dataclass_fields__, "") | dict.fromkeys(
        ("seq", "ended_at_ms", "duration_s", "talk_s", "status", "cause"), 0
    )
    ages = (1, 10, 100, 1000)
    rows = [
        {
            **usual,
            "id": f"c{age}",
            "number": age,
            "answered_at_ms": None,
            "started_at_ms": NOW_MS - age * DAY_MS,
        }
        for age in ages
    ]

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(calls), rows)

    await database.write(work)
    await archive.add(1, days_ago=1000)
    archive.rules = CleanerSettings(record_days=30)
    assert await archive.cleaner.clean() == (2, 0)
    async with database.read() as connection:
        assert set((await connection.execute(select(calls.c.id))).scalars()) == {"c1", "c10"}
    assert len(await archive.kept()) == 1


def test_its_hour_comes_once_a_day() -> None:
    noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert due_at(noon, 3) == datetime(2026, 11, 27, 3, tzinfo=UTC)
    assert due_at(noon, 13) == datetime(2026, 11, 26, 13, tzinfo=UTC)
    assert due_at(noon - timedelta(minutes=1), 12) == noon
