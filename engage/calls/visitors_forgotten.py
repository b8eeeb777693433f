"""Calls of visitors whose chats are removed: that they were is kept, who called is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from engage.background import regularly
from engage.calls.model import Recording
from engage.storage.tables import call_legs, calls, conversations, recordings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.sound import Recordings
    from engage.livechat.events import ConversationsErased
    from engage.storage.database import Database

PORTION = 100
NAMELESS = {"caller": "", "original_caller": "", "caller_name": "", "conversation": ""}


class VisitorsForgotten:
    """Takes visitors out of the records of their calls, with what was recorded of them."""

    def __init__(self, database: Database, sound: Recordings) -> None:
        self._database, self._sound = database, sound
        self._worker = regularly("forgetting of visitors who called", self.sweep, every_s=None)

    async def start(self) -> None:
        """Begin to do what a crash may have left undone."""
        self._worker.start()

    async def stop(self) -> None:
        """What is left is done after the next start."""
        await self._worker.stop()

    async def erased(self, _: ConversationsErased) -> None:
        """Chats are gone."""
        await self.sweep()

    async def sweep(self) -> int:
        """Forget who called in chats that are there no more; how many calls."""
        there = select(conversations.c.id).where(conversations.c.id == calls.c.conversation)
        query = select(calls.c.id).where(calls.c.conversation != "", ~there.exists()).limit(PORTION)
        forgotten = 0
        while True:
            async with self._database.read() as connection:
                ids = list((await connection.execute(query)).scalars())
            done = await self._forget(ids) if ids else 0
            forgotten += done
            if not done:  # what is left waits for its storage to be back
                return forgotten

    async def _forget(self, found: list[str]) -> int:
        """The files first: a crash leaves rows, by which they are found again."""
        recorded = select(recordings).where(recordings.c.call.in_(found))
        async with self._database.read() as connection:
            rows = (await connection.execute(recorded)).mappings()
            files = [Recording(**row) for row in rows]
        stuck = {each.call for each in files if not await self._sound.drop_file(each)}
        ids = [each for each in found if each not in stuck]

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(recordings).where(recordings.c.call.in_(ids)))
            await connection.execute(
                update(call_legs)
                .where(call_legs.c.call.in_(ids), call_legs.c.role == "caller")
                .values(party="", name="", target="")
            )
            await connection.execute(update(calls).where(calls.c.id.in_(ids)).values(NAMELESS))

        await self._database.write(work)
        return len(ids)
