"""A database that lets a test act between a reading and what is made of it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


class SlowReads:
    """Its next reader, once `held`, lingers over what it has read until `go_on`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.write = database.write
        self.has_read, self.go_on = asyncio.Event(), asyncio.Event()
        self.held = False

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._lingering(), self._database.read() as connection:
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        async with self._lingering(), self._database.snapshot() as connection:
            yield connection

    @asynccontextmanager
    async def _lingering(self) -> AsyncIterator[None]:
        held, self.held = self.held, False
        yield
        if held:
            self.has_read.set()
            await self.go_on.wait()
