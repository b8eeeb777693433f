"""Moves finished recordings to external storage, in the background.

While the storage is away recordings stay where they are, and are tried again; what is where, the
rows of recordings say. Administrators are told when the place changes, and why.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from engage.background import Worker
from engage.calls.model import Recording
from engage.calls.storage_settings import STORAGE, StorageSettings
from engage.calls.stores import adopt, check, is_whole, move
from engage.storage.tables import recordings
from engage.system.actor import SYSTEM
from engage.system.events import SectionChanged
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.external_disk import ExternalDisk
    from engage.events import Events
    from engage.storage.database import Database

    Told = Callable[[AsyncConnection, str, str, str], Awaitable[None]]

log = logging.getLogger(__name__)

BATCH = 100
AWAY_S = 60.0
FULL = (errno.ENOSPC, errno.EDQUOT)


class Mover:
    """One pass after the other, by the interval that is set.

    Args:
        database: the rows of recordings.
        events: tell that settings are others.
        settings: as they hold.
        folder: our own.
        disk: does what is done on the other.
        told: is told of another place inside the transaction that writes it down: where recordings
            went, where they go, and why, if something failed.
    """

    def __init__(
        self,
        database: Database,
        events: Events,
        settings: Callable[[], StorageSettings],
        folder: Path,
        disk: ExternalDisk,
        told: Told,
    ) -> None:
        self._database, self._settings = database, settings
        self._folder, self._disk, self._told = folder, disk, told
        self._anew = False
        self._place = ""
        self._tidied = False
        self._refused: set[str] = set()
        """Recordings that could not be moved, and were told of."""
        self._worker = Worker("moving of recordings", self._next, every_s=None, away_s=AWAY_S)
        events.listen(SectionChanged, self._changed)

    async def start(self) -> None:
        """Go on where it was."""
        self._place = self._settings().target or str(self._folder)
        self._worker.start()

    async def stop(self) -> None:
        """What is not whole there stays here."""
        await self._worker.stop()

    async def step(self, *, anew: bool = False) -> int:
        """One pass; how many were moved. `anew`: the settings are others, so is the folder."""
        target = self._settings().target
        if not target:
            await self._stand(str(self._folder), "")
            return 0
        folder = Path(target)
        try:
            await self._disk.do(adopt if anew else check, folder, self._folder)
            await self._tidy(folder)
            moved = await self._pass(folder)
        except OSError as problem:
            reason = getattr(problem, "strerror", None) or type(problem).__name__
            log.warning("external storage is away", extra={"folder": target, "why": reason})
            await self._stand(str(self._folder), reason)
            return 0
        await self._stand(target, "")
        return moved

    async def _pass(self, folder: Path) -> int:
        moved, left = 0, set[str]()
        while found := await self._finished(left):
            for each in found:
                try:
                    moved += await self._moved(each, folder)
                except TimeoutError:
                    raise
                except OSError as problem:
                    if problem.errno in FULL or len(left) >= BATCH:
                        raise
                    await self._disk.do(check, folder, self._folder)
                    await self._disk.do(adopt, folder, self._folder)  # it still can be written to
                    left.add(each.id)  # so it is this file alone
                    await self._refuse(each, problem)
        return moved

    async def _moved(self, recording: Recording, folder: Path) -> bool:
        source = self._folder / recording.file
        if not source.is_file():
            await self._written(recording, "netdisk")  # moved by a pass that was cut short
            return False
        await self._disk.do(move, recording.file, self._folder, folder)
        await self._written(recording, "netdisk")
        await asyncio.to_thread(source.unlink, missing_ok=True)
        return True

    async def _tidy(self, folder: Path) -> None:
        """Once: remove what a pass that was cut short has moved and left here."""
        if self._tidied:
            return
        query = select(recordings.c.file).where(recordings.c.storage == "netdisk")
        async with self._database.read() as connection:
            files = (await connection.execute(query)).scalars().all()
        for file in await asyncio.to_thread(_there, self._folder, files):
            try:
                if await self._disk.do(is_whole, file, self._folder, folder):
                    await asyncio.to_thread((self._folder / file).unlink, missing_ok=True)
            except TimeoutError:
                raise
            except OSError:
                log.warning("moved recording left here too", extra={"file": file}, exc_info=True)
        self._tidied = True

    async def _finished(self, left: Collection[str]) -> list[Recording]:
        """Whole recordings that are still here, without those that were left."""
        here = (
            recordings.c.storage == "local",
            recordings.c.seconds > 0,
            recordings.c.id.not_in(left),
        )
        query = select(recordings).where(*here).order_by(recordings.c.recorded_at_ms).limit(BATCH)
        async with self._database.read() as connection:
            return [Recording(**row) for row in (await connection.execute(query)).mappings()]

    async def _written(self, recording: Recording, storage: str) -> None:
        async def work(connection: AsyncConnection) -> None:
            row = recordings.c.id == recording.id
            await connection.execute(update(recordings).where(row).values(storage=storage))

        await self._database.write(work)

    async def _refuse(self, recording: Recording, problem: OSError) -> None:
        """Tell of one file that stays here; it is tried again by the next pass."""
        if recording.id in self._refused:
            return
        self._refused.add(recording.id)
        detail = {"file": recording.file, "reason": problem.strerror or type(problem).__name__}
        log.warning("recording not moved", extra=detail)

        async def work(connection: AsyncConnection) -> None:
            await note(connection, SYSTEM, "recording.fail", f"call:{recording.call}", detail)

        await self._database.write(work)

    async def _stand(self, place: str, reason: str) -> None:
        """Recordings go to this place; if that is another than before, it is told."""
        if place == self._place:
            return
        old, self._place = self._place, place

        async def work(connection: AsyncConnection) -> None:
            detail = {"from": old, "to": place, "reason": reason}
            await note(connection, SYSTEM, "recording.switch_storage", "recording:", detail)
            await self._told(connection, old, place, reason)

        await self._database.write(work)

    def _changed(self, section: SectionChanged) -> None:
        if section.name == STORAGE:
            self._anew = True
            self._worker.wake()

    async def _next(self) -> float:
        anew, self._anew = self._anew, False
        await self.step(anew=anew)
        return 60.0 * self._settings().every_min


def _there(folder: Path, files: Sequence[str]) -> list[str]:
    return [each for each in files if (folder / each).is_file()]
