"""Moves finished recordings to external storage, in the background.

While the storage is away recordings stay where they are, and are tried again; what is where, the
rows of recordings say. Administrators are told when the place changes, and why.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from engage.calls.model import Recording
from engage.calls.storage_settings import STORAGE, StorageSettings
from engage.calls.stores import adopt, check, move
from engage.errors import Unavailable
from engage.storage.tables import recordings
from engage.system.actor import SYSTEM
from engage.system.events import SectionChanged
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.storage.database import Database

    Told = Callable[[AsyncConnection, str, str, str], Awaitable[None]]

log = logging.getLogger(__name__)

BATCH = 100
WITHIN_S = 120.0
"""A disk of the network may hang: then it counts as away."""


class Mover:
    """One pass after the other, by the interval that is set.

    Args:
        database: the rows of recordings.
        events: tell that settings are others.
        settings: as they hold.
        folder: our own.
        told: is told of another place inside the transaction that writes it down: where recordings
            went, where they go, and why, if something failed.
    """

    def __init__(
        self,
        database: Database,
        events: Events,
        settings: Callable[[], StorageSettings],
        folder: Path,
        told: Told,
    ) -> None:
        self._database, self._settings = database, settings
        self._folder, self._told = folder, told
        self._woken = asyncio.Event()
        self._place = ""
        self._stuck: asyncio.Future[None] | None = None
        self._running: asyncio.Task[None] | None = None
        events.listen(SectionChanged, self._changed)

    async def start(self) -> None:
        """Go on where it was."""
        self._place = self._settings().target or str(self._folder)
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """What is not whole there stays here."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def step(self, *, anew: bool = False) -> int:
        """One pass; how many were moved. `anew`: the settings are others, so is the folder."""
        target = self._settings().target
        if not target:
            await self._stand(str(self._folder), "")
            return 0
        folder = Path(target)
        try:
            await self._apart(adopt if anew else check, folder)
            moved = await self._pass(folder)
        except (OSError, TimeoutError) as problem:
            reason = getattr(problem, "strerror", None) or type(problem).__name__
            log.warning("external storage is away", extra={"folder": target, "why": reason})
            await self._stand(str(self._folder), reason)
            return 0
        await self._stand(target, "")
        return moved

    async def _pass(self, folder: Path) -> int:
        moved = 0
        while found := await self._finished():
            for each in found:
                source = self._folder / each.file
                if not source.is_file():
                    await self._written(each, "netdisk")  # moved by a pass that was cut short
                    continue
                await self._apart(move, each.file, self._folder, folder)
                await self._written(each, "netdisk")
                await asyncio.to_thread(source.unlink, missing_ok=True)
                moved += 1
        return moved

    async def _finished(self) -> list[Recording]:
        """Whole recordings that are still here."""
        here = recordings.c.storage == "local", recordings.c.seconds > 0
        query = select(recordings).where(*here).order_by(recordings.c.recorded_at_ms).limit(BATCH)
        async with self._database.read() as connection:
            return [Recording(**row) for row in (await connection.execute(query)).mappings()]

    async def _written(self, recording: Recording, storage: str) -> None:
        async def work(connection: AsyncConnection) -> None:
            row = recordings.c.id == recording.id
            await connection.execute(update(recordings).where(row).values(storage=storage))

        await self._database.write(work)

    async def _apart(self, do: Callable[..., None], *given: Any) -> None:
        """Do it in a thread; one that hangs is waited for before another is begun.

        Raises:
            TimeoutError: it hangs.
        """
        if self._stuck is not None and not self._stuck.done():
            raise TimeoutError
        self._stuck = asyncio.ensure_future(asyncio.to_thread(do, *given))
        async with asyncio.timeout(WITHIN_S):
            await asyncio.shield(self._stuck)

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
            self._woken.set()

    async def _run(self) -> None:
        while True:
            anew = self._woken.is_set()
            self._woken.clear()
            try:
                await self.step(anew=anew)
            except Unavailable:
                log.warning("recordings wait for the database")
            except Exception:
                log.exception("recordings not moved")
            with suppress(TimeoutError):
                async with asyncio.timeout(60 * self._settings().every_min):
                    await self._woken.wait()
