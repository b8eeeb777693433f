"""Who has read a broadcast in Wave, whatever comes between the reading and its note."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from engage.broadcast.sending import BroadcastSending
from engage.events import Events
from engage.hub.events import WatermarkMoved
from engage.hub.service import Hub
from tests.support.messaging import Book, Desk, eventually
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engage.hub.service import HubTransaction
    from engage.storage.database import Database
    from tests.support.exchange import Exchange
    from tests.support.messaging_fixtures import VirtualClock

T = TypeVar("T")


async def states(desk: Desk, broadcast_id: str) -> list[str]:
    return [each.state for each in await desk.rows(broadcast_id)]


async def test_what_was_read_right_before_a_crash_is_told_after_it(
    database: Database, exchange: Exchange, clock: VirtualClock
) -> None:
    async with Desk(database, exchange, Book(), clock) as desk:
        sent = await desk.broadcast("1002", deliver_to=["wave"])
        await desk.reaches(sent.broadcast.id, "finished")
        [summary] = await desk.hub.hello("user:1002", {})
    alone = Hub(database, Sockets(), Events(), clock)  # nobody hears its facts: they died with it
    await alone.read("user:1002", summary["conversation"], 1)
    await alone.stop()
    async with Desk(database, exchange, Book(), clock) as desk:
        assert await states(desk, sent.broadcast.id) == ["read"]


class Interrupted(Hub):
    """Lets something happen right before each transaction, to share its commit."""

    before: Callable[[], None] = staticmethod(lambda: None)

    async def transact(self, work: Callable[[HubTransaction], Awaitable[T]]) -> T:
        self.before()
        await asyncio.sleep(0)  # who heard of it is in the writer's line now
        return await super().transact(work)


async def test_a_notice_written_while_the_last_one_is_read_is_seen_to_be_read_too(
    database: Database, exchange: Exchange, clock: VirtualClock
) -> None:
    async with Desk(database, exchange, Book(), clock) as desk:
        await desk.sending.stop()
        hub = Interrupted(database, Sockets(), events := Events(), clock)
        phones = desk.telephony.deliveries
        sending = BroadcastSending(database, hub, desk.book, phones, events, clock)
        sent = [await desk.broadcast("1002", deliver_to=["wave"])]
        await sending.step()
        [summary] = await hub.hello("user:1002", {})
        place = summary["conversation"]
        sent.append(await desk.broadcast("1002", deliver_to=["wave"]))
        hub.before = lambda: events.publish(WatermarkMoved(place, "user:1002", 1, 1))
        await sending.step()
        await events.settled()
        assert await states(desk, sent[0].broadcast.id) == ["read"]
        events.publish(WatermarkMoved(place, "user:1002", 2, 2))
        await events.settled()

        async def both_read() -> bool:
            return await states(desk, sent[1].broadcast.id) == ["read"]

        await eventually(both_read, 1)
        await hub.stop()
