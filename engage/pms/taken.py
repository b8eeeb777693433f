"""What was taken from mini bars, as maids have told by phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from engage.identifiers import new_id
from engage.storage.tables import mini_bar_taken
from pbxcore.journal import MiniBarFilled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.service import HubTransaction
    from engage.storage.database import Database
    from pbxcore.journal import Entry


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of an article were taken, and when a maid told so."""

    goods: str
    name: str
    count: int
    maid: str
    taken_at_ms: int


class MiniBarLog:
    """A follower of the journal.

    Args:
        database: keeps what was taken.
        name_of: the name of an article by its code.
    """

    def __init__(self, database: Database, name_of: Callable[[str], str]) -> None:
        self._database, self._name_of = database, name_of

    async def start(self) -> None:
        """It remembers nothing itself."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Keep what these entries say, under the name that the article has now."""
        rows = [
            {
                "id": new_id(),
                "room": fact.room,
                "goods": fact.goods,
                "name": self._name_of(fact.goods),
                "taken": fact.count,
                "maid": fact.maid,
                "taken_at_ms": entry.at_ms,
            }
            for entry in entries
            if isinstance(fact := entry.fact, MiniBarFilled)
        ]
        if rows:
            await transaction.connection.execute(insert(mini_bar_taken), rows)
        return _nothing

    async def of(self, room: str) -> list[Taken]:
        """What was taken in a room since its guest has come, the first first."""
        table = mini_bar_taken
        query = select(table).where(table.c.room == room).order_by(table.c.taken_at_ms, table.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Taken(each.goods, each.name, each.taken, each.maid, each.taken_at_ms) for each in rows
        ]


async def forget(connection: AsyncConnection, room: str) -> None:
    """What was taken in a room so far is nobody's any more: a guest comes, or the room goes."""
    await connection.execute(delete(mini_bar_taken).where(mini_bar_taken.c.room == room))


async def take_along(connection: AsyncConnection, room: str, to: str) -> None:
    """What a guest has taken is his in the room he moves to."""
    table = mini_bar_taken
    await connection.execute(update(table).where(table.c.room == room).values(room=to))


def _nothing() -> None:
    """Nothing is left to do after the commit."""
