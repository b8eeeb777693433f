"""Rows of push: who is subscribed, and what is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, insert, or_, select, update

from engage.push.model import Outgoing, Subscription
from engage.storage.script import Ask, Change, Given, Script
from engage.storage.tables import inboxes, participants, push_messages, push_subscriptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

_PUT = Change(
    Given(
        (
            ("id", "text"),
            ("subscription_id", "text"),
            ("tag", "text"),
            ("payload", "text"),
            ("conversation_id", "text"),
            ("seq", "bigint"),
            ("due_at_ms", "bigint"),
            ("expires_at_ms", "bigint"),
        )
    ),
    # What waits already under this tag says the newer thing, and once.
    "INSERT INTO push_message (id, subscription_id, tag, payload, conversation_id, seq, tries,"
    " due_at_ms, lease_until_ms, expires_at_ms)"
    " SELECT id, subscription_id, tag, payload, conversation_id, seq, 0, due_at_ms, 0,"
    " expires_at_ms FROM given WHERE true"
    " ON CONFLICT (subscription_id, tag) DO UPDATE SET id = excluded.id,"
    " payload = excluded.payload, seq = excluded.seq, expires_at_ms = excluded.expires_at_ms,"
    " due_at_ms = excluded.due_at_ms, lease_until_ms = 0, tries = 0",
)


class PushRepository:
    """Rows in, values out. Moments are milliseconds UTC."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def subscribe(self, made: Subscription, session_id: str, now_ms: int) -> None:
        """A browser; one that was known, under whoever's name, is taken over."""
        await self.unsubscribe(push_subscriptions.c.endpoint == made.endpoint)
        await self._connection.execute(
            insert(push_subscriptions).values(
                id=made.id,
                who=made.who,
                session_id=session_id,
                endpoint=made.endpoint,
                p256dh=made.p256dh.hex(),
                auth=made.auth.hex(),
                created_at_ms=now_ms,
            )
        )

    async def unsubscribe(self, which: ColumnElement[bool]) -> list[str]:
        """Forget browsers with what was on its way to them; whose they were."""
        found = (
            await self._connection.execute(
                select(push_subscriptions.c.id, push_subscriptions.c.who).where(which)
            )
        ).all()
        identifiers = [row.id for row in found]
        await self._connection.execute(
            delete(push_messages).where(push_messages.c.subscription_id.in_(identifiers))
        )
        await self._connection.execute(
            delete(push_subscriptions).where(push_subscriptions.c.id.in_(identifiers))
        )
        return [row.who for row in found]

    async def all(self) -> list[Subscription]:
        """Every browser."""
        rows = await self._connection.execute(
            select(push_subscriptions).order_by(push_subscriptions.c.id)
        )
        return [_subscription(row) for row in rows]

    async def muted(self, conversation_id: str, whos: Iterable[str]) -> set[str]:
        """Those who have muted a conversation."""
        query = select(inboxes.c.owner).where(
            inboxes.c.conversation_id == conversation_id,
            inboxes.c.owner.in_(list(whos)),
            inboxes.c.muted_at_ms.is_not(None),
        )
        return set(await self._connection.scalars(query))

    async def claim(self, now_ms: int, until_ms: int, limit: int) -> list[Outgoing]:
        """Lease what is due; what somebody has read meanwhile, or what is too old, is dropped."""
        await self._connection.execute(
            delete(push_messages).where(
                or_(push_messages.c.expires_at_ms <= now_ms, _read()),
                push_messages.c.lease_until_ms <= now_ms,
            )
        )
        due = (
            select(push_messages.c.id)
            .where(push_messages.c.due_at_ms <= now_ms, push_messages.c.lease_until_ms <= now_ms)
            .order_by(push_messages.c.due_at_ms, push_messages.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        claimed = await self._connection.execute(
            update(push_messages)
            .where(push_messages.c.id.in_(select(due.c.id)))
            .values(lease_until_ms=until_ms)
            .returning(push_messages.c.id)
        )
        identifiers = list(claimed.scalars())
        rows = await self._connection.execute(
            select(push_messages, push_subscriptions)
            .join(push_subscriptions, push_subscriptions.c.id == push_messages.c.subscription_id)
            .where(push_messages.c.id.in_(identifiers))
            .order_by(push_messages.c.id)
        )
        return [
            Outgoing(
                row.id, _subscription(row, row.subscription_id), row.payload, row.tries,
                row.expires_at_ms, row.conversation_id, row.seq,
            )
            for row in rows
        ]  # fmt: skip

    async def next_due(self) -> int | None:
        """When something is due next, leased or not."""
        later = func.max if self._connection.dialect.name == "sqlite" else func.greatest
        query = select(func.min(later(push_messages.c.due_at_ms, push_messages.c.lease_until_ms)))
        moment: int | None = await self._connection.scalar(query)
        return moment

    async def done(self, message_id: str) -> None:
        """It is sent, or will never be."""
        sent = delete(push_messages).where(push_messages.c.id == message_id)
        await self._connection.execute(sent)

    async def again(self, message_id: str, due_at_ms: int) -> None:
        """Try it once more, then."""
        await self._connection.execute(
            update(push_messages)
            .where(push_messages.c.id == message_id)
            .values(tries=push_messages.c.tries + 1, due_at_ms=due_at_ms, lease_until_ms=0)
        )


def put_script(rows: Sequence[tuple[object, ...]]) -> Script[None]:
    """Store messages by one statement; the rows are in the order of `_PUT`."""
    yield Ask(_PUT, list(rows))


def _read() -> ColumnElement[bool]:
    """Whoever is to be told of a message has read it by now."""
    return (
        select(participants.c.who)
        .join(push_subscriptions, push_subscriptions.c.who == participants.c.who)
        .where(
            push_subscriptions.c.id == push_messages.c.subscription_id,
            participants.c.conversation_id == push_messages.c.conversation_id,
            and_(push_messages.c.seq.is_not(None), participants.c.read_seq >= push_messages.c.seq),
        )
        .correlate(push_messages)
        .exists()
    )


def _subscription(row: Row[tuple[object, ...]], identifier: str | None = None) -> Subscription:
    return Subscription(
        identifier or row.id, row.who, row.endpoint, bytes.fromhex(row.p256dh),
        bytes.fromhex(row.auth),
    )  # fmt: skip
