"""Rows of alarms: how often each path was gone for whoever waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from engage.storage.tables import inquiry_alarms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often a path was gone for one inquiry, and when last."""

    made: int = 0
    last_ms: int = 0


class AlarmRepository:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, conversation_ids: Sequence[str]) -> dict[tuple[str, str], Rounds]:
        """What was done for these, by conversation and path."""
        query = select(inquiry_alarms).where(inquiry_alarms.c.conversation_id.in_(conversation_ids))
        return {
            (row.conversation_id, row.path): Rounds(row.rounds, row.last_ms)
            for row in await self._connection.execute(query)
        }

    async def claim(self, conversation_id: str, path: str, seen: Rounds, now_ms: int) -> bool:
        """Note one more round, if nobody else has meanwhile."""
        values = {"rounds": seen.made + 1, "last_ms": now_ms}
        if seen.made:
            changed = await self._connection.execute(
                update(inquiry_alarms)
                .where(
                    inquiry_alarms.c.conversation_id == conversation_id,
                    inquiry_alarms.c.path == path,
                    inquiry_alarms.c.rounds == seen.made,
                )
                .values(values)
            )
            return changed.rowcount > 0
        try:
            async with self._connection.begin_nested():
                await self._connection.execute(
                    insert(inquiry_alarms).values(
                        conversation_id=conversation_id, path=path, **values
                    )
                )
        except IntegrityError:
            return False
        return True

    async def finish(self, conversation_id: str, path: str, rounds: int, now_ms: int) -> None:
        """Let a path be gone no more: somebody has said that they know."""
        key = (inquiry_alarms.c.conversation_id == conversation_id) & (
            inquiry_alarms.c.path == path
        )
        values = {"rounds": rounds, "last_ms": now_ms}
        await self._connection.execute(update(inquiry_alarms).where(key).values(values))

    async def forget(self, conversation_id: str) -> None:
        """Nobody waits there any more; who waits again is alarmed for anew."""
        await self._connection.execute(
            delete(inquiry_alarms).where(inquiry_alarms.c.conversation_id == conversation_id)
        )
