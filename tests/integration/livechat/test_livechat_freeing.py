"""Chats that are stuck go back into the line, at a word of who looks after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from engage.errors import Forbidden
from engage.hub.model import ConversationClosed
from engage.storage.tables import operations
from engage.system.actor import SYSTEM, Actor
from tests.support.office import ANA, BEN, CHEN, Clock, Office, Seats, visitor_author
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.storage.database import Database


@pytest.fixture
async def office(database: Database, clock: Clock) -> AsyncIterator[Office]:
    made = await Office(database, Sockets(), Seats(), clock).start()
    await made.add("manual")
    for each in (ANA, BEN):
        await made.connect(each.who)
    yield made
    await made.stop()


async def begin(office: Office) -> str:
    session = await office.begin("manual")
    await office.connect(visitor_author(session).stored)
    return str(session.conversation_id)


@pytest.mark.parametrize("state", ["waiting", "active", "transferring"])
async def test_a_stuck_chat_waits_again_in_its_place_and_all_are_told(
    office: Office, database: Database, state: str
) -> None:
    stuck, behind = await begin(office), await begin(office)
    if state != "waiting":
        await office.service.desk.accept(ANA, stuck, None)
    if state == "transferring":
        await office.service.handing_over.transfer(ANA, stuck, "agent", BEN.number, "")
    office.sockets.sent.clear()
    await office.service.freeing.free(SYSTEM, stuck)
    found = await office.hub.conversation(stuck)
    assert (found.state, found.owner or "") == ("waiting", "")
    for each in (ANA, BEN):
        told = [x for x in office.sockets.told(each.who, "inquiry") if x["conversation"] == stuck]
        assert told[-1]["position"] == 1
    if state != "waiting":
        assert office.sockets.told(ANA.who, "conversation_gone")[-1]["conversation"] == stuck
    await office.service.desk.accept(BEN, stuck, None)
    assert (await office.hub.conversation(stuck)).owner == BEN.who
    async with database.read() as connection:
        row = (
            await connection.execute(
                select(operations).where(operations.c.action == "livechat.free")
            )
        ).one()
    assert (row.object, row.detail["state"]) == (f"conversation:{stuck}", state)
    assert (await office.hub.conversation(behind)).state == "waiting"


async def test_who_helps_leaves_a_chat_that_is_freed_and_is_told(office: Office) -> None:
    chat = await begin(office)
    await office.service.desk.accept(ANA, chat, None)
    await office.service.handing_over.join(BEN, chat)
    office.seats.chairmen = frozenset({CHEN.number})
    await office.service.freeing.free(Actor(CHEN.who), chat)
    following = {each.who for each in await office.hub.participants(chat)}
    assert not following & {ANA.who, BEN.who}
    for each in (ANA, BEN):
        [gone] = office.sockets.told(each.who, "conversation_gone")
        assert gone == {"conversation": chat, "reason": "passed_on"}
        assert office.sockets.told(each.who, "inquiry")[-1]["conversation"] == chat
    await office.service.desk.accept(BEN, chat, None)
    seats = {each.who: each.role for each in await office.hub.participants(chat)}
    assert (seats.get(BEN.who), ANA.who in seats) == ("", False)


async def test_what_is_over_is_not_freed_nor_by_whoever_likes(office: Office) -> None:
    chat = await begin(office)
    with pytest.raises(Forbidden):
        await office.service.freeing.free(Actor(ANA.who), chat)
    await office.service.desk.accept(ANA, chat, None)
    await office.service.desk.end(ANA.who, ANA.author, chat)
    with pytest.raises(ConversationClosed):
        await office.service.freeing.free(SYSTEM, chat)
