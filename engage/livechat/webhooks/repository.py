"""Rows of webhooks: endpoints, and the messages on their way to them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, or_, select, true, update

from engage.livechat.webhooks.model import ATTEMPTS_KEPT, Attempt, Delivery, Endpoint
from engage.storage.tables import webhook_deliveries, webhook_endpoints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

_rows = webhook_deliveries.c
EXPIRED_AT_ONCE = 100


class WebhookRepository:
    """Rows in, values out; holds no rule and opens no transaction. Moments are ms UTC."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def endpoints(self) -> list[Endpoint]:
        """All of them, oldest first."""
        rows = await self._connection.execute(
            select(webhook_endpoints).order_by(webhook_endpoints.c.id)
        )
        return [_endpoint(row) for row in rows]

    async def endpoint(self, endpoint_id: str, *, lock: bool = False) -> Endpoint | None:
        """One; `lock`: nobody else changes it within this transaction."""
        query = select(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _endpoint(row)

    async def made_by(self, client_id: str) -> Endpoint | None:
        """The one that an earlier try of the same creation has made."""
        query = select(webhook_endpoints).where(webhook_endpoints.c.client_id == client_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _endpoint(row)

    async def add(self, endpoint: Endpoint, client_id: str | None = None) -> None:
        """Store a new one."""
        values = {**_columns(endpoint), "client_id": client_id}
        await self._connection.execute(insert(webhook_endpoints).values(values))

    async def change(self, endpoint: Endpoint) -> None:
        """Store what has changed about one."""
        await self._connection.execute(
            update(webhook_endpoints)
            .where(webhook_endpoints.c.id == endpoint.id)
            .values(_columns(endpoint))
        )

    async def drop(self, endpoint_id: str) -> bool:
        """Remove one with everything on its way to it; False when there is none."""
        await self._connection.execute(delete(webhook_deliveries).where(_of(endpoint_id)))
        dropped = await self._connection.execute(
            delete(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
        )
        return dropped.rowcount > 0

    async def put(self, deliveries: Sequence[Delivery]) -> None:
        """Store messages that are to be sent."""
        values: list[dict[str, Any]] = [
            {
                "id": each.id,
                "endpoint_id": each.endpoint_id,
                "type": each.type,
                "conversation_id": each.conversation_id,
                "payload": each.payload,
                "state": each.state,
                "tries": each.tries,
                "created_at_ms": each.created_at_ms,
                "due_at_ms": each.due_at_ms,
                "lease_until_ms": 0,
                "expires_at_ms": each.expires_at_ms,
                "attempts": [],
            }
            for each in deliveries
        ]
        await self._connection.execute(insert(webhook_deliveries), values)

    async def delivery(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """One message."""
        query = select(webhook_deliveries).where(_of(endpoint_id), _rows.id == delivery_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _delivery(row)

    async def page(
        self, endpoint_id: str, states: Sequence[str], before: str, limit: int
    ) -> list[Delivery]:
        """The newest messages of an endpoint in these states (all if none), before one of them."""
        conditions = [_of(endpoint_id)]
        if states:
            conditions.append(_rows.state.in_(states))
        if before:
            conditions.append(_rows.id < before)
        query = select(webhook_deliveries).where(*conditions).order_by(_rows.id.desc()).limit(limit)
        return [_delivery(row) for row in await self._connection.execute(query)]

    async def claim(
        self, endpoint_id: str, now: int, until: int, limit: int, *, expired: bool = True
    ) -> list[Delivery]:
        """Lease the oldest messages that are due, of each conversation its first alone.

        `expired`: those too whose time is over; they are tried once more.
        """
        alive = true() if expired else _rows.expires_at_ms > now
        due = (
            select(_rows.id)
            .where(_of(endpoint_id), _ready(now), alive, ~_behind())
            .order_by(_rows.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        claimed = await self._connection.execute(
            update(webhook_deliveries)
            .where(_rows.id.in_(select(due.c.id)))
            .values(lease_until_ms=until)
            .returning(webhook_deliveries)
        )
        return sorted((_delivery(row) for row in claimed), key=lambda each: each.id)

    async def settle(self, delivery: Delivery, attempt: Attempt | None) -> None:
        """Store what became of a message, and its last attempt."""
        attempts = [*delivery.attempts, *([] if attempt is None else [attempt])]
        await self._connection.execute(
            update(webhook_deliveries)
            .where(_rows.id == delivery.id)
            .values(
                state=delivery.state,
                tries=delivery.tries,
                due_at_ms=delivery.due_at_ms,
                expires_at_ms=delivery.expires_at_ms,
                lease_until_ms=0,
                attempts=[asdict(each) for each in attempts[-ATTEMPTS_KEPT:]],
            )
        )

    async def revive(self, endpoint_id: str, now: int, expires: int, since: int, until: int) -> int:
        """What is settled and was made in that time waits again; tells how many."""
        revived = await self._connection.execute(
            update(webhook_deliveries)
            .where(
                _of(endpoint_id),
                _rows.state != "waiting",
                _rows.created_at_ms >= since,
                _rows.created_at_ms < until,
            )
            .values(state="waiting", tries=0, due_at_ms=now, expires_at_ms=expires)
        )
        return revived.rowcount

    async def lease(self, delivery_id: str, until: int) -> None:
        """Keep a message for whoever sends it now."""
        await self._connection.execute(
            update(webhook_deliveries).where(_rows.id == delivery_id).values(lease_until_ms=until)
        )

    async def due(self, now: int) -> dict[str, int]:
        """When each enabled endpoint has to be looked at next.

        Each is asked for its first message by the index, and one that rests is not asked at all: a
        backlog is not counted through for each message that comes.
        """
        query = select(webhook_endpoints.c.id, webhook_endpoints.c.paused_until_ms).where(
            webhook_endpoints.c.enabled.is_(True)
        )
        found = {}
        for row in (await self._connection.execute(query)).all():
            resting = row.paused_until_ms > now
            at_ms = row.paused_until_ms if resting else await self._next_of(row.id, now)
            if at_ms is not None:
                found[row.id] = at_ms
        return found

    async def _next_of(self, endpoint_id: str, now: int) -> int | None:
        """The moment of a message that may go now, or else of the next one that will be due."""
        ready = select(_rows.due_at_ms).where(_of(endpoint_id), _ready(now), ~_behind()).limit(1)
        if (at_ms := await self._connection.scalar(ready)) is not None:
            return int(at_ms)
        later = select(func.min(_rows.due_at_ms)).where(
            _of(endpoint_id), _rows.state == "waiting", _rows.due_at_ms > now
        )
        next_ms = await self._connection.scalar(later)
        return None if next_ms is None else int(next_ms)

    async def expired_of_bots(self, now: int) -> list[Delivery]:
        """What bots were to be told, and is too late."""
        query = (
            select(webhook_deliveries)
            .join(webhook_endpoints, webhook_endpoints.c.id == _rows.endpoint_id)
            .where(
                webhook_endpoints.c.bot_of.is_not(None),
                _rows.state == "waiting",
                _rows.expires_at_ms <= now,
                _rows.lease_until_ms <= now,
            )
            .order_by(_rows.id)
            .limit(EXPIRED_AT_ONCE)
        )
        return [_delivery(row) for row in await self._connection.execute(query)]

    async def give_up(self, now: int) -> int:
        """What has waited for too long has failed; tells how many."""
        given = await self._connection.execute(
            update(webhook_deliveries)
            .where(_rows.state == "waiting", _rows.expires_at_ms <= now)
            .where(_rows.lease_until_ms <= now)
            .values(state="failed")
        )
        return given.rowcount

    async def forget(self, before: int) -> None:
        """Remove what was settled and made before then."""
        await self._connection.execute(
            delete(webhook_deliveries).where(_rows.state != "waiting", _rows.created_at_ms < before)
        )

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many messages there are by endpoint and state."""
        query = select(_rows.endpoint_id, _rows.state, func.count().label("count")).group_by(
            _rows.endpoint_id, _rows.state
        )
        return {
            (row.endpoint_id, row.state): int(row[2])
            for row in await self._connection.execute(query)
        }


def _of(endpoint_id: str) -> ColumnElement[bool]:
    return _rows.endpoint_id == endpoint_id


def _ready(now: int) -> ColumnElement[bool]:
    return and_(
        _rows.state == "waiting",
        _rows.due_at_ms <= now,
        or_(_rows.lease_until_ms == 0, _rows.lease_until_ms <= now),
    )


def _behind() -> ColumnElement[bool]:
    """An earlier message of its conversation is still to be delivered."""
    earlier = webhook_deliveries.alias()
    return (
        select(earlier.c.id)
        .where(
            earlier.c.endpoint_id == _rows.endpoint_id,
            earlier.c.conversation_id == _rows.conversation_id,
            earlier.c.state == "waiting",
            earlier.c.id < _rows.id,
        )
        .correlate(webhook_deliveries)
        .exists()
    )


def _columns(endpoint: Endpoint) -> dict[str, Any]:
    values = asdict(endpoint)
    return {**values, "events": list(endpoint.events), "livechats": list(endpoint.livechats)}


def _endpoint(row: Row[Any]) -> Endpoint:
    values = {name: value for name, value in row._asdict().items() if name != "client_id"}
    return Endpoint(**{**values, "events": tuple(row.events), "livechats": tuple(row.livechats)})


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        type=row.type,
        conversation_id=row.conversation_id,
        payload=row.payload,
        state=row.state,
        tries=row.tries,
        created_at_ms=row.created_at_ms,
        due_at_ms=row.due_at_ms,
        expires_at_ms=row.expires_at_ms,
        attempts=tuple(Attempt(**each) for each in row.attempts),
    )
