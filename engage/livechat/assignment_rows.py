"""Rows of chats that were given to agents, until they have reacted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from engage.storage.tables import assignments, events

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

REACTIONS = ("message", "file", "note")
"""Kinds of events by which an agent shows that they are there."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A chat that an agent was given; `passed_over`: who let it lapse before, and when (ms)."""

    conversation_id: str
    agent: str
    given_at_ms: int
    react_by_ms: int | None
    passed_over: Mapping[str, int]


class AssignmentRepository:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, conversation_ids: Sequence[str]) -> dict[str, Assignment]:
        """Those of these conversations."""
        return await self._found(assignments.c.conversation_id.in_(conversation_ids))

    async def held_by(self, agent: str) -> dict[str, Assignment]:
        """Those that an agent has not reacted to, the first to lapse first."""
        held = (assignments.c.agent == agent) & assignments.c.react_by_ms.is_not(None)
        found = await self._found(held)
        return dict(sorted(found.items(), key=lambda each: each[1].react_by_ms or 0))

    async def due(self, now_ms: int) -> dict[str, Assignment]:
        """Those whose agent should have reacted by now."""
        return await self._found(assignments.c.react_by_ms <= now_ms)

    async def put(self, made: Assignment) -> None:
        """Keep one in place of the conversation's former one."""
        key = assignments.c.conversation_id == made.conversation_id
        values = {
            "agent": made.agent,
            "given_at_ms": made.given_at_ms,
            "react_by_ms": made.react_by_ms,
            "passed_over": dict(made.passed_over),
        }
        changed = await self._connection.execute(update(assignments).where(key).values(values))
        if not changed.rowcount:
            await self._connection.execute(
                insert(assignments).values(conversation_id=made.conversation_id, **values)
            )

    async def settle(self, conversation_id: str, agent: str) -> None:
        """The agent has reacted, or has it no more."""
        await self._connection.execute(
            delete(assignments).where(
                assignments.c.conversation_id == conversation_id, assignments.c.agent == agent
            )
        )

    async def has_written(self, assignment: Assignment) -> bool:
        """Whether the agent wrote anything since."""
        query = (
            select(events.c.seq)
            .where(
                events.c.conversation_id == assignment.conversation_id,
                events.c.author == f"agent:{assignment.agent.partition(':')[2]}",
                events.c.kind.in_(REACTIONS),
                events.c.at_ms >= assignment.given_at_ms,
            )
            .limit(1)
        )
        return await self._connection.scalar(query) is not None

    async def _found(self, condition: Any) -> dict[str, Assignment]:
        rows = await self._connection.execute(select(assignments).where(condition))
        return {
            row.conversation_id: Assignment(
                row.conversation_id, row.agent, row.given_at_ms, row.react_by_ms, row.passed_over
            )
            for row in rows
        }
