"""The operation log: one row per change, written in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, insert, or_, select

from engage.identifiers import new_id, now_ms
from engage.storage.tables import accounts, operations
from engage.system.actor import SYSTEM
from engage.system.editing import Edited

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database
    from engage.system.actor import Actor

DONE = "done"


@dataclass(frozen=True, slots=True)
class Operation:
    """Who did what to which object, when and from where. `result`: `done`, or an error's code."""

    id: str
    at_ms: int
    actor: str
    address: str
    action: str
    object: str
    result: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are looked for; empty values mean any."""

    search: str = ""
    actor: str = ""
    action: str = ""
    from_ms: int = 0
    until_ms: int = 0
    before: str = ""


async def note(
    connection: AsyncConnection,
    actor: Actor,
    action: str,
    subject: str,
    detail: dict[str, Any] | None = None,
    *,
    at_ms: int | None = None,
    result: str = DONE,
) -> None:
    """Write a row.

    Args:
        connection: of the transaction that makes the change.
        actor: who makes it.
        action: `livechat.add`, `extension.change`, `queue.delete` …
        subject: the object, its kind before it: `livechat:<id>`, `extension:1000`.
        detail: what changed; never a secret.
        at_ms: the moment, if the caller's clock tells it.
        result: the code of the error that refused it, if it was refused.
    """
    await connection.execute(
        insert(operations).values(
            id=new_id(),
            at_ms=now_ms() if at_ms is None else at_ms,
            actor=actor.who,
            address=actor.address,
            action=action,
            object=subject,
            result=result,
            detail=detail or {},
        )
    )


async def last_editor(connection: AsyncConnection, subject: str) -> str:
    """The name of who changed an object last; empty when nobody has.

    What happens to it by itself, as when a trunk fails, is in the log too and does not count.
    """
    query = (
        select(operations.c.actor)
        .where(
            operations.c.object == subject,
            operations.c.result == DONE,
            operations.c.actor != SYSTEM.who,
        )
        .order_by(operations.c.id.desc())
        .limit(1)
    )
    actor = (await connection.execute(query)).scalar_one_or_none()
    if actor is None:
        return ""
    _, _, name = actor.partition(":")
    named = select(accounts.c.display_name).where(accounts.c.user_name == name)
    shown: str | None = (await connection.execute(named)).scalar_one_or_none()
    return shown or name


async def last_of(connection: AsyncConnection, subject: str, actions: Iterable[str]) -> str:
    """Which of these was done to an object last; empty when none was."""
    query = (
        select(operations.c.action)
        .where(operations.c.object == subject, operations.c.action.in_(list(actions)))
        .order_by(operations.c.id.desc())
        .limit(1)
    )
    return (await connection.execute(query)).scalar_one_or_none() or ""


class OperationLog:
    """Reading the log, newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refused(self, actor: Actor, action: str, subject: str, code: str) -> None:
        """Write down what was tried and refused, in a transaction of its own."""

        async def work(connection: AsyncConnection) -> None:
            await note(connection, actor, action, subject, result=code)

        await self._database.write(work)

    async def page(self, wanted: Wanted, limit: int) -> list[Operation]:
        """At most `limit` rows that fit, from `before` on backwards."""
        query = (
            select(operations)
            .where(*_conditions(wanted))
            .order_by(operations.c.id.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Operation(
                row.id,
                row.at_ms,
                row.actor,
                row.address,
                row.action,
                row.object,
                row.result,
                row.detail,
            )
            for row in rows
        ]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.before:
        found.append(operations.c.id < wanted.before)
    if wanted.from_ms:
        found.append(operations.c.at_ms >= wanted.from_ms)
    if wanted.until_ms:
        found.append(operations.c.at_ms < wanted.until_ms)
    if wanted.actor:
        found.append(operations.c.actor == wanted.actor)
    if wanted.action:
        found.append(operations.c.action.startswith(wanted.action, autoescape=True))
    if wanted.search:
        columns = (operations.c.actor, operations.c.action, operations.c.object)
        found.append(or_(*(each.icontains(wanted.search, autoescape=True) for each in columns)))
    return found


async def check_version(
    connection: AsyncConnection, subject: str, present: int, edited: int | None
) -> None:
    """Refuse to overwrite what somebody else has changed meanwhile; None takes the risk.

    Raises:
        Edited: `present` is not the version that was edited.
    """
    if edited is not None and edited != present:
        raise Edited(await last_editor(connection, subject), present)
