"""Texts to phones: final statuses, retries, parts, leases."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from sqlalchemy import update

from engage.errors import Unavailable
from engage.events import Events
from engage.storage.tables import deliveries
from engage.telephony.deliveries import Deliveries
from engage.telephony.events import Outgoing
from pbxcore.commands import MessageResult, SendMessage
from pbxcore.rate_limit import Rate
from tests.support.messaging import Book, Desk, eventually
from tests.support.phone import Phone

if TYPE_CHECKING:
    import pytest

    from engage.storage.database import Database
    from tests.support.exchange import Exchange
    from tests.support.messaging_fixtures import VirtualClock


async def test_phone_that_is_away_gets_its_text_at_the_first_retry(
    desk: Desk, exchange: Exchange, clock: VirtualClock
) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address, answers=deque([480])) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        sent = await desk.broadcast("1001", deliver_to=["phones"])
        await ben.asked(1)
        await eventually(lambda: not desk.telephony.deliveries.busy)
        [row] = await desk.rows(sent.broadcast.id)
        assert (row.state, row.sip_code, row.tries) == ("pending", 480, 1)
        assert await desk.state(sent.broadcast.id) == "sending"
        clock.pass_s(9.9)
        assert await desk.telephony.deliveries.step() == 0.1
        assert len(ben.seen) == 1
        clock.pass_s(0.1)
        desk.telephony.deliveries.wake()
        await desk.reaches(sent.broadcast.id, "finished")
        [row] = await desk.rows(sent.broadcast.id)
        assert (row.state, row.sip_code, row.tries) == ("delivered", 200, 2)
        assert len({each.call_id for each in ben.seen}) == 1  # by which it is recognised
        assert [each.cseq for each in ben.seen] == ["1 MESSAGE", "2 MESSAGE"]


async def test_phone_that_comes_back_gets_its_text_at_once(desk: Desk, exchange: Exchange) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address, answers=deque([480])) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        sent = await desk.broadcast("1001", deliver_to=["phones"])
        await ben.asked(1)
        await ben.register(expires=0)
        await desk.phones("1001", 0)
        await ben.register()
        assert await ben.receive(1) == ["Fire drill at ten."]
        await desk.reaches(sent.broadcast.id, "finished")


async def test_text_follows_its_person_to_a_new_address_of_the_phone(
    desk: Desk, exchange: Exchange
) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address, answers=deque([480])) as before:
        await before.register()
        await desk.phones("1001", 1)
        sent = await desk.broadcast("1001", deliver_to=["phones"])
        await before.asked(1)
        await before.register(expires=0)
        await desk.phones("1001", 0)
    async with Phone("1001", "Sip-1001!", exchange.address) as after:
        await after.register()
        assert await after.receive(1) == ["Fire drill at ten."]
        await desk.reaches(sent.broadcast.id, "finished")


async def test_rows_that_nobody_answers_expire(
    desk: Desk, exchange: Exchange, clock: VirtualClock
) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address, usual=480) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        sent = await desk.broadcast("1001", deliver_to=["phones"])
        for count, wait_s in enumerate((10, 60, 300, 900, 2400), 1):
            await ben.asked(count)
            await eventually(lambda: not desk.telephony.deliveries.busy)
            clock.pass_s(wait_s)
            desk.telephony.deliveries.wake()
        await desk.reaches(sent.broadcast.id, "failed")
        [row] = await desk.rows(sent.broadcast.id)
        assert (row.state, row.sip_code, row.tries) == ("expired", 480, 5)


async def test_statuses_are_shown_with_their_code(desk: Desk, exchange: Exchange) -> None:
    expected = {"1000": ("unsupported", 415), "1001": ("failed", 407), "1002": ("accepted", 202)}
    async with (
        Phone("1000", "Sip-1000!", exchange.address, usual=415) as ana,
        Phone("1001", "Sip-1001!", exchange.address, usual=407) as ben,
        Phone("1002", "Sip-1002!", exchange.address, usual=202) as chen,
    ):
        for phone in (ana, ben, chen):
            await phone.register()
            await desk.phones(phone.number, 1)
        sent = await desk.broadcast("1000", "1001", "1002", "1003", deliver_to=["phones"])
        await desk.reaches(sent.broadcast.id, "partly_failed")
        rows = {each.number: each for each in await desk.rows(sent.broadcast.id)}
        assert rows.pop("1003").state == "offline"
        assert {number: (each.state, each.sip_code) for number, each in rows.items()} == expected
        assert rows["1000"].device_name == "TestPhone/1.0"


async def test_long_text_goes_in_parts_and_a_retry_resends_none_that_was_taken(
    desk: Desk, exchange: Exchange, clock: VirtualClock
) -> None:
    text = " ".join(f"wörd{number}" for number in range(130))
    async with Phone("1001", "Sip-1001!", exchange.address, answers=deque([200, 480])) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        sent = await desk.broadcast("1001", message=text, deliver_to=["phones"])
        await ben.asked(2)
        await eventually(lambda: not desk.telephony.deliveries.busy)
        assert [each.part for each in await desk.rows(sent.broadcast.id)] == [1]
        clock.pass_s(10)
        desk.telephony.deliveries.wake()
        await desk.reaches(sent.broadcast.id, "finished")
        assert [each[:6] for each in ben.texts] == ["(1/2) ", "(2/2) "]
        assert " ".join(each[6:] for each in ben.texts) == text
        assert all(each.size <= 1300 for each in ben.seen)


async def test_row_left_by_a_crash_is_sent_once_more_under_the_same_identifier(
    database: Database, exchange: Exchange, clock: VirtualClock
) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address, answers=deque([0])) as ben:
        async with Desk(database, exchange, Book(), clock) as desk:
            await ben.register()
            await desk.phones("1001", 1)
            sent = await desk.broadcast("1001", deliver_to=["phones"])
            await ben.asked(1)  # it is on its way, and not answered yet
            await desk.telephony.deliveries.stop(grace_s=0)
        async with Desk(database, exchange, Book(), clock) as desk:
            await desk.reaches(sent.broadcast.id, "finished")
            [row] = await desk.rows(sent.broadcast.id)
            assert (row.state, row.maybe_duplicate) == ("delivered", True)
        assert ben.texts == ["Fire drill at ten."]
        assert len({(each.call_id, each.cseq) for each in ben.seen}) == 1


async def test_repetition_that_the_phone_recognises_is_not_a_failure(
    database: Database, exchange: Exchange, clock: VirtualClock
) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address, usual=482) as ben:
        async with Desk(database, exchange, Book(), clock) as desk:
            await ben.register()
            await desk.phones("1001", 1)
            exchange.connected = False
            sent = await desk.broadcast("1001", deliver_to=["phones"])
            await eventually(lambda: not desk.telephony.deliveries.busy)

            async def left_behind(connection: object) -> None:
                await connection.execute(  # type: ignore[attr-defined]
                    update(deliveries).values(lease_owner="web", lease_until_ms=clock() + 60_000)
                )

            while not await desk.rows(sent.broadcast.id):
                await desk.events.settled()
            await database.write(left_behind)
        async with Desk(database, exchange, Book(), clock) as desk:
            await desk.reaches(sent.broadcast.id, "finished")
            [row] = await desk.rows(sent.broadcast.id)
            assert (row.state, row.sip_code, row.maybe_duplicate) == ("accepted", 482, True)


async def test_rows_wait_for_the_pbx_and_go_when_it_is_back(desk: Desk, exchange: Exchange) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        await ben.register()
        await desk.phones("1001", 1)
        exchange.connected = False
        sent = await desk.broadcast("1001", deliver_to=["phones"])
        await desk.reaches(sent.broadcast.id, "sending")
        assert ben.seen == []
        await exchange.connect()
        await desk.reaches(sent.broadcast.id, "finished")
        [row] = await desk.rows(sent.broadcast.id)
        assert row.maybe_duplicate is False


async def test_two_senders_share_the_rows_and_send_each_once(
    database: Database, exchange: Exchange, clock: VirtualClock
) -> None:
    book = Book({str(number): f"Person {number}" for number in range(2000, 2040)})
    async with Desk(database, exchange, book, clock) as desk:
        other = Deliveries(
            database, exchange, desk.events, clock=clock, owner="other", pace=Rate(1e9, 99)
        )
        await other.start()
        phones = [Phone(each, f"Sip-{each}!", exchange.address) for each in book.names]
        for phone in phones:
            await phone.__aenter__()
            await phone.register()
        await desk.phones("2039", 1)
        clock.pass_s(60)
        sent = await desk.broadcast(groups=["Everyone"], deliver_to=["phones"])
        other.wake()
        while await desk.state(sent.broadcast.id) != "finished":
            clock.pass_s(0.1)
            other.wake()
            desk.telephony.deliveries.wake()
            await desk.events.settled()
        await other.stop()
        messages = [each for each in exchange.requests if isinstance(each, SendMessage)]
        assert len(messages) == len({each.id for each in messages}) == 40
        assert [len(each.taken) for each in phones] == [1] * 40
        for phone in phones:
            await phone.__aexit__()


async def test_pace_is_kept(database: Database, clock: VirtualClock) -> None:
    class Line:
        connected = True
        sent = 0

        def on_connected(self, callback: object) -> None:
            assert callback

        async def request(self, command: object, timeout_s: float = 35) -> MessageResult:
            assert isinstance(command, SendMessage)
            self.sent += 1
            return MessageResult(command.id, 200, "OK")

    line = Line()
    sender = Deliveries(database, line, Events(), clock=clock)
    rows = [
        Outgoing(f"d{n:03}", "broadcast", "b", f"{n}", "N", "phone", "s", "S", "t", 2**50, "sip:x")
        for n in range(100)
    ]
    await database.write(lambda connection: sender.enqueue(connection, rows))
    started = clock()
    while line.sent < 100:
        await sender.step()
        await sender.idle()
        clock.pass_s(0.025)
    assert 2100 <= clock() - started <= 2500  # ten at once, then forty a second


async def test_answer_of_a_phone_is_kept_while_the_database_is_away(
    database: Database, exchange: Exchange, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.telephony.deliveries.DATABASE_AWAY_S", 0.01)
    async with (
        Phone("1001", "Sip-1001!", exchange.address, answers=deque([0])) as ben,
        Desk(database, exchange, Book(), clock) as desk,
    ):
        await ben.register()
        await desk.phones("1001", 1)
        sent = await desk.broadcast("1001", deliver_to=["phones"])
        await ben.asked(1)
        write, refused = database.write, asyncio.Event()

        async def away(*_: object, **__: object) -> None:
            refused.set()
            raise Unavailable

        monkeypatch.setattr(database, "write", away)
        await refused.wait()  # the phone has answered the retransmission
        assert desk.telephony.deliveries.busy
        monkeypatch.setattr(database, "write", write)
        await desk.reaches(sent.broadcast.id, "finished")
        [row] = await desk.rows(sent.broadcast.id)
        assert (row.state, row.maybe_duplicate, len(ben.taken)) == ("delivered", False, 1)
