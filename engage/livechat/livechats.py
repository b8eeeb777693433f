"""The live chats themselves: their rows, and all of them in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update

from engage.livechat.model import Destination, LiveChat, UnknownLiveChat
from engage.livechat.options import Options
from engage.livechat.pictures.model import pictures_of
from engage.storage.tables import livechats

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


_KEPT = (
    select(livechats.c.id)
    .where(livechats.c.id == bindparam("livechat"), livechats.c.deleted_at_ms.is_(None))
    .with_for_update(read=True)
)


class LiveChatRows:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[LiveChat]:
        """All of them, oldest first."""
        rows = await self._connection.execute(
            select(livechats).order_by(livechats.c.created_at_ms, livechats.c.id)
        )
        return [_livechat(row) for row in rows]

    async def get(self, livechat_id: str) -> LiveChat | None:
        """One that is not deleted; nobody else changes it within this transaction."""
        query = (
            select(livechats)
            .where(livechats.c.id == livechat_id, livechats.c.deleted_at_ms.is_(None))
            .with_for_update()
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _livechat(row)

    async def made_by(self, client_id: str) -> LiveChat | None:
        """The one that an earlier try of the same creation has made."""
        query = select(livechats).where(livechats.c.client_id == client_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _livechat(row)

    async def named(self, name: str) -> str | None:
        """The identifier of the one that has this name, without regard to case."""
        query = select(livechats.c.id).where(livechats.c.name_key == name.casefold())
        found: str | None = await self._connection.scalar(query)
        return found

    async def count(self) -> int:
        """How many there are."""
        query = (
            select(func.count()).select_from(livechats).where(livechats.c.deleted_at_ms.is_(None))
        )
        return int(await self._connection.scalar(query) or 0)

    async def is_kept(self, livechat_id: str) -> bool:
        """Whether a live chat is not deleted, nor will be before this transaction ends."""
        return await self._connection.scalar(_KEPT, {"livechat": livechat_id}) is not None

    async def add(self, livechat: LiveChat, client_id: str | None = None) -> None:
        """Store a new one."""
        await self._connection.execute(
            insert(livechats).values(
                id=livechat.id,
                created_at_ms=livechat.created_at_ms,
                client_id=client_id,
                **_columns(livechat),
            )
        )

    async def change(self, livechat: LiveChat) -> None:
        """Store what has changed about one."""
        await self._connection.execute(
            update(livechats).where(livechats.c.id == livechat.id).values(**_columns(livechat))
        )


class LiveChats:
    """Every live chat in memory, as pages and sockets ask for them on each request."""

    def __init__(self) -> None:
        self._by_id: dict[str, LiveChat] = {}
        self._by_public_id: dict[str, LiveChat] = {}

    async def load(self, database: Database) -> None:
        """Read them anew."""
        async with database.read() as connection:
            found = await LiveChatRows(connection).all()
        self._by_id = {livechat.id: livechat for livechat in found}
        self._by_public_id = {livechat.public_id: livechat for livechat in self.all()}

    def put(self, livechat: LiveChat) -> None:
        """Take over a new or changed one."""
        self._by_id[livechat.id] = livechat
        self._by_public_id = {each.public_id: each for each in self.all()}

    def all(self) -> list[LiveChat]:
        """All that are not deleted, oldest first."""
        return [each for each in self._by_id.values() if each.deleted_at_ms is None]

    def deleted(self) -> list[LiveChat]:
        """Those that are kept for their history only."""
        return [each for each in self._by_id.values() if each.deleted_at_ms is not None]

    def by_id(self, livechat_id: str) -> LiveChat:
        """One by its own identifier, deleted or not."""
        return self._found(self._by_id.get(livechat_id))

    def by_public_id(self, public_id: str) -> LiveChat:
        """One by what stands in its link.

        Raises:
            UnknownLiveChat: there is none, or it was deleted; one switched off is found.
        """
        return self._found(self._by_public_id.get(public_id))

    def former(self, public_id: str) -> LiveChat | None:
        """The deleted one that a link led to."""
        return next((each for each in self.deleted() if each.public_id == public_id), None)

    def _found(self, livechat: LiveChat | None) -> LiveChat:
        if livechat is None:
            raise UnknownLiveChat
        return livechat


def _columns(livechat: LiveChat) -> dict[str, Any]:
    """What of a live chat can change."""
    kept = livechat.deleted_at_ms is None
    return {
        "public_id": livechat.public_id,
        "name": livechat.name,
        "name_key": livechat.name.casefold() if kept else None,
        "enabled": livechat.enabled,
        "destination_kind": livechat.destination.kind,
        "destination_values": list(livechat.destination.values),
        "options": livechat.options.model_dump(mode="json"),
        "version": livechat.version,
        "deleted_at_ms": livechat.deleted_at_ms,
        "pictures": {kind: each.stored() for kind, each in livechat.pictures.items()} or None,
    }


def _livechat(row: Row[Any]) -> LiveChat:
    return LiveChat(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        enabled=row.enabled,
        destination=Destination(row.destination_kind, tuple(row.destination_values)),
        options=Options.model_validate(row.options),
        version=row.version,
        created_at_ms=row.created_at_ms,
        deleted_at_ms=row.deleted_at_ms,
        pictures=pictures_of(row.pictures),
    )
