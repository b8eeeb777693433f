"""Faxes that have been kept for as long as they are to be go for good, with their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engage.background import regularly
from engage.durations import DAY_MS
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

LOOKS_EVERY_S: Final = 3600.0


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
        self._worker = regularly("removal of old faxes", self.clean, every_s=LOOKS_EVERY_S)

    async def start(self) -> None:
        """Look from now on."""
        self._worker.start()

    async def stop(self) -> None:
        """What is not removed yet is so the next time."""
        await self._worker.stop()

    async def clean(self) -> int:
        """Remove what is due; how many faxes."""
        days = self._settings().keep_days
        return await self._drop_before(self._clock() - days * DAY_MS) if days else 0

    async def _drop_before(self, moment_ms: int) -> int:
        due = received_faxes.c.received_at_ms < moment_ms
        return await remove(self._database, self._folder, due, _note)


async def _note(connection: AsyncConnection, many: int) -> None:
    await note(connection, SYSTEM, "fax.expire", "fax:", {"count": many})
