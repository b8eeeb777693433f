"""How much is stored of a person, and which files and calls are theirs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from engage.livechat.model import OFFLINE
from engage.privacy.model import Holdings
from engage.privacy.traces import TRACES
from engage.storage.tables import calls, consents, conversations, files, recordings

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.privacy.model import Person


async def count(connection: AsyncConnection, person: Person) -> Holdings:
    """Everything, by what it is; in portions, as statements have their limits."""
    counts = Counter({"visitors": len(person.visitors), "conversations": len(person.conversations)})
    for part in person.portions():
        chats = part.conversations
        in_chats = calls.c.conversation.in_(chats)
        recorded = recordings.c.call.in_(select(calls.c.id).where(in_chats))
        left = conversations.c.id.in_(chats) & (conversations.c.state == OFFLINE)
        messages = await _many(connection, conversations, left)
        counts["offline_messages"] += messages
        counts["conversations"] -= messages
        of_chats = consents.c.conversation_id.in_(chats)
        counts["consents"] += await _many(connection, consents, of_chats)
        counts["calls"] += await _many(connection, calls, in_chats)
        counts["recordings"] += await _many(connection, recordings, recorded)
    brought = await files_of(connection, person)
    counts["files"] = len(brought)
    for trace in TRACES:
        counts[trace.name] = len(await trace.rows(connection, person))
    return Holdings(dict(counts), sum(row.size or row.length or 0 for row in brought))


async def files_of(connection: AsyncConnection, person: Person) -> list[Row[Any]]:
    """What they brought, and what was said to them in files; each once."""
    found: dict[str, Row[Any]] = {}
    for part in person.portions():
        whos = [each.who for each in part.visitors]
        theirs = or_(files.c.conversation_id.in_(part.conversations), files.c.owner.in_(whos))
        query = select(files.c.id, files.c.name, files.c.size, files.c.length).where(theirs)
        found |= {row.id: row for row in await connection.execute(query)}
    return list(found.values())


async def calls_of(connection: AsyncConnection, person: Person) -> list[dict[str, Any]]:
    """The calls in their chats, as they are written down."""
    found: list[dict[str, Any]] = []
    for part in person.portions():
        query = select(calls).where(calls.c.conversation.in_(part.conversations))
        found.extend(dict(row) for row in (await connection.execute(query)).mappings())
    return found


async def _many(connection: AsyncConnection, of: Any, condition: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(of).where(condition)
    return int(await connection.scalar(query) or 0)
