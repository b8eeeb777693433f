"""Welcome mails of imported users: rows that are due, written a few at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.background import GRACE_S, Worker
from engage.people.model import UNUSABLE, WELCOME_DUE
from engage.people.repository import PeopleRepository

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.extension_rows import ExtensionRows
    from engage.people.ledger import Ledger

AT_ONCE = 50  # in one transaction: it is everybody's writer
AWAY_S = 5.0


class Welcoming:
    """Writes the mails down that an import has left due; a restart goes on with them."""

    def __init__(self, ledger: Ledger, rows: ExtensionRows) -> None:
        self._ledger, self._rows = ledger, rows
        self._worker = Worker("welcome mails", self._next, every_s=None, away_s=AWAY_S)

    async def start(self) -> None:
        """Begin with what an earlier run has left."""
        self._worker.start()

    async def stop(self) -> None:
        """Stop; what is still due stays so."""
        await self._worker.stop(GRACE_S)

    def wake(self) -> None:
        """Something is due."""
        self._worker.wake()

    async def _next(self) -> float | None:
        return 0.0 if await self._some() else None

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
