"""Recordings that are moved to external storage, and what the cleaner removes, on real disks."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import threading
import zipfile
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from sqlalchemy import insert, select

from engage.calls.cleaning import Cleaner, due_at
from engage.calls.external_disk import ExternalDisk
from engage.calls.model import CallRecord, Recording
from engage.calls.moving import Mover
from engage.calls.sound import FileGone, Recordings, WantedSound
from engage.calls.sound_archive import MISSING, packed
from engage.calls.storage_settings import CleanerSettings, StorageSettings
from engage.calls.stores import MARKER, StoreOurs, adopt, move
from engage.errors import Unavailable
from engage.events import Events
from engage.storage.sorted_rows import Order
from engage.storage.tables import call_legs, calls, operations, recordings
from engage.system.actor import SYSTEM
from tests.support.messaging import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000
_ANY_LEG = {
    **dict.fromkeys(("role", "party", "extension", "name", "trunk", "target", "codec"), ""),
    **dict.fromkeys(("disposition", "ended_by", "reason"), ""),
    **dict.fromkeys(("seq", "started_at_ms", "ended_at_ms", "status", "cause"), 0),
    **dict.fromkeys(("packets_in", "packets_lost", "jitter_ms", "mos"), 0),
}


class Archive:
    """Two folders, the rows of recordings, and what administrators were told."""

    def __init__(self, database: Database, data: Path) -> None:
        self.database, self.here, self.nas = database, data / "recordings", data / "nas"
        self.here.mkdir()
        self.nas.mkdir()
        self.settings = StorageSettings(external=True, folder=str(self.nas))
        self.rules = CleanerSettings()
        self.told: list[tuple[str, str, str]] = []
        self.disk = ExternalDisk()
        self.sound = Recordings(database, self.here, self.disk, lambda: self.settings.folder)
        self.mover = Mover(
            database, Events(), lambda: self.settings, self.here, self.disk, self.tell
        )
        self.full = 0.0
        self.cleaner = Cleaner(
            database, lambda: self.rules, self.sound, lambda: UTC, lambda: NOW_MS, self.fullness
        )

    async def tell(self, _: AsyncConnection, old: str, new: str, reason: str) -> None:
        self.told.append((old, new, reason))

    def fullness(self, folder: Path) -> float:
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


async def test_recordings_are_told_apart_by_what_they_are_of(archive: Archive) -> None:
    files = ("monitor/2026-11/a.wav", "monitor/2026-11/b.wav", "meetme/2026-11/c.wav")
    added = [*files, "emergency/2026-11/d.wav"]
    parties = "1000", "", "1001", ""
    rows = [Recording(each, f"call-{each[-5]}", each, NOW_MS, 1.0, *parties) for each in added]
    leg = {"call": "call-b", "position": 1, "action": "queue", "action_owner": "6500"}

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(recordings), [asdict(each) for each in rows])
        await connection.execute(insert(call_legs), [{**_ANY_LEG, **leg}])

    await archive.database.write(work)
    order = Order("recorded_at")
    for kind, file in zip(("call", "queue", "conference", "emergency"), added, strict=True):
        found, total = await archive.sound.page(SYSTEM, WantedSound(kind=kind), order, 10)
        assert ([each.file for each in found], total) == ([file], 1)
        assert await archive.sound.kinds(found) == {file: kind}


async def test_recordings_go_together_but_for_those_that_are_out_of_reach(archive: Archive) -> None:
    await archive.mover.start()
    await archive.mover.stop()
    moved = await archive.add(1)
    await archive.mover.step(anew=True)
    near = await archive.add(3, days_ago=1)
    shutil.rmtree(archive.nas)
    archive.nas.mkdir()  # the mount point of what is not mounted
    ids = [each.id for each in [*moved, *near]]
    assert await archive.sound.delete_many(SYSTEM, ids) == 3
    assert [each.id for each in await archive.kept()] == [moved[0].id]
    assert not list(archive.here.rglob("*.wav"))
    assert (await archive.noted()).count("recording.delete") == 3


async def test_what_is_out_of_reach_is_named_in_an_archive(archive: Archive) -> None:
    first, gone, last = await archive.add(3)
    (archive.here / gone.file).unlink()
    every = archive.sound.every(SYSTEM, WantedSound(), Order("recorded_at", descending=False))
    whole = b"".join([piece async for piece in packed(archive.sound, every)])
    with zipfile.ZipFile(io.BytesIO(whole)) as made:
        assert made.namelist() == [first.file, last.file, MISSING]
        assert made.read(last.file) == (archive.here / last.file).read_bytes()
        assert made.read(MISSING).decode() == f"{gone.file}\n"


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
    adopt(archive.nas, archive.here)
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
    adopt(archive.nas, archive.here)
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


async def test_what_a_kill_left_here_goes_once_it_is_whole_there(archive: Archive) -> None:
    added = await archive.add(2)
    sound = (archive.here / added[0].file).read_bytes()
    await archive.mover.step(anew=True)
    for each in added:  # written down as moved, and killed before this was removed
        (archive.here / each.file).write_bytes(sound)
    (archive.nas / added[1].file).write_bytes(b"half")
    again = Mover(
        archive.database,
        Events(),
        lambda: archive.settings,
        archive.here,
        archive.disk,
        archive.tell,
    )
    assert await again.step() == 0
    assert [each.name for each in archive.here.rglob("*.wav")] == ["auto-0-1-True.wav"]


@pytest.mark.parametrize("name", ["recordings", "recordings/inside", ".", "link"])
async def test_our_own_folder_is_no_external_storage(archive: Archive, name: str) -> None:
    added = await archive.add(3)
    (archive.here / "inside").mkdir()
    (archive.here.parent / "link").symlink_to(archive.here)
    folder = archive.here.parent / name
    archive.settings = StorageSettings(external=True, folder=str(folder))
    with pytest.raises(StoreOurs):
        adopt(folder, archive.here)
    (folder / MARKER).write_bytes(b"")  # as an older release did
    for anew in (True, False):
        assert await archive.mover.step(anew=anew) == 0
    with pytest.raises(StoreOurs):
        move(added[0].file, archive.here, folder)
    assert all((archive.here / each.file).is_file() for each in added)
    assert [each.storage for each in await archive.kept()] == ["local"] * 3


async def test_one_file_under_another_name_is_not_moved_onto_itself(archive: Archive) -> None:
    [added] = await archive.add(1)
    adopt(archive.nas, archive.here)
    (archive.nas / "monitor").symlink_to(archive.here / "monitor")
    assert await archive.mover.step() == 0
    assert (archive.here / added.file).is_file()


def test_external_storage_needs_a_folder() -> None:
    with pytest.raises(ValidationError) as refused:
        StorageSettings(external=True)
    assert [each["loc"] for each in refused.value.errors()] == [("folder",)]
    assert not StorageSettings().target


async def test_one_bad_file_does_not_keep_the_others(archive: Archive) -> None:
    first, *_ = await archive.add(4)
    adopt(archive.nas, archive.here)
    (archive.nas / first.file).mkdir(parents=True)  # nothing replaces a folder
    assert [await archive.mover.step() for _ in range(2)] == [3, 0]
    assert sorted(each.storage for each in await archive.kept()) == ["local"] + ["netdisk"] * 3
    assert (archive.here / first.file).is_file()
    assert await archive.noted() == ["recording.fail", "recording.switch_storage"]


async def test_the_cleaner_leaves_recordings_that_run(archive: Archive) -> None:
    [running] = await archive.add(1, whole=False, days_ago=3)
    await archive.add(3)
    archive.rules = CleanerSettings(most_recordings=3, recording_days=1)
    assert await archive.cleaner.clean() == (0, 0)
    archive.rules = CleanerSettings(most_recordings=2)
    assert await archive.cleaner.clean() == (0, 1)
    assert running.id in {each.id for each in await archive.kept()}


async def test_what_cannot_be_removed_is_not_forgotten(archive: Archive) -> None:
    moved = await archive.add(2, days_ago=40)
    await archive.mover.step(anew=True)
    shutil.rmtree(archive.nas)
    await archive.add(2, days_ago=35)
    archive.rules = CleanerSettings(recording_days=30)
    assert await archive.cleaner.clean() == (0, 2)  # those on our own disk
    assert {each.id for each in await archive.kept()} == {each.id for each in moved}
    with pytest.raises(Unavailable):
        await archive.sound.delete(SYSTEM, moved[0].id)
    archive.nas.mkdir()
    adopt(archive.nas, archive.here)
    assert await archive.cleaner.clean() == (0, 2)
    assert await archive.kept() == []


async def test_room_is_not_made_where_removing_frees_nothing(archive: Archive) -> None:
    for each in await archive.add(3):
        (archive.here / each.file).unlink()
        (archive.here / each.file).mkdir()
        (archive.here / each.file / "held").touch()
    broken = Recordings(archive.database, archive.here, archive.disk)
    broken.path_of = lambda recording: archive.here / recording.file  # type: ignore[method-assign]
    archive.full = 100.0
    rules = CleanerSettings(disk_percent=50)
    cleaner = Cleaner(
        archive.database, lambda: rules, broken, lambda: UTC, lambda: NOW_MS, archive.fullness
    )
    assert await cleaner.clean() == (0, 0)
    assert len(await archive.kept()) == 3


async def test_a_disk_that_hangs_holds_up_nothing_else(archive: Archive) -> None:
    [moved] = await archive.add(1)
    await archive.mover.step(anew=True)
    [moved] = await archive.kept()
    assert await archive.sound.place_of(moved) == archive.nas / moved.file
    released = threading.Event()
    with pytest.raises(TimeoutError):
        await archive.disk.do(released.wait, within_s=0.1)
    async with asyncio.timeout(60):  # half of what one wait for the disk lasts
        for _ in range(50):  # more than the threads that all else shares
            with pytest.raises(Unavailable):
                await archive.sound.place_of(moved)
        assert not await archive.sound.drop_file(moved)
        await archive.add(1, days_ago=1)
        assert await archive.mover.step() == 0
    released.set()
    await eventually(lambda: _back(archive))
    assert await archive.sound.place_of(moved) == archive.nas / moved.file


async def _back(archive: Archive) -> bool:
    return await archive.mover.step() == 1


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
