"""Sends texts to phones: leases due rows, keeps the pace, records each final status."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from engage.background import GRACE_S, Worker
from engage.errors import Unavailable
from engage.identifiers import now_ms
from engage.telephony.model import Transmission, Verdict, verdict
from engage.telephony.repository import DeliveryRepository, DeviceRepository
from pbxcore.commands import MessageResult, SendMessage
from pbxcore.rate_limit import Rate, RateLimit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.storage.database import Database
    from engage.telephony.events import DeliverySettled, Device, Outgoing
    from engage.telephony.model import Delivery, PbxPort

log = logging.getLogger(__name__)

PACE = Rate(per_s=40.0, burst=10)
IN_FLIGHT = 60  # many of them wait for phones that sleep
ANSWERED_S = 45.0  # a phone wakes within 10 s, a MESSAGE ends within 32 s (RFC 3261 §17.1.2)
LEASE_MS = 60_000  # longer than that
DATABASE_AWAY_S = 1.0
AWAY_MS = 2_000  # a row the PBX did not take is due again after this
LONGEST_SLEEP_S = 60.0


class Deliveries:
    """The one sender of texts to phones.

    Rows are put in by whoever writes the text, in the same transaction; `wake` after its commit.
    Each row is leased while it is on its way. A row left leased by a crash is sent once more under
    the same identifier, by which the phone can recognise it, and is marked `maybe_duplicate`.

    Args:
        database: where the rows are.
        link: the channel to the PBX.
        events: hears `DeliverySettled`.
        clock: milliseconds UTC.
        owner: names this sender in leases; stays the same over a restart.
        pace: how fast to send.
        in_flight: how many MESSAGEs may wait for their answer at once.
    """

    def __init__(
        self,
        database: Database,
        link: PbxPort,
        events: Events,
        *,
        clock: Clock = now_ms,
        owner: str = "web",
        pace: Rate = PACE,
        in_flight: int = IN_FLIGHT,
    ) -> None:
        self._database, self._link, self._events = database, link, events
        self._clock, self._owner = clock, owner
        self._pace = RateLimit(pace)
        self._in_flight = in_flight
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._worker = Worker("sending to phones", self.step, every_s=LONGEST_SLEEP_S)
        link.on_connected(self._connected)

    async def enqueue(self, connection: AsyncConnection, rows: Sequence[Outgoing]) -> None:
        """Put rows in, inside the caller's transaction; `wake` after its commit."""
        await DeliveryRepository(connection).add(rows, self._clock())

    async def reword(self, connection: AsyncConnection, topic_id: str, text: str) -> None:
        """Change a chat's text where no phone has it yet, inside the caller's transaction."""
        await DeliveryRepository(connection).change_unsent(topic_id, text=text)

    async def withdraw(self, connection: AsyncConnection, topic_id: str) -> None:
        """Cancel a chat's text where no phone has it yet, inside the caller's transaction."""
        now = self._clock()
        await DeliveryRepository(connection).change_unsent(
            topic_id, state="cancelled", updated_at_ms=now
        )

    async def devices(self, connection: AsyncConnection, numbers: Iterable[str]) -> list[Device]:
        """The registered phones of these extensions."""
        return await DeviceRepository(connection).of(numbers)

    async def registered(self, connection: AsyncConnection, device: Device) -> None:
        """Make due what waits for this phone, inside the caller's transaction."""
        await DeliveryRepository(connection).registered(device, self._clock())

    def wake(self) -> None:
        """Look for due rows now."""
        self._worker.wake()

    async def start(self) -> None:
        """Free what was under way when this sender last ended, and begin."""
        freed = await self._database.write(lambda c: DeliveryRepository(c).recover(self._owner))
        if freed:
            log.info("deliveries resumed", extra={"rows": freed})
        self._worker.start()

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Claim nothing new; let what is under way end for `grace_s`, then leave it leased."""
        await self._worker.stop(grace_s)
        if self._sending:
            _, late = await asyncio.wait(self._sending.values(), timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def step(self) -> float | None:
        """Begin what is due and fits; returns after how many seconds to look again.

        None: when something was put in, the PBX is there again, or a sending has ended.
        """
        now = self._clock()
        if not self._link.connected:
            return None
        room = min(self._in_flight - len(self._sending), self._pace.available(now / 1000))
        if room <= 0:
            return self._pace.wait_s(now / 1000) or None  # the end of a sending wakes us
        claimed = await self._database.write(
            lambda c: DeliveryRepository(c).claim(self._owner, now, now + LEASE_MS, room)
        )
        for delivery in claimed:
            if delivery.id not in self._sending:  # else only its lease had run out
                self._pace.reserve(now / 1000)
                self._begin(delivery)
        if len(claimed) == room:
            return self._pace.wait_s(now / 1000) if len(self._sending) < self._in_flight else None
        async with self._database.read() as connection:
            due = await DeliveryRepository(connection).next_due(self._owner)
        return None if due is None else min(max(due - now, 0) / 1000, LONGEST_SLEEP_S)

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._sending)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._sending:
            await asyncio.gather(*self._sending.values())

    def _begin(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._send(delivery))
        self._sending[delivery.id] = task
        task.add_done_callback(lambda _: self._ended(delivery.id))

    def _ended(self, delivery_id: str) -> None:
        del self._sending[delivery_id]
        self._worker.wake()

    async def _connected(self) -> None:
        self.wake()

    async def _send(self, delivery: Delivery) -> None:
        try:
            if delivery.expires_at_ms <= self._clock():
                await self._surely(lambda: self._settle(delivery, None, delivery.part))
                return
            transmission = Transmission(delivery)
            try:
                await self._transmit(delivery, transmission)
            except Unavailable:  # the PBX went away meanwhile: the phone may have it
                await self._surely(lambda: self._release(delivery))
                return
            status, taken = transmission.status, transmission.taken
            await self._surely(lambda: self._settle(delivery, status, taken))
        except Exception:  # the lease runs out by itself
            log.exception("delivery stumbled", extra={"delivery": delivery.id})

    async def _transmit(self, delivery: Delivery, transmission: Transmission) -> None:
        while (message := transmission.message) is not None:
            before = transmission.taken
            transmission.answered(await self._request(delivery, *message))
            taken = transmission.taken
            if transmission.message is not None and taken > before:
                await self._surely(partial(self._taken, delivery, taken))
                self._pace.reserve(self._clock() / 1000)

    async def _surely(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write what a phone has said, however long the database is away."""
        while True:
            try:
                await write()
            except Unavailable:
                log.warning("a delivery's result waits for the database")
                await asyncio.sleep(DATABASE_AWAY_S)
            else:
                return

    async def _request(self, delivery: Delivery, message_id: str, text: str) -> int:
        reply = await self._link.request(
            SendMessage(
                id=message_id,
                number=delivery.number,
                contact=delivery.device,
                sender=delivery.sender,
                sender_name=delivery.sender_name,
                text=text,
                cseq=delivery.cseq,
            ),
            ANSWERED_S,
        )
        if not isinstance(reply, MessageResult):
            raise TypeError(f"unexpected reply {type(reply).__name__}")
        return reply.status

    async def _taken(self, delivery: Delivery, part: int) -> None:
        until = self._clock() + LEASE_MS
        await self._database.write(
            lambda c: DeliveryRepository(c).taken(delivery.id, self._owner, part, until)
        )

    async def _settle(self, delivery: Delivery, status: int | None, part: int) -> None:
        now = self._clock()

        async def work(connection: AsyncConnection) -> DeliverySettled | None:
            rows = DeliveryRepository(connection)
            expires = await rows.expiry(delivery.id)
            if status is None:
                result = Verdict("expired" if expires else "cancelled")
            else:
                result = verdict(
                    status,
                    tries=delivery.tries,
                    now_ms=now,
                    expires_at_ms=expires,
                    repeated=delivery.repeated,
                )
            return await rows.settle(delivery, self._owner, result, status, part, now)

        settled = await self._database.write(work)
        if settled is not None:
            self._events.publish(settled)

    async def _release(self, delivery: Delivery) -> None:
        due = self._clock() + AWAY_MS
        await self._database.write(
            lambda c: DeliveryRepository(c).release(delivery, self._owner, due)
        )
