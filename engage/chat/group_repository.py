"""Rows of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from engage.chat.group_rules import Group, GroupMember, History
from engage.errors import NotFound
from engage.storage.tables import chat_group_members, chat_groups, conversations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection


class GroupRepository:
    """Rows in, values out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, conversation_id: str) -> Group:
        """A group with everybody in it, oldest member first.

        Raises:
            NotFound: there is none.
        """
        heads = await self._connection.execute(
            select(conversations.c.title, conversations.c.owner, chat_groups)
            .join(chat_groups, chat_groups.c.conversation_id == conversations.c.id)
            .where(conversations.c.id == conversation_id)
        )
        if (head := heads.one_or_none()) is None:
            raise NotFound
        rows = await self._connection.execute(
            select(
                chat_group_members.c.number,
                chat_group_members.c.joined_at_ms,
                chat_group_members.c.admin_since_ms,
            )
            .where(chat_group_members.c.conversation_id == conversation_id)
            .order_by(chat_group_members.c.joined_at_ms, chat_group_members.c.number)
        )
        return Group(
            conversation_id,
            head.title,
            head.notice,
            head.history,
            (head.owner or "").removeprefix("user:"),
            tuple(GroupMember(*row) for row in rows),
        )

    async def make(self, conversation_id: str, notice: str, history: History) -> None:
        """A group's own row; once."""
        await self._connection.execute(
            insert(chat_groups).values(
                conversation_id=conversation_id, notice=notice, history=history
            )
        )

    async def change(self, conversation_id: str, values: dict[str, str]) -> None:
        """Notice or history."""
        await self._connection.execute(
            update(chat_groups)
            .where(chat_groups.c.conversation_id == conversation_id)
            .values(values)
        )

    async def add(self, conversation_id: str, numbers: Iterable[str], now_ms: int) -> None:
        """Members; none of them may be in it."""
        rows = [
            {"conversation_id": conversation_id, "number": number, "joined_at_ms": now_ms}
            for number in numbers
        ]
        if rows:
            await self._connection.execute(insert(chat_group_members).values(rows))

    async def remove(self, conversation_id: str, number: str) -> None:
        """A member less."""
        await self._connection.execute(
            delete(chat_group_members).where(
                chat_group_members.c.conversation_id == conversation_id,
                chat_group_members.c.number == number,
            )
        )

    async def appoint(self, conversation_id: str, number: str, since_ms: int | None) -> None:
        """Make a member an administrator, or no longer one."""
        await self._connection.execute(
            update(chat_group_members)
            .where(
                chat_group_members.c.conversation_id == conversation_id,
                chat_group_members.c.number == number,
            )
            .values(admin_since_ms=since_ms)
        )
