"""Rows by which a person is recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from engage.livechat.model import OPEN_STATES
from engage.livechat.repository import LiveChatRepository
from engage.privacy.model import SEPARATORS, Asked, Person, compact, slices
from engage.storage.tables import conversations, inquiries, visitors

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.livechat.model import Visitor

NAMED: Final = 500
"""Visitors that one statement names."""


async def find(connection: AsyncConnection, asked: Asked) -> Person:
    """Whom somebody asks for; perhaps nobody who ever chatted."""
    rows = await connection.execute(select(visitors.c.id).where(_fits(asked)))
    found: dict[str, Visitor] = {}
    chats: list[Row[Any]] = []
    for ids in slices(rows.scalars(), NAMED):
        found |= await LiveChatRepository(connection).visitors(ids)
        query = (
            select(inquiries.c.number, inquiries.c.conversation_id, conversations.c.state)
            .join(conversations, conversations.c.id == inquiries.c.conversation_id)
            .where(inquiries.c.visitor_id.in_(ids))
        )
        chats.extend(await connection.execute(query))
    chats.sort(key=lambda each: each.number)
    numbers = {asked.value, compact(asked.value)} - {""} if asked.by == "phone" else set()
    return Person(
        asked,
        tuple(found.values()),
        tuple(each.conversation_id for each in chats),
        sum(each.state in OPEN_STATES for each in chats),
        frozenset(numbers),
    )


def _fits(asked: Asked) -> ColumnElement[bool]:
    match asked.by:
        case "email":
            return visitors.c.email_key == asked.value.casefold()
        case "phone":
            return (visitors.c.phone != "") & (dialled(visitors.c.phone) == compact(asked.value))
        case "visitor":
            return visitors.c.id == asked.value


def dialled(column: ColumnElement[str]) -> ColumnElement[str]:
    """`compact`, in SQL."""
    for each in SEPARATORS:
        column = func.replace(column, each, "")
    return column
