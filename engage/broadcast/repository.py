"""Rows of broadcasts and of their deliveries."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, exists, func, insert, or_, select, tuple_, update

from engage.broadcast.model import REACHED, TROUBLED, Broadcast, Sender, Tally
from engage.storage.tables import broadcasts, deliveries, participants

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.broadcast.model import Stored
    from engage.telephony.events import DeliveryState


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One person's delivery on one leg and device, as the history shows it."""

    id: str
    number: str
    name: str
    leg: str
    device: str
    device_name: str
    state: str
    sip_code: int | None
    part: int
    tries: int
    maybe_duplicate: bool
    updated_at_ms: int

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands in the order of a page."""
        return self.number, self.leg, self.id


@dataclass(frozen=True, slots=True)
class WaveLeg:
    """A text that is to be written into a conversation."""

    id: str
    broadcast_id: str
    number: str
    name: str
    text: str


_ORDER = (deliveries.c.number, deliveries.c.leg, deliveries.c.id)
_FOUND = (
    broadcasts.c.name, broadcasts.c.sender_name, broadcasts.c.message, broadcasts.c.created_by,
)  # fmt: skip

_VIEW: tuple[Any, ...] = (
    deliveries.c.id,
    deliveries.c.number,
    deliveries.c.name,
    deliveries.c.leg,
    deliveries.c.device,
    deliveries.c.device_name,
    deliveries.c.state,
    deliveries.c.sip_code,
    deliveries.c.part,
    deliveries.c.tries,
    deliveries.c.maybe_duplicate,
    deliveries.c.updated_at_ms,
)


class BroadcastRepository:
    """Rows in, values out; opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, broadcast: Broadcast) -> None:
        """Keep a new broadcast."""
        row = asdict(broadcast)
        sender = row.pop("sender")
        row |= {f"sender_{name}": value for name, value in sender.items()}
        for name in ("extensions", "extension_groups", "deliver_to"):
            row[name] = list(row[name])
        await self._connection.execute(insert(broadcasts).values(**row, finished_at_ms=None))

    async def get(self, broadcast_id: str) -> Broadcast | None:
        """The broadcast of that id."""
        return await self._one(broadcasts.c.id == broadcast_id)

    async def of_client_id(self, client_id: str) -> Broadcast | None:
        """The broadcast that this request has made before."""
        return await self._one(broadcasts.c.client_id == client_id)

    async def page(self, before: str | None, limit: int, search: str = "") -> list[Broadcast]:
        """Broadcasts, newest first; `search` looks at name, sender, text and who sent it."""
        query = select(broadcasts).order_by(broadcasts.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(broadcasts.c.id < before)
        if search:
            query = query.where(or_(*(each.icontains(search, autoescape=True) for each in _FOUND)))
        return [_broadcast(row) for row in (await self._connection.execute(query)).all()]

    async def due(self, now_ms: int) -> list[Broadcast]:
        """Scheduled broadcasts whose time has come."""
        query = (
            select(broadcasts)
            .where(broadcasts.c.state == "scheduled", broadcasts.c.send_at_ms <= now_ms)
            .order_by(broadcasts.c.send_at_ms, broadcasts.c.id)
        )
        return [_broadcast(row) for row in (await self._connection.execute(query)).all()]

    async def next_due(self) -> int | None:
        """When the next scheduled broadcast is to be sent."""
        query = select(func.min(broadcasts.c.send_at_ms)).where(broadcasts.c.state == "scheduled")
        moment: int | None = (await self._connection.execute(query)).scalar_one()
        return moment

    async def move(
        self, broadcast_id: str, expected: tuple[Stored, ...], state: Stored, now_ms: int
    ) -> bool:
        """Compare and set the stored state; False when it was none of those expected."""
        values: dict[str, Any] = {"state": state}
        if state == "sending":
            values["started_at_ms"] = now_ms
        if state == "cancelled":
            values["finished_at_ms"] = now_ms
        changed = await self._connection.execute(
            update(broadcasts)
            .where(broadcasts.c.id == broadcast_id, broadcasts.c.state.in_(expected))
            .values(values)
        )
        return changed.rowcount == 1

    async def beginning(self) -> int:
        """How many broadcasts still have phones or people that were not tried once."""
        query = select(func.count(deliveries.c.topic_id.distinct())).where(
            deliveries.c.topic == "broadcast",
            deliveries.c.state == "pending",
            deliveries.c.tries == 0,
        )
        count: int = (await self._connection.execute(query)).scalar_one()
        return count

    async def _one(self, condition: Any) -> Broadcast | None:
        row = (await self._connection.execute(select(broadcasts).where(condition))).one_or_none()
        return None if row is None else _broadcast(row)


class BroadcastDeliveries:
    """The deliveries of broadcasts, as their history and their Wave legs need them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def tallies(self, broadcast_ids: Iterable[str]) -> dict[str, Tally]:
        """What the deliveries of each broadcast add up to."""
        ids = list(broadcast_ids)
        mine = and_(deliveries.c.topic == "broadcast", deliveries.c.topic_id.in_(ids))
        counted = await self._connection.execute(
            select(deliveries.c.topic_id, deliveries.c.state, func.count())
            .where(mine)
            .group_by(deliveries.c.topic_id, deliveries.c.state)
        )
        counts: dict[str, dict[str, int]] = {each: {} for each in ids}
        for topic_id, state, count in counted.all():
            counts[topic_id][state] = count
        person = (
            select(
                deliveries.c.topic_id,
                _any(REACHED).label("reached"),
                _any(TROUBLED).label("troubled"),
            )
            .where(mine, deliveries.c.state != "skipped")
            .group_by(deliveries.c.topic_id, deliveries.c.number)
            .subquery()
        )
        people = await self._connection.execute(
            select(
                person.c.topic_id,
                func.count(),
                func.sum(person.c.reached),
                func.sum(person.c.troubled),
            ).group_by(person.c.topic_id)
        )
        sums = {row[0]: (row[1], int(row[2]), int(row[3])) for row in people.all()}
        return {each: Tally(counts[each], *sums.get(each, (0, 0, 0))) for each in ids}

    async def page(
        self,
        broadcast_id: str,
        *,
        states: Sequence[str] = (),
        leg: str | None = None,
        search: str = "",
        after: tuple[str, str, str] | None = None,
        limit: int = 100,
    ) -> list[DeliveryView]:
        """Deliveries by number, leg and id; `search` looks at number, name and phone's name."""
        query = select(*_VIEW).where(
            deliveries.c.topic == "broadcast", deliveries.c.topic_id == broadcast_id
        )
        if states:
            query = query.where(deliveries.c.state.in_(states))
        if leg is not None:
            query = query.where(deliveries.c.leg == leg)
        if after is not None:
            query = query.where(tuple_(*_ORDER) > tuple_(*after))
        if search:
            places = (deliveries.c.number, deliveries.c.name, deliveries.c.device_name)
            query = query.where(or_(*(each.icontains(search, autoescape=True) for each in places)))
        query = query.order_by(*_ORDER).limit(limit)
        return [DeliveryView(*row) for row in (await self._connection.execute(query)).all()]

    async def waiting_wave_legs(self, limit: int) -> list[WaveLeg]:
        """Texts that are to be written into conversations."""
        query = (
            select(
                deliveries.c.id,
                deliveries.c.topic_id,
                deliveries.c.number,
                deliveries.c.name,
                deliveries.c.text,
            )
            .where(
                deliveries.c.topic == "broadcast",
                deliveries.c.leg == "wave",
                deliveries.c.state == "pending",
            )
            .order_by(deliveries.c.id)
            .limit(limit)
        )
        return [WaveLeg(*row) for row in (await self._connection.execute(query)).all()]

    async def written(self, legs: Sequence[tuple[str, str, int]], now_ms: int) -> None:
        """These Wave legs stand in their conversations: (id, conversation, sequence)."""
        statement = (
            update(deliveries)
            .where(deliveries.c.id == bindparam("leg_id"))
            .values(
                state="accepted",
                conversation_id=bindparam("place"),
                seq=bindparam("place_seq"),
                tries=1,
                updated_at_ms=now_ms,
            )
        )
        values = [{"leg_id": leg, "place": place, "place_seq": seq} for leg, place, seq in legs]
        if values:
            await self._connection.execute(statement, values)

    async def refused(self, delivery_id: str, now_ms: int) -> None:
        """A Wave leg could not be written."""
        await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery_id)
            .values(state="failed", tries=1, updated_at_ms=now_ms)
        )

    async def waiting(self, delivery_ids: Sequence[str]) -> set[str]:
        """Which of these are still to be written (some may have been cancelled)."""
        query = select(deliveries.c.id).where(
            deliveries.c.id.in_(delivery_ids), deliveries.c.state == "pending"
        )
        return set((await self._connection.execute(query.with_for_update())).scalars())

    async def unread_conversations(self) -> set[str]:
        """Conversations with a Wave leg that its recipient has not read."""
        query = (
            select(deliveries.c.conversation_id)
            .where(
                deliveries.c.topic == "broadcast",
                deliveries.c.leg == "wave",
                deliveries.c.state.in_(("accepted", "delivered")),
            )
            .distinct()
        )
        return set((await self._connection.execute(query)).scalars())

    async def catch_up(self, now_ms: int) -> None:
        """Follow the watermarks that were stored while nobody listened."""
        for state, before, column in (
            ("read", ("accepted", "delivered"), participants.c.read_seq),
            ("delivered", ("accepted",), participants.c.delivered_seq),
        ):
            reached = exists().where(
                participants.c.conversation_id == deliveries.c.conversation_id,
                participants.c.who == "user:" + deliveries.c.number,
                column >= deliveries.c.seq,
            )
            await self._connection.execute(
                update(deliveries)
                .where(
                    deliveries.c.topic == "broadcast",
                    deliveries.c.leg == "wave",
                    deliveries.c.state.in_(before),
                    reached,
                )
                .values(state=state, updated_at_ms=now_ms)
            )

    async def seen(
        self, conversation_id: str, number: str, delivered: int, read: int, now_ms: int
    ) -> None:
        """Follow a recipient's watermarks."""
        mine = and_(
            deliveries.c.conversation_id == conversation_id,
            deliveries.c.topic == "broadcast",
            deliveries.c.leg == "wave",
            deliveries.c.number == number,
        )
        steps: tuple[tuple[DeliveryState, tuple[str, ...], int], ...] = (
            ("read", ("accepted", "delivered"), read),
            ("delivered", ("accepted",), delivered),
        )
        for state, before, upto in steps:
            await self._connection.execute(
                update(deliveries)
                .where(mine, deliveries.c.state.in_(before), deliveries.c.seq <= upto)
                .values(state=state, updated_at_ms=now_ms)
            )

    async def cancel(self, broadcast_id: str, now_ms: int) -> None:
        """Take back what is not on its way; what is ends with the answer of its phone."""
        pending = and_(
            deliveries.c.topic == "broadcast",
            deliveries.c.topic_id == broadcast_id,
            deliveries.c.state == "pending",
        )
        await self._connection.execute(
            update(deliveries)
            .where(pending, deliveries.c.lease_owner == "")
            .values(state="cancelled", updated_at_ms=now_ms)
        )
        await self._connection.execute(
            update(deliveries).where(pending).values(expires_at_ms=0)  # no further try
        )

    async def retry(self, broadcast_id: str, now_ms: int, expires_at_ms: int) -> int:
        """Make deliveries that did not arrive due; what was taken and tried stays counted."""
        changed = await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.topic == "broadcast",
                deliveries.c.topic_id == broadcast_id,
                deliveries.c.state.in_(TROUBLED),
            )
            .values(
                state="pending",
                due_at_ms=now_ms,
                expires_at_ms=expires_at_ms,
                updated_at_ms=now_ms,
            )
        )
        return changed.rowcount

    async def phoneless(self, broadcast_id: str) -> list[DeliveryView]:
        """People who had no phone when it was sent."""
        return await self.page(broadcast_id, states=("offline",), leg="phone", limit=10_000)

    async def found_phone(
        self, delivery_id: str, device: str, device_name: str, now_ms: int, expires_at_ms: int
    ) -> None:
        """Someone who had no phone has one now."""
        await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery_id, deliveries.c.state == "offline")
            .values(
                device=device,
                device_name=device_name,
                state="pending",
                due_at_ms=now_ms,
                expires_at_ms=expires_at_ms,
                updated_at_ms=now_ms,
            )
        )


def _any(states: tuple[str, ...]) -> Any:
    return func.max(case((deliveries.c.state.in_(states), 1), else_=0))


def _broadcast(row: Row[Any]) -> Broadcast:
    return Broadcast(
        id=row.id,
        client_id=row.client_id,
        name=row.name,
        sender=Sender(row.sender_kind, row.sender_value, row.sender_name),
        message=row.message,
        extensions=tuple(row.extensions),
        extension_groups=tuple(row.extension_groups),
        deliver_to=tuple(row.deliver_to),
        state=row.state,
        created_by=row.created_by,
        created_at_ms=row.created_at_ms,
        send_at_ms=row.send_at_ms,
        started_at_ms=row.started_at_ms,
    )
