"""Faxes that have been kept for as long as they are to be go for good, with their pages."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from engage.errors import Unavailable
from engage.storage.tables import received_faxes
from engage.system.actor import SYSTEM
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.faxes.settings import FaxSettings
    from engage.identifiers import Clock
    from engage.storage.database import Database

log = logging.getLogger(__name__)

LOOKS_EVERY_S: Final = 3600.0
AT_ONCE: Final = 500
_DAY_MS: Final = 86_400_000


class FaxRetention:
    """Looks every hour.

    Args:
        database: the rows.
        settings: as they hold.
        folder: where the pages are.
        clock: milliseconds UTC.
    """

    def __init__(
        self,
        database: Database,
        settings: Callable[[], FaxSettings],
        folder: Path,
        clock: Clock,
    ) -> None:
        self._database, self._settings = database, settings
        self._folder, self._clock = folder, clock
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look from now on."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """What is not removed yet is so the next time."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def clean(self) -> int:
        """Remove what is due; how many faxes."""
        days = self._settings().keep_days
        return await self._drop_before(self._clock() - days * _DAY_MS) if days else 0

    async def _drop_before(self, moment_ms: int) -> int:
        rows = received_faxes.c
        due = select(rows.id, rows.file).where(rows.received_at_ms < moment_ms).limit(AT_ONCE)
        dropped = 0
        while True:
            async with self._database.read() as connection:
                found = (await connection.execute(due)).all()
            if not found:
                return dropped
            await asyncio.to_thread(self._unlink, [each.file for each in found])
            ids = [each.id for each in found]

            async def work(connection: AsyncConnection, ids: list[str] = ids) -> None:
                await connection.execute(delete(received_faxes).where(rows.id.in_(ids)))
                await note(connection, SYSTEM, "fax.expire", "fax:", {"count": len(ids)})

            await self._database.write(work)
            dropped += len(ids)

    def _unlink(self, files: list[str]) -> None:
        for each in files:
            if each and Path(each).is_relative_to(self._folder):
                Path(each).unlink(missing_ok=True)

    async def _run(self) -> None:
        while True:
            try:
                await self.clean()
            except Unavailable:
                log.warning("faxes wait for the database")
            except Exception:
                log.exception("faxes not removed")
            await asyncio.sleep(LOOKS_EVERY_S)
