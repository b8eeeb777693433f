"""The directory goes down to the PBX, its journal comes up, phones are counted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engage.people.events import ExtensionsDropped, ExtensionsSaved
from pbxcore.commands import ApplyDelta, PutSnapshot
from tests.support.messaging import Book, Desk
from tests.support.phone import Phone

if TYPE_CHECKING:
    from engage.storage.database import Database
    from tests.support.exchange import Exchange


async def test_phone_registers_with_what_the_directory_says(desk: Desk, exchange: Exchange) -> None:
    async with (
        Phone("1001", "Sip-1001!", exchange.address) as ben,
        Phone("1002", "wrong", exchange.address) as chen,
    ):
        assert await ben.register() == 200
        assert await chen.register() in (401, 403)
        await desk.phones("1001", 1)
        assert desk.presence.state("1001") == "away"
        assert await ben.register(expires=0) == 200
        await desk.phones("1001", 0)
    assert desk.presence.state("1001") == "offline"


async def test_changes_go_down_as_deltas_and_a_gap_asks_for_a_snapshot(
    desk: Desk, exchange: Exchange
) -> None:
    desk.book.names["1004"] = "Eva Roth"
    desk.book.version = 2
    desk.events.publish(ExtensionsSaved(("1004",)))
    await desk.events.settled()
    assert [type(each) for each in exchange.requests] == [PutSnapshot, ApplyDelta]
    async with Phone("1004", "Sip-1004!", exchange.address) as eva:
        assert await eva.register() == 200
    del desk.book.names["1004"]
    desk.book.version = 5
    desk.events.publish(ExtensionsDropped(("1004",)))
    await desk.events.settled()
    assert isinstance(exchange.requests[-1], PutSnapshot)
    async with Phone("1004", "Sip-1004!", exchange.address) as eva:
        assert await eva.register() in (401, 403)


async def test_restarted_web_knows_the_phones_without_the_journals_past(
    database: Database, exchange: Exchange
) -> None:
    async with Phone("1001", "Sip-1001!", exchange.address) as ben:
        async with Desk(database, exchange, Book()) as desk:
            assert await ben.register() == 200
            await desk.phones("1001", 1)
        async with Desk(database, exchange, Book()) as desk:
            assert desk.presence.phones("1001") == 1


async def test_journal_written_while_web_was_away_is_projected_once(
    database: Database, exchange: Exchange
) -> None:
    async with (
        Phone("1001", "Sip-1001!", exchange.address) as ben,
        Phone("1002", "Sip-1002!", exchange.address) as chen,
    ):
        async with Desk(database, exchange, Book()):
            pass  # the directory has gone down
        assert await ben.register() == 200
        assert await chen.register() == 200
        assert await chen.send("1001", "Lunch?") == 200
        assert ben.texts == ["Lunch?"]
        for _ in range(2):
            async with Desk(database, exchange, Book()) as desk:
                await desk.phones("1001", 1)
                await desk.phones("1002", 1)
                async with asyncio.timeout(15):  # the text's fact may come in a later batch
                    while not (summaries := await desk.hub.hello("user:1001", {})):
                        pass
                assert [each["last"]["text"] for each in summaries] == ["Lunch?"]
                assert summaries[0]["head"] == 1
                assert summaries[0]["last"]["author"] == {
                    "kind": "phone",
                    "id": "1002",
                    "name": "Chen Li",
                }
