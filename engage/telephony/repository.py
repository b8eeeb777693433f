"""Rows of phones, of texts on their way to them, and of how far the journal is projected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, delete, func, insert, or_, select, true, update

from engage.storage.tables import deliveries, devices, journal_offsets
from engage.telephony.events import DeliverySettled, Device, Outgoing
from engage.telephony.model import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.telephony.model import Verdict
    from pbxcore.journal import BindingAdded

_SENDABLE = and_(deliveries.c.leg == "phone", deliveries.c.state == "pending")


class DeliveryRepository:
    """The delivery rows, as the sender of phone texts sees them. Moments are milliseconds UTC."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, rows: Sequence[Outgoing], now_ms: int) -> None:
        """Insert rows; each topic, person, leg and device has one at most."""
        if rows:
            values = [_row(each, now_ms) for each in rows]
            await self._connection.execute(insert(deliveries), values)

    async def change_unsent(self, topic_id: str, **values: str | int) -> None:
        """Change a chat's rows that no phone has taken a part of; what is on its way stays."""
        await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.topic == "chat",
                deliveries.c.topic_id == topic_id,
                deliveries.c.state.in_(("pending", "offline")),
                deliveries.c.part == 0,
                deliveries.c.lease_until_ms <= 0,
            )
            .values(**values)
        )

    async def claim(self, owner: str, now_ms: int, until_ms: int, limit: int) -> list[Delivery]:
        """Lease due rows that nobody holds; one left behind by a crash is marked as such."""
        free = and_(
            _SENDABLE, deliveries.c.due_at_ms <= now_ms, deliveries.c.lease_until_ms <= now_ms
        )
        due = (
            select(deliveries.c.id)
            .where(free)
            .order_by(deliveries.c.due_at_ms, deliveries.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")  # PostgreSQL may run a plain sub-select again and exceed its limit
        )
        left_behind = case(
            (deliveries.c.lease_owner != "", true()), else_=deliveries.c.maybe_duplicate
        )
        claim = (
            update(deliveries)
            .where(deliveries.c.id.in_(select(due.c.id)), free)
            .values(lease_owner=owner, lease_until_ms=until_ms, maybe_duplicate=left_behind)
            .returning(*_CLAIMED)
        )
        rows = (await self._connection.execute(claim)).all()
        return sorted((Delivery(*row) for row in rows), key=lambda each: each.id)

    async def recover(self, owner: str) -> int:
        """Free what this owner held when it last ended; tells how many rows."""
        freed = await self._connection.execute(
            update(deliveries)
            .where(_SENDABLE, deliveries.c.lease_owner == owner)
            .values(lease_until_ms=0)
        )
        return freed.rowcount

    async def next_due(self, owner: str) -> int | None:
        """When the next row that this owner does not hold is due."""
        due = case(
            (deliveries.c.lease_until_ms > deliveries.c.due_at_ms, deliveries.c.lease_until_ms),
            else_=deliveries.c.due_at_ms,
        )
        held = and_(deliveries.c.lease_owner == owner, deliveries.c.lease_until_ms > 0)
        query = select(func.min(due)).where(_SENDABLE, ~held)
        moment: int | None = (await self._connection.execute(query)).scalar_one()
        return moment

    async def taken(self, delivery_id: str, owner: str, part: int, until_ms: int) -> None:
        """Remember that the phone has taken so many parts, and hold the row for longer."""
        await self._connection.execute(
            update(deliveries)
            .where(_held(delivery_id, owner))
            .values(part=part, lease_until_ms=until_ms)
        )

    async def settle(
        self,
        delivery: Delivery,
        owner: str,
        result: Verdict,
        status: int | None,
        part: int,
        now_ms: int,
    ) -> DeliverySettled | None:
        """Write what became of a claimed row and let go of it; None when it was no longer held."""
        changed = await self._connection.execute(
            update(deliveries)
            .where(_held(delivery.id, owner))
            .values(
                state=result.state,
                sip_code=func.coalesce(status, deliveries.c.sip_code),
                part=part,
                tries=delivery.tries + (status is not None),
                due_at_ms=result.due_at_ms,
                lease_owner="",
                lease_until_ms=0,
                updated_at_ms=now_ms,
            )
            .returning(*_SETTLED)
        )
        row = changed.one_or_none()
        return DeliverySettled(*row) if row is not None else None

    async def expiry(self, delivery_id: str) -> int:
        """When the row expires as it stands now: 0 when it was cancelled on its way."""
        query = select(deliveries.c.expires_at_ms).where(deliveries.c.id == delivery_id)
        moment: int = (await self._connection.execute(query)).scalar_one()
        return moment

    async def release(self, delivery: Delivery, owner: str, due_at_ms: int) -> None:
        """Give a row back without a result: the phone may have it already."""
        await self._connection.execute(
            update(deliveries)
            .where(_held(delivery.id, owner))
            .values(lease_owner="", lease_until_ms=0, due_at_ms=due_at_ms, maybe_duplicate=true())
        )

    async def registered(self, device: Device, now_ms: int) -> int:
        """Make due what waits for a phone that has just registered; tells how many rows.

        A row for a phone that is gone goes to this one, as does a chat's text that found no phone.
        """
        known = select(devices.c.contact).where(devices.c.number == device.number)
        waiting = and_(
            deliveries.c.number == device.number,
            deliveries.c.leg == "phone",
            deliveries.c.expires_at_ms > now_ms,
            deliveries.c.lease_owner == "",
        )
        here = and_(_SENDABLE, deliveries.c.tries > 0, deliveries.c.device == device.contact)
        woken = await self._connection.execute(
            update(deliveries).where(waiting, here).values(due_at_ms=now_ms)
        )
        served = deliveries.alias("served")
        other = (
            select(served.c.id)
            .where(
                served.c.topic == deliveries.c.topic,
                served.c.topic_id == deliveries.c.topic_id,
                served.c.number == deliveries.c.number,
                served.c.leg == "phone",
                served.c.device == device.contact,
            )
            .exists()
        )
        orphaned = and_(_SENDABLE, deliveries.c.tries > 0, deliveries.c.device.not_in(known))
        unsent = and_(deliveries.c.topic == "chat", deliveries.c.state == "offline")
        candidates = select(
            func.min(deliveries.c.id)  # of several phones that are gone, one row moves
        ).where(waiting, or_(orphaned, unsent), ~other)
        moved = await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.id.in_(candidates.group_by(deliveries.c.topic, deliveries.c.topic_id))
            )
            .values(
                device=device.contact,
                device_name=device.user_agent,
                state="pending",
                part=0,
                due_at_ms=now_ms,
                updated_at_ms=now_ms,
            )
        )
        return woken.rowcount + moved.rowcount


_CLAIMED = (
    deliveries.c.id,
    deliveries.c.topic,
    deliveries.c.topic_id,
    deliveries.c.number,
    deliveries.c.device,
    deliveries.c.sender,
    deliveries.c.sender_name,
    deliveries.c.text,
    deliveries.c.part,
    deliveries.c.tries,
    deliveries.c.expires_at_ms,
    deliveries.c.maybe_duplicate,
    deliveries.c.sip_code,
)
_SETTLED = (
    deliveries.c.id,
    deliveries.c.topic,
    deliveries.c.topic_id,
    deliveries.c.number,
    deliveries.c.state,
    deliveries.c.sip_code,
)


def _held(delivery_id: str, owner: str) -> ColumnElement[bool]:
    return and_(
        deliveries.c.id == delivery_id,
        deliveries.c.state == "pending",
        deliveries.c.lease_owner == owner,
    )


def _row(each: Outgoing, now_ms: int) -> dict[str, Any]:
    return {
        "id": each.id,
        "topic": each.topic,
        "topic_id": each.topic_id,
        "number": each.number,
        "name": each.name,
        "leg": each.leg,
        "device": each.device,
        "device_name": each.device_name,
        "sender": each.sender,
        "sender_name": each.sender_name,
        "text": each.text,
        "state": each.state,
        "sip_code": None,
        "part": 0,
        "tries": 0,
        "maybe_duplicate": False,
        "conversation_id": each.conversation_id,
        "seq": each.seq,
        "due_at_ms": now_ms,
        "lease_owner": "",
        "lease_until_ms": 0,
        "expires_at_ms": each.expires_at_ms,
        "updated_at_ms": now_ms,
    }


class DeviceRepository:
    """The registered phones."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, added: BindingAdded) -> Device:
        """Keep a phone, new or registered again."""
        await self.remove(added.number, added.contact)
        await self._connection.execute(
            insert(devices).values(
                number=added.number,
                contact=added.contact,
                user_agent=added.user_agent,
                source=added.source,
                transport=added.transport,
                expires_at_ms=added.expires_at_ms,
            )
        )
        return Device(added.number, added.contact, added.user_agent, added.source, added.transport)

    async def remove(self, number: str, contact: str) -> None:
        """Forget a phone; none by that contact is fine."""
        await self._connection.execute(
            delete(devices).where(devices.c.number == number, devices.c.contact == contact)
        )

    async def of(self, numbers: Iterable[str]) -> list[Device]:
        """The phones of these extensions, ordered by number and contact."""
        found: list[Device] = []
        wanted = sorted(set(numbers))
        for start in range(0, len(wanted), 500):  # SQLite bounds the parameters of a statement
            query = (
                select(*_DEVICE)
                .where(devices.c.number.in_(wanted[start : start + 500]))
                .order_by(devices.c.number, devices.c.contact)
            )
            found += [Device(*row) for row in (await self._connection.execute(query)).all()]
        return found

    async def counts(self) -> dict[str, int]:
        """How many phones each extension has; only those that have any."""
        query = select(devices.c.number, func.count()).group_by(devices.c.number)
        rows = (await self._connection.execute(query)).all()
        return {row[0]: row[1] for row in rows}


_DEVICE = (
    devices.c.number,
    devices.c.contact,
    devices.c.user_agent,
    devices.c.source,
    devices.c.transport,
)


class OffsetRepository:
    """How far a journal is projected."""

    def __init__(self, connection: AsyncConnection, name: str) -> None:
        self._connection, self._name = connection, name

    async def get(self) -> int:
        """The last sequence projected; 0 before the first."""
        query = select(journal_offsets.c.seq).where(journal_offsets.c.name == self._name)
        return (await self._connection.execute(query)).scalar_one_or_none() or 0

    async def advance(self, after: int, seq: int) -> bool:
        """Move from `after` to `seq`; False when another projector was faster."""
        if after:
            moved = await self._connection.execute(
                update(journal_offsets)
                .where(journal_offsets.c.name == self._name, journal_offsets.c.seq == after)
                .values(seq=seq)
            )
            return moved.rowcount == 1
        if await self.get():
            return False
        await self._connection.execute(insert(journal_offsets).values(name=self._name, seq=seq))
        return True
