"""Rows of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engage.storage.tables import mails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.notify.model import Reason, State

_COLUMNS: tuple[ColumnElement[Any], ...] = (
    mails.c.id,
    mails.c.kind,
    mails.c.address,
    mails.c.name,
    mails.c.language,
    mails.c.reply_to,
    mails.c.params,
    mails.c.message_id,
    mails.c.subject,
    mails.c.state,
    mails.c.tries,
    mails.c.reason,
    mails.c.words,
    mails.c.due_at_ms,
    mails.c.expires_at_ms,
    mails.c.created_at_ms,
    mails.c.updated_at_ms,
)
_SEARCHED = (mails.c.address, mails.c.name, mails.c.subject, mails.c.words)
_PENDING = mails.c.state.in_(("waiting", "sending"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mails are looked for; empty values mean any. `before` is the last one seen."""

    search: str = ""
    states: tuple[str, ...] = ()
    kind: str = ""
    descending: bool = True
    after: tuple[int, str] | None = None


class MailRepository:
    """Rows in, rows out; opens no transaction. Moments are milliseconds UTC."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, row: dict[str, Any]) -> None:
        """Insert a mail, unless there has been one under its key."""
        postgres = self._connection.dialect.name == "postgresql"
        insert = postgresql.insert(mails) if postgres else sqlite.insert(mails)
        await self._connection.execute(
            insert.values(**row).on_conflict_do_nothing(index_elements=["dedupe_key"])
        )

    async def claim(self, owner: str, now_ms: int, until_ms: int) -> Row[Any] | None:
        """Lease the mail that is due longest, if any; also one that a crash left behind."""
        free = or_(
            and_(mails.c.state == "waiting", mails.c.due_at_ms <= now_ms),
            and_(mails.c.state == "sending", mails.c.lease_until_ms <= now_ms),
        )
        due = (
            select(mails.c.id)
            .where(free)
            .order_by(mails.c.due_at_ms, mails.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        claimed = await self._connection.execute(
            update(mails)
            .where(mails.c.id.in_(select(due.c.id)), free)
            .values(
                state="sending", lease_owner=owner, lease_until_ms=until_ms, updated_at_ms=now_ms
            )
            .returning(*_COLUMNS)
        )
        return claimed.one_or_none()

    async def recover(self, owner: str) -> int:
        """Free what this owner held when it last ended; tells how many."""
        freed = await self._connection.execute(
            update(mails)
            .where(mails.c.state == "sending", mails.c.lease_owner == owner)
            .values(state="waiting", lease_owner="", lease_until_ms=0)
        )
        return freed.rowcount

    async def next_due(self) -> int | None:
        """When the next mail is due, or its lease runs out."""
        due = case((mails.c.state == "sending", mails.c.lease_until_ms), else_=mails.c.due_at_ms)
        moment: int | None = (
            await self._connection.execute(select(func.min(due)).where(_PENDING))
        ).scalar_one()
        return moment

    async def settle(
        self,
        mail_id: str,
        owner: str,
        *,
        state: State,
        tries: int,
        due_at_ms: int,
        now_ms: int,
        reason: Reason = "",
        words: str = "",
        **further: str,
    ) -> bool:
        """Write what became of a leased mail and let go of it; False: it was no longer held."""
        held = (mails.c.id == mail_id, mails.c.state == "sending", mails.c.lease_owner == owner)
        settled = await self._connection.execute(
            update(mails)
            .where(*held)
            .values(
                state=state,
                tries=tries,
                due_at_ms=due_at_ms,
                updated_at_ms=now_ms,
                reason=reason,
                words=words,
                lease_owner="",
                lease_until_ms=0,
                **further,
            )
        )
        return settled.rowcount == 1

    async def page(self, wanted: Wanted, limit: int) -> Sequence[Row[Any]]:
        """At most `limit` mails that fit, by the moment they were written."""
        order = (mails.c.created_at_ms, mails.c.id)
        query = select(*_COLUMNS).where(*_conditions(wanted)).limit(limit)
        if wanted.after is not None:
            at_ms, ident = wanted.after
            later = or_(
                mails.c.created_at_ms > at_ms,
                and_(mails.c.created_at_ms == at_ms, mails.c.id > ident),
            )
            earlier = or_(
                mails.c.created_at_ms < at_ms,
                and_(mails.c.created_at_ms == at_ms, mails.c.id < ident),
            )
            query = query.where(earlier if wanted.descending else later)
        query = query.order_by(*(each.desc() if wanted.descending else each for each in order))
        return (await self._connection.execute(query)).all()

    async def total(self, wanted: Wanted) -> int:
        """How many fit."""
        query = select(func.count()).select_from(mails).where(*_conditions(wanted))
        found: int = (await self._connection.execute(query)).scalar_one()
        return found

    async def counts(self) -> dict[str, int]:
        """How many there are in each state."""
        query = select(mails.c.state, func.count()).group_by(mails.c.state)
        return {row[0]: row[1] for row in (await self._connection.execute(query)).all()}

    async def get(self, mail_id: str) -> Row[Any] | None:
        """One mail."""
        query = select(*_COLUMNS).where(mails.c.id == mail_id)
        return (await self._connection.execute(query)).one_or_none()

    async def move(
        self, mail_id: str | None, expected: tuple[State, ...], now_ms: int, **values: Any
    ) -> list[str]:
        """Compare and set, of one mail or of all; tells which were moved."""
        which: list[ColumnElement[bool]] = [mails.c.state.in_(expected)]
        if mail_id is not None:
            which.append(mails.c.id == mail_id)
        moved = await self._connection.execute(
            update(mails).where(*which).values(**values, updated_at_ms=now_ms).returning(mails.c.id)
        )
        return [row[0] for row in moved.all()]

    async def remove_waiting(self, dedupe_key: str) -> None:
        """Delete what waits under a key."""
        under = mails.c.dedupe_key == dedupe_key
        await self._connection.execute(delete(mails).where(mails.c.state == "waiting", under))

    async def remove_ended(self, before_ms: int) -> int:
        """Delete what was sent, given up or cancelled before a moment; tells how many."""
        removed = await self._connection.execute(
            delete(mails).where(
                mails.c.state.in_(("sent", "failed", "cancelled")),
                mails.c.updated_at_ms < before_ms,
            )
        )
        return removed.rowcount


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(mails.c.state.in_(wanted.states))
    if wanted.kind:
        found.append(mails.c.kind == wanted.kind)
    found.extend(
        or_(
            *(column.icontains(word, autoescape=True) for column in _SEARCHED),
            mails.c.message_id == word,
        )
        for word in wanted.search.split()
    )
    return found
