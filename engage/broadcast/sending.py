"""Begins broadcasts whose time has come, and writes their Wave legs into conversations."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from engage.background import GRACE_S, Worker
from engage.broadcast.model import KIND, LIFE_MS, Broadcast, ReadOnly
from engage.broadcast.repository import BroadcastDeliveries, BroadcastRepository
from engage.broadcast.service import phone_row
from engage.errors import Unavailable
from engage.hub.events import WatermarkMoved
from engage.hub.model import Author, Member
from engage.hub.service import Entry, Opening
from engage.identifiers import new_id, now_ms
from engage.telephony.events import Outgoing

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.broadcast.model import PhoneTexts, Recipients
    from engage.broadcast.repository import WaveLeg
    from engage.events import Events
    from engage.hub.model import Appended, Conversation, Post
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.storage.database import Database

log = logging.getLogger(__name__)

WAVE_BATCH = 50  # conversations in one transaction: few enough that others' messages wait for ms
LONGEST_SLEEP_S = 60.0


class BroadcastSending:
    """The one sender of broadcasts.

    Beginning one turns its recipients, resolved in that moment, into delivery rows, all in one
    transaction. Phones' rows are telephony's. A Wave leg is an event under the row's identifier, in
    the transaction that settles the row: no crash can write it twice.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        recipients: Recipients,
        phones: PhoneTexts,
        events: Events,
        clock: Clock = now_ms,
    ) -> None:
        self._database, self._hub = database, hub
        self._recipients, self._phones, self._clock = recipients, phones, clock
        self._places: set[str] = set()  # conversations where a watermark matters
        self._worker = Worker("sending of broadcasts", self.step, every_s=LONGEST_SLEEP_S)
        hub.policy(KIND, ReadOnlyConversation())
        events.subscribe(WatermarkMoved, self._seen)

    def wake(self) -> None:
        """Look for broadcasts to begin and Wave legs to write."""
        self._worker.wake()

    async def start(self) -> None:
        """Resume what a crash interrupted, and begin."""
        now = self._clock()
        await self._database.write(lambda c: BroadcastDeliveries(c).catch_up(now))
        async with self._database.read() as connection:
            self._places |= await BroadcastDeliveries(connection).unread_conversations()
        self._worker.start()

    async def stop(self) -> None:
        """End after the transaction that is under way."""
        await self._worker.stop(GRACE_S)

    async def step(self) -> float | None:
        """Begin what is due and write one batch; returns when to look again, in seconds."""
        async with self._database.read() as connection:
            due = await BroadcastRepository(connection).due(self._clock())
        for broadcast in due:
            await self._begin(broadcast)
        if await self._write_wave_legs():
            return 0
        async with self._database.read() as connection:
            next_due = await BroadcastRepository(connection).next_due()
        if next_due is None:
            return None
        return min(max(next_due - self._clock(), 0) / 1000, LONGEST_SLEEP_S)

    async def _begin(self, broadcast: Broadcast) -> None:
        async def work(connection: AsyncConnection) -> int | None:
            now = self._clock()
            moved = await BroadcastRepository(connection).move(
                broadcast.id, ("scheduled",), "sending", now
            )
            if not moved:
                return None
            rows = await self._rows(connection, broadcast, now)
            await self._phones.enqueue(connection, rows)
            return len(rows)

        count = await self._database.write(work)
        if count is not None:
            log.info("broadcast begins", extra={"broadcast": broadcast.id, "deliveries": count})
        self._phones.wake()

    async def _rows(
        self, connection: AsyncConnection, broadcast: Broadcast, now: int
    ) -> list[Outgoing]:
        people = self._recipients.members(
            list(broadcast.extensions), list(broadcast.extension_groups)
        )
        rows: list[Outgoing] = []
        phones: dict[str, list[tuple[str, str]]] = {}
        for device in await self._phones.devices(connection, [each.number for each in people]):
            phones.setdefault(device.number, []).append((device.contact, device.user_agent))
        for person in sorted(people, key=lambda each: (len(each.number), each.number)):
            if "phones" in broadcast.deliver_to:
                row = phone_row(broadcast, person.number, person.name, now)
                rows += [row(*phone) for phone in phones.get(person.number, [("", "")])]
            if "wave" in broadcast.deliver_to:
                rows.append(_wave_row(broadcast, person.number, person.name, now))
        known = {each.number for each in people}
        gone = [number for number in broadcast.extensions if number not in known]
        return rows + [_wave_row(broadcast, each, each, now, skipped=True) for each in gone]

    async def _write_wave_legs(self) -> int:
        async with self._database.read() as connection:
            legs = await BroadcastDeliveries(connection).waiting_wave_legs(WAVE_BATCH)
            rows = BroadcastRepository(connection)
            wanted = {each.broadcast_id for each in legs}
            found = {each: await rows.get(each) for each in wanted}
        if not legs:
            return 0
        pairs = [(leg, one) for leg in legs if (one := found[leg.broadcast_id]) is not None]
        try:
            await self._hub.transact(lambda tx: self._write_all(tx, pairs))
        except Unavailable:
            raise
        except Exception:
            log.exception("wave legs go one by one")
            for pair in pairs:
                await self._write_alone(*pair)
        return len(legs)

    async def _write_alone(self, leg: WaveLeg, broadcast: Broadcast) -> None:
        try:
            await self._hub.transact(lambda tx: self._write_all(tx, [(leg, broadcast)]))
        except Unavailable:
            raise
        except Exception:
            log.exception("wave leg refused", extra={"delivery": leg.id})
            now = self._clock()
            await self._database.write(lambda c: BroadcastDeliveries(c).refused(leg.id, now))

    async def _write_all(
        self, transaction: HubTransaction, pairs: list[tuple[WaveLeg, Broadcast]]
    ) -> None:
        rows = BroadcastDeliveries(transaction.connection)
        waiting = await rows.waiting([leg.id for leg, _ in pairs])  # others were cancelled
        going = [(leg, broadcast) for leg, broadcast in pairs if leg.id in waiting]
        places = await transaction.open_many([_opening(*each) for each in going])
        results = await transaction.append_many(
            [
                Entry(place.id, _author(broadcast), "message", {"text": leg.text}, leg.id)
                for (leg, broadcast), place in zip(going, places, strict=True)
            ]
        )
        written = []
        for (leg, _), result in zip(going, results, strict=True):
            if isinstance(result, Exception):
                raise result
            self._places.add(result.event.conversation_id)
            written.append((leg.id, result.event.conversation_id, result.event.seq))
        await rows.written(written, self._clock())

    async def _seen(self, fact: WatermarkMoved) -> None:
        kind, _, number = fact.who.partition(":")
        if kind != "user" or fact.conversation_id not in self._places:
            return
        now = self._clock()
        await self._database.write(
            lambda c: BroadcastDeliveries(c).seen(
                fact.conversation_id, number, fact.delivered, fact.read, now
            )
        )


class ReadOnlyConversation:
    """A broadcast's conversation: only broadcasts are written into it."""

    async def post(self, author: Author, conversation: Conversation, post: Post) -> Appended:
        """Refuse.

        Raises:
            ReadOnly: always.
        """
        raise ReadOnly


def _opening(leg: WaveLeg, broadcast: Broadcast) -> Opening:
    """Where a Wave leg is written: the chat with its sender, or the broadcasts of that name."""
    sender = broadcast.sender
    recipient = Member(f"user:{leg.number}", leg.name)
    if sender.kind == "extension":
        key = "|".join(sorted((sender.value, leg.number)))
        writer = Member(f"user:{sender.value}", sender.name)
        return Opening("direct", key, participants=(writer, recipient))
    return Opening(KIND, f"{sender.name}|{leg.number}", sender.name, participants=(recipient,))


def _author(broadcast: Broadcast) -> Author:
    sender = broadcast.sender
    if sender.kind == "extension":
        return Author("user", sender.value, sender.name)
    return Author("system", "broadcast", sender.name)


def _wave_row(
    broadcast: Broadcast, number: str, name: str, now: int, *, skipped: bool = False
) -> Outgoing:
    to_oneself = broadcast.sender.kind == "extension" and broadcast.sender.value == number
    return Outgoing(
        id=new_id(),
        topic="broadcast",
        topic_id=broadcast.id,
        number=number,
        name=name,
        leg="wave",
        sender=broadcast.sender.sip_user,
        sender_name=broadcast.sender.name,
        text=broadcast.message,
        expires_at_ms=now + LIFE_MS,
        state="skipped" if skipped or to_oneself else "pending",
    )
