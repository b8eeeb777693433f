"""Watermarks, typing and who is told what, on both databases."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from engage.errors import Invalid, TextRefused
from engage.events import Events
from engage.hub.events import WatermarkMoved
from engage.hub.model import ConversationClosed, NotParticipant
from engage.hub.service import Hub
from engage.storage.tables import events
from tests.support.following import ANA, BEN, VISITOR, Connections, hub_of, member, opened, say

if TYPE_CHECKING:
    from engage.hub.service import HubTransaction
    from engage.storage.database import Database


async def test_marks_only_move_forward_and_never_beyond_the_head(database: Database) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    chat = await opened(hub, member(ANA), member(VISITOR))
    for _ in range(5):
        await say(hub, chat, VISITOR)
    await hub.read(ANA.who, chat, 3)
    await hub.read(ANA.who, chat, 1)
    await hub.delivered(ANA.who, chat, 10**12)
    await hub.delivered(ANA.who, chat, 2)
    await hub.stop()
    [ana] = [each for each in await hub_of(database).participants(chat) if each.who == ANA.who]
    assert (ana.delivered, ana.read) == (5, 3)
    marks = [
        (each["delivered"], each["read"]) for each in connections.told(VISITOR.who, "watermark")
    ]
    assert marks == sorted(marks)
    assert marks[-1] == (5, 3)


async def test_marks_of_half_a_second_are_written_and_told_together(database: Database) -> None:
    connections, told = Connections(), Events()
    moved = asyncio.Queue[WatermarkMoved]()
    told.subscribe(WatermarkMoved, moved.put)
    hub = Hub(database, connections, told)
    chat = await opened(hub, member(ANA), member(VISITOR))
    for _ in range(50):
        await say(hub, chat, VISITOR)
    await hub.read(ANA.who, chat, 1)
    assert (await moved.get()).read == 1  # the first at once
    for seq in range(2, 51):
        await hub.read(ANA.who, chat, seq)
    assert (await moved.get()).read == 50  # the others together
    await told.settled()
    assert moved.empty()
    assert len(connections.told(VISITOR.who, "watermark")) == 2
    await hub.stop()


async def test_mark_of_nothing_new_writes_nothing(database: Database) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    chat = await opened(hub, member(ANA))
    await say(hub, chat, ANA)
    for seq in (1, 1, 0):
        await hub.read(ANA.who, chat, seq)
        await hub.stop()
    assert len(connections.told(ANA.who, "watermark")) == 1


async def test_typing_is_told_to_the_others_and_stored_nowhere(database: Database) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    chat = await opened(hub, member(ANA), member(VISITOR))
    for _ in range(5):
        await hub.typing(VISITOR.who, VISITOR, chat)
    [hint] = connections.told(ANA.who, "typing")
    assert (hint["conversation"], hint["author"]["name"]) == (chat, "Vi")
    assert connections.told(VISITOR.who, "typing") == []
    with pytest.raises(NotParticipant):
        await hub.typing(BEN.who, BEN, chat)
    async with database.read() as connection:
        assert (await connection.execute(select(events))).all() == []


async def test_typing_is_limited_for_each_author_in_each_conversation_until_they_write(
    database: Database,
) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    chat, other = [await opened(hub, member(ANA), member(VISITOR)) for _ in range(2)]
    for who, where in (VISITOR, chat), (VISITOR, other), (ANA, chat), (VISITOR, chat):
        await hub.typing(who.who, who, where)
    told = [each["conversation"] for each in connections.told(ANA.who, "typing")]
    assert (told, len(connections.told(VISITOR.who, "typing"))) == ([chat, other], 1)
    await hub.post(VISITOR.who, VISITOR, chat, client_id="k", text="Hello")
    for _ in range(2):
        await hub.typing(VISITOR.who, VISITOR, chat)
    assert len(connections.told(ANA.who, "typing")) == 3


async def test_nobody_types_in_a_closed_conversation_nor_writes_there(database: Database) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    chat = await opened(hub, member(ANA), member(VISITOR))
    await say(hub, chat, VISITOR, key="k")

    async def end(transaction: HubTransaction) -> None:
        await transaction.change(chat, state="ended")
        await transaction.append(chat, ANA, "state", {"state": "ended"})

    await hub.transact(end)
    await hub.typing(VISITOR.who, VISITOR, chat)
    assert connections.told(ANA.who, "typing") == []
    with pytest.raises(ConversationClosed):
        await hub.post(VISITOR.who, VISITOR, chat, client_id="new", text="Hello?")
    again = await hub.post(VISITOR.who, VISITOR, chat, client_id="k", text="Hello")
    assert (again.duplicate, again.event.seq) == (True, 1)


async def test_client_id_goes_back_to_its_author_alone(database: Database) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    chat = await opened(hub, member(ANA), member(BEN), member(VISITOR))
    await hub.post(BEN.who, BEN, chat, client_id="mine", text="Hello")
    assert connections.told(BEN.who)[0]["client_id"] == "mine"
    for who in (ANA.who, VISITOR.who):
        assert "client_id" not in connections.told(who)[0]


async def test_event_is_encoded_once_for_readers_who_see_the_same(database: Database) -> None:
    """zammad#3299: each agent cost as much as all of them."""
    connections = Connections()
    hub = hub_of(database, connections)
    crowd = [f"user:{number}" for number in range(2000, 2050)]

    async def work(transaction: HubTransaction) -> str:
        made = await transaction.create(kind="direct", participants=[member(ANA), member(VISITOR)])
        for who in crowd:
            await transaction.join(made.id, who, who, sees_notes=True)
        return made.id

    chat = await hub.transact(work)
    await say(hub, chat, ANA)
    assert len(connections.frames) == 3  # the author, the agents, the visitor
    assert sum(len(whos) for whos, _, _ in connections.frames) == 52


async def test_post_refuses_strangers_odd_texts_and_odd_keys(database: Database) -> None:
    hub = hub_of(database)
    chat = await opened(hub, member(ANA))
    with pytest.raises(NotParticipant):
        await hub.post(BEN.who, BEN, chat, client_id="k", text="Hello")
    with pytest.raises(TextRefused):
        await hub.post(ANA.who, ANA, chat, client_id="k", text="\ud800")
    with pytest.raises(Invalid):
        await hub.post(ANA.who, ANA, chat, client_id="k\n", text="Hello")
    assert (await hub.conversation(chat)).last_seq == 0


async def test_sender_who_goes_away_takes_nobody_along(database: Database) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    chat = await opened(hub, member(ANA), member(VISITOR))
    leaving = [asyncio.ensure_future(say(hub, chat, VISITOR, str(n))) for n in range(10)]
    staying = [asyncio.ensure_future(say(hub, chat, ANA, str(n))) for n in range(10)]
    await asyncio.sleep(0)
    for task in leaving:
        task.cancel()
    assert len(set(await asyncio.gather(*staying))) == 10
    await asyncio.gather(*leaving, return_exceptions=True)
    page = await hub.resume(ANA.who, chat, 0)
    assert [each["seq"] for each in page.events] == list(range(1, page.head + 1))
    assert connections.told(VISITOR.who) != []
    assert [each["seq"] for each in connections.told(ANA.who)] == list(range(1, page.head + 1))
