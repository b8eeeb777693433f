"""Tells the queue log to QueueMetrics: in order, one row after the other, until it is taken."""

from __future__ import annotations

import asyncio
import logging
from contextlib import closing
from typing import TYPE_CHECKING, Final

from engage.background import regularly
from engage.queues.queuemetrics import LoaderFailed, WebLoader
from engage.queues.repository import QueueLogRepository

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.queues.queuemetrics import QueueMetricsSettings
    from engage.queues.repository import Place
    from engage.storage.database import Database
    from pbxcore.http_client import HttpClient

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
PAUSE_S: Final = 5.0
"""After a failure; then the loader is asked again what it knows."""


class Loading:
    """The one writer of this PBX; what it has not told yet is in the database.

    Args:
        database: keeps the log.
        settings: as they are now.
        client: reaches public addresses, and those inside that were allowed.
        pause_s: after a failure.
    """

    def __init__(
        self,
        database: Database,
        settings: Callable[[], QueueMetricsSettings],
        client: HttpClient,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._database, self._settings, self._client = database, settings, client
        self._worker = regularly("telling of the queue log", self._next, every_s=pause_s)

    async def start(self) -> None:
        """Tell from now on."""
        self._worker.start()

    async def stop(self) -> None:
        """What was not told is told after the next start."""
        await self._worker.stop()

    async def _next(self) -> None:
        settings = self._settings()
        if settings.enabled and settings.url:
            try:
                await self._tell(settings)
            except LoaderFailed as error:
                log.warning("QueueMetrics took nothing", extra={"reason": str(error)})

    async def _tell(self, settings: QueueMetricsSettings) -> None:
        """From the newest row that is known there on, for as long as the settings hold."""
        with closing(WebLoader(settings, self._client)) as loader:
            await self._tell_to(loader, settings)

    async def _tell_to(self, loader: WebLoader, settings: QueueMetricsSettings) -> None:
        known_s = await loader.high_water_mark()
        after: Place = (-1, -1)
        while self._settings() == settings:
            async with self._database.read() as connection:
                found = await QueueLogRepository(connection).after(after, known_s * 1000, AT_ONCE)
            for place, row in found:
                await loader.insert(row)
                after = place
            if len(found) < AT_ONCE:
                await asyncio.sleep(settings.interval_s)
