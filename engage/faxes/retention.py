"""Faxes that have been kept for as long as they are to be go for good, with their pages."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from engage.errors import Unavailable
from engage.faxes.removing import remove
from engage.storage.tables import received_faxes
from engage.system.actor import SYSTEM
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.faxes.settings import FaxSettings
    from engage.identifiers import Clock
    from engage.storage.database import Database

log = logging.getLogger(__name__)

LOOKS_EVERY_S: Final = 3600.0
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
        due = received_faxes.c.received_at_ms < moment_ms
        return await remove(self._database, self._folder, due, _note)

    async def _run(self) -> None:
        while True:
            try:
                await self.clean()
            except Unavailable:
                log.warning("faxes wait for the database")
            except Exception:
                log.exception("faxes not removed")
            await asyncio.sleep(LOOKS_EVERY_S)


async def _note(connection: AsyncConnection, many: int) -> None:
    await note(connection, SYSTEM, "fax.expire", "fax:", {"count": many})
