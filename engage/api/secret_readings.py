"""Notes in the operation log that a program has read passwords."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from engage.system.operation_log import note

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.api.actions import Caller
    from engage.identifiers import Clock
    from engage.storage.database import Database

AGAIN_MS = 3_600_000
MOST = 10_000


class SecretReadings:
    """Once an hour for each program and object: programs read again and again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._noted: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def note(self, caller: Caller, subject: str) -> None:
        """A program reads what `subject` (`extension:2001`) signs in with."""
        key, now = (caller.user.id, subject), self._clock()
        if self._noted.get(key, 0) > now:
            return
        self._noted[key] = now + AGAIN_MS
        self._noted.move_to_end(key)
        if len(self._noted) > MOST:
            self._noted.popitem(last=False)
        action = f"{subject.partition(':')[0]}.read_secret"

        async def work(connection: AsyncConnection) -> None:
            await note(connection, caller.actor, action, subject, at_ms=now)

        await self._database.write(work)
