"""Welcome mails of imported users: rows that are due, written a few at a time."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from engage.errors import EngageError
from engage.people.model import UNUSABLE, WELCOME_DUE
from engage.people.repository import PeopleRepository

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.extension_rows import ExtensionRows
    from engage.people.ledger import Ledger

log = logging.getLogger(__name__)
AT_ONCE = 50  # in one transaction: it is everybody's writer
AGAIN_S = 5.0


class Welcoming:
    """Writes the mails down that an import has left due; a restart goes on with them."""

    def __init__(self, ledger: Ledger, rows: ExtensionRows) -> None:
        self._ledger, self._rows = ledger, rows
        self._due = asyncio.Event()
        self._stopping = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with what an earlier run has left."""
        self._worker = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop; what is still due stays so."""
        self._stopping.set()
        self._due.set()
        if self._worker is not None:
            await self._worker

    def wake(self) -> None:
        """Something is due."""
        self._due.set()

    async def _work(self) -> None:
        while not self._stopping.is_set():
            self._due.clear()
            try:
                while not self._stopping.is_set() and await self._some():
                    pass
                pause_s = None
            except EngageError as problem:
                log.warning("welcome mails wait", extra={"problem": problem.code})
                pause_s = AGAIN_S
            except Exception:
                log.exception("welcome mails wait")
                pause_s = AGAIN_S
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), pause_s)

    async def _some(self) -> bool:
        """Welcome some of those who are due; False when nobody was."""

        async def store(connection: AsyncConnection) -> bool:
            rows = PeopleRepository(connection)
            due = await rows.with_hash(WELCOME_DUE, AT_ONCE)
            for account in due:
                await self._rows.welcome(connection, account)
            await rows.mark([each.id for each in due], UNUSABLE)
            return bool(due)

        return await self._ledger.database.write(store)
