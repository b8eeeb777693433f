"""Rows of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, select, update

from engage.files.model import File, State
from engage.storage.tables import events, files

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

_TAKEN = func.coalesce(files.c.size, files.c.length)


class FileRepository:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, file: File, expires_at_ms: int) -> None:
        """Store what was announced."""
        await self._connection.execute(
            insert(files).values(
                id=file.id,
                owner=file.owner,
                client_id=file.client_id,
                name=file.name,
                length=file.length,
                media_type=file.media_type,
                state=file.state,
                refusal=file.refusal,
                created_at_ms=file.created_at_ms,
                expires_at_ms=expires_at_ms,
            )
        )

    async def get(self, file_id: str) -> File | None:
        """A file by its identifier."""
        return await self._one(files.c.id == file_id)

    async def by_client_id(self, owner: str, client_id: str) -> File | None:
        """What this person announced under this key."""
        return await self._one(and_(files.c.owner == owner, files.c.client_id == client_id))

    async def judged(self, file_id: str, **values: Any) -> bool:
        """Note what became of an upload; False when it is gone or was judged before."""
        changed = await self._connection.execute(
            update(files)
            .where(files.c.id == file_id, files.c.state == State.UPLOADING)
            .values(**values)
        )
        return changed.rowcount > 0

    async def send(self, file_id: str, conversation_id: str, seq: int) -> bool:
        """Give a stored file to a conversation; False when it is no longer to be had."""
        changed = await self._connection.execute(
            update(files)
            .where(files.c.id == file_id, files.c.state == State.STORED)
            .values(state=State.SENT, conversation_id=conversation_id, seq=seq, expires_at_ms=None)
        )
        return changed.rowcount > 0

    async def give_up(self, file_id: str, *, even_sent: bool = False) -> bool:
        """Let nobody have it any more; False when it was sent, which only `even_sent` undoes."""
        undone = [] if even_sent else [files.c.state != State.SENT]
        changed = await self._connection.execute(
            update(files)
            .where(files.c.id == file_id, *undone)
            .values(state=State.REMOVED, client_id=None, expires_at_ms=0)
        )
        return changed.rowcount > 0

    async def forget(self, file_ids: list[str]) -> None:
        """Drop the rows of files whose bytes are gone."""
        await self._connection.execute(
            delete(files).where(files.c.id.in_(file_ids), files.c.state == State.REMOVED)
        )

    async def taken(self, owner: str | None = None) -> int:
        """Bytes that somebody's files take, or everybody's."""
        query = select(func.coalesce(func.sum(_TAKEN), 0)).where(files.c.state != State.REFUSED)
        if owner is not None:
            query = query.where(files.c.owner == owner)
        return int(await self._connection.scalar(query) or 0)

    async def announced_since(self, owner: str, since_ms: int) -> tuple[int, int | None]:
        """How many files somebody has announced since then, and when the first of them."""
        row = (
            await self._connection.execute(
                select(func.count(), func.min(files.c.created_at_ms)).where(
                    files.c.owner == owner, files.c.created_at_ms > since_ms
                )
            )
        ).one()
        return row[0], row[1]

    async def expired(self, now_ms: int, limit: int) -> list[str]:
        """Those that were never sent, and whose time is over."""
        query = select(files.c.id).where(files.c.expires_at_ms < now_ms).limit(limit)
        return list((await self._connection.execute(query)).scalars())

    async def unsaid(self, after: str, limit: int) -> tuple[list[str], str | None]:
        """Those whose event is gone, among so many; and where to go on."""
        query = (
            select(files.c.id, events.c.kind, events.c.body)
            .outerjoin(
                events,
                and_(
                    events.c.conversation_id == files.c.conversation_id,
                    events.c.seq == files.c.seq,
                ),
            )
            .where(files.c.state == State.SENT, files.c.id > after)
            .order_by(files.c.id)
            .limit(limit)
        )
        rows = (await self._connection.execute(query)).all()
        return [row.id for row in rows if not _says(row.kind, row.body)], rows[
            -1
        ].id if rows else None

    async def said_at(self, conversation_id: str, seq: int) -> list[str]:
        """The file that this event said, if there is one."""
        said = and_(files.c.conversation_id == conversation_id, files.c.seq == seq)
        return list((await self._connection.execute(select(files.c.id).where(said))).scalars())

    async def said(self, conversation_id: str) -> list[str]:
        """All that was said in a conversation, whether it is still there or not."""
        here = files.c.conversation_id == conversation_id
        return list((await self._connection.execute(select(files.c.id).where(here))).scalars())

    async def brought_by(self, owner: str) -> list[str]:
        """All that somebody brought, whatever became of it."""
        theirs = files.c.owner == owner
        return list((await self._connection.execute(select(files.c.id).where(theirs))).scalars())

    async def known(self, file_ids: set[str]) -> set[str]:
        """Those of them that have a row."""
        wanted, found = sorted(file_ids), set[str]()
        for start in range(0, len(wanted), 500):
            portion = files.c.id.in_(wanted[start : start + 500])
            found.update(
                (await self._connection.execute(select(files.c.id).where(portion))).scalars()
            )
        return found

    async def _one(self, condition: Any) -> File | None:
        row = (await self._connection.execute(select(files).where(condition))).one_or_none()
        return None if row is None else _file(row)


def _says(kind: str | None, body: str | None) -> bool:
    """Whether an event is there and still says its file."""
    return kind == "file" and not (body or "").startswith('{"deleted"')


def _file(row: Row[Any]) -> File:
    return File(
        id=row.id,
        owner=row.owner,
        client_id=row.client_id,
        name=row.name,
        length=row.length,
        size=row.size,
        media_type=row.media_type,
        width=row.width,
        height=row.height,
        state=State(row.state),
        refusal=row.refusal,
        conversation_id=row.conversation_id,
        seq=row.seq,
        created_at_ms=row.created_at_ms,
    )
