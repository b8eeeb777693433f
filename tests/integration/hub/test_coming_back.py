"""Resume, hello and what each reader may see, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, update

from engage.hub.model import NotParticipant, TooFar
from engage.storage.tables import conversations, events
from tests.support.following import ANA, BEN, VISITOR, Connections, hub_of, member, opened, say

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.service import HubTransaction
    from engage.storage.database import Database


async def test_pages_follow_each_other_to_the_head(database: Database) -> None:
    hub = hub_of(database)
    chat = await opened(hub, member(ANA))
    for number in range(7):
        await say(hub, chat, ANA, str(number))
    first = await hub.resume(ANA.who, chat, 0, 3)
    assert ([each["text"] for each in first.events], first.more) == (["0", "1", "2"], True)
    last = await hub.resume(ANA.who, chat, 4, 3)
    assert ([each["text"] for each in last.events], last.more) == (["4", "5", "6"], False)
    assert (await hub.resume(ANA.who, chat, 7)).events == []
    assert last.head == 7


async def test_head_of_a_visitor_is_the_last_event_they_may_see(database: Database) -> None:
    hub = hub_of(database)
    chat = await opened(hub, member(ANA), member(VISITOR))
    await say(hub, chat, VISITOR)
    await hub.append(chat, ANA, "note", {"text": "difficult"})
    page = await hub.resume(VISITOR.who, chat, 0)
    assert ([each["seq"] for each in page.events], page.head, page.more) == ([1], 1, False)
    assert (await hub.resume(VISITOR.who, chat, 1)).events == []
    assert (await hub.resume(ANA.who, chat, 0)).head == 2


async def test_strangers_and_those_who_left_see_nothing(database: Database) -> None:
    hub = hub_of(database)
    chat = await opened(hub, member(ANA), member(BEN))
    await hub.transact(lambda tx: tx.leave(chat, BEN.who))
    for who in (BEN.who, VISITOR.who, "", "user:1000'--"):
        for attempt in (hub.resume(who, chat, 0), hub.summary(who, chat), hub.read(who, chat, 1)):
            with pytest.raises(NotParticipant):
                await attempt
        assert await hub.hello(who, {chat: 0}) == []
    with pytest.raises(NotParticipant):
        await hub.resume(ANA.who, "no such conversation", 0)


async def test_sequence_from_a_former_life_or_before_what_is_kept_is_too_far(
    database: Database,
) -> None:
    hub = hub_of(database)
    chat = await opened(hub, member(ANA))
    for _ in range(5):
        await say(hub, chat, ANA)

    async def forget(connection: AsyncConnection) -> None:
        await connection.execute(
            delete(events).where(events.c.conversation_id == chat, events.c.seq <= 3)
        )

    await database.write(forget)
    for after in (0, 1, 2, 6, 10**15):
        with pytest.raises(TooFar):
            await hub.resume(ANA.who, chat, after)
    with pytest.raises(TooFar) as refusal:
        await hub.resume(ANA.who, chat, 0)
    assert refusal.value.params == {"first": 4, "head": 5}
    assert [each["seq"] for each in (await hub.resume(ANA.who, chat, 3)).events] == [4, 5]
    [summary] = await hub.hello(ANA.who, {chat: 0})
    assert (summary["too_far"], summary["events"]) == (True, [])


async def test_hello_brings_events_only_of_conversations_the_client_named(
    database: Database,
) -> None:
    hub = hub_of(database)
    named, unnamed = [await opened(hub, member(ANA), member(VISITOR)) for _ in range(2)]
    for chat in (named, unnamed):
        for text in ("one", "two"):
            await say(hub, chat, VISITOR, text)
    told = {each["conversation"]: each for each in await hub.hello(ANA.who, {named: 1})}
    assert [each["text"] for each in told[named]["events"]] == ["two"]
    assert told[unnamed]["events"] == []
    for summary in told.values():
        assert (summary["head"], summary["unread"], summary["more"]) == (2, 2, False)
        assert summary["last"]["text"] == "two"
        assert {each["who"] for each in summary["participants"]} == {ANA.who, VISITOR.who}


async def test_hello_says_when_there_is_more_than_a_page(database: Database) -> None:
    """chatwoot#14934: only the last minutes were asked for after a break."""
    hub = hub_of(database)
    chat = await opened(hub, member(ANA))

    async def fill(connection: AsyncConnection) -> None:
        rows = [
            {"conversation_id": chat, "seq": seq, "prev_public": seq - 1, "kind": "message",
             "author": "system:", "author_name": "", "body": "{}", "at_ms": 0}
            for seq in range(1, 206)
        ]  # fmt: skip
        await connection.execute(insert(events), rows)
        await connection.execute(
            update(conversations)
            .where(conversations.c.id == chat)
            .values(last_seq=205, last_public_seq=205)
        )

    await database.write(fill)
    [summary] = await hub.hello(ANA.who, {chat: 2})
    assert (len(summary["events"]), summary["more"], summary["head"]) == (200, True, 205)


async def test_who_comes_late_sees_nothing_from_before(database: Database) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    chat = await opened(hub, member(ANA))
    await say(hub, chat, ANA, "before")
    await hub.transact(lambda tx: tx.join(chat, BEN.who, BEN.name, from_seq=1))
    await say(hub, chat, ANA, "after")
    [event] = connections.told(BEN.who)
    assert (event["text"], event["prev"]) == ("after", 0)
    assert (await hub.resume(BEN.who, chat, 0)).events == [event]
    [summary] = await hub.hello(BEN.who, {chat: 0})
    assert (summary["events"], summary["unread"]) == ([event], 1)


async def test_conversation_with_a_key_is_opened_once_whoever_asks(database: Database) -> None:
    hub = hub_of(database)
    both = (member(ANA), member(BEN))
    first, again = [await opened(hub, *both, key="1000|1001", kind="direct") for _ in range(2)]
    assert first == again

    async def twice_in_one(transaction: HubTransaction) -> set[str]:
        return {
            (await transaction.create(kind="direct", key="1|2", participants=both)).id
            for _ in range(2)
        }

    assert len(await hub.transact(twice_in_one)) == 1
    assert {each.who for each in await hub.participants(first)} == {ANA.who, BEN.who}


async def test_refused_transaction_leaves_no_trace_and_tells_nobody(database: Database) -> None:
    connections = Connections()
    hub = hub_of(database, connections)
    chat = await opened(hub, member(ANA))

    async def work(transaction: HubTransaction) -> None:
        await transaction.append(chat, ANA, "message", {"text": "never"})
        await transaction.join(chat, BEN.who, BEN.name)
        await transaction.change(chat, state="ended")
        await transaction.create(kind="direct", key="k", participants=[member(BEN)])
        transaction.tell([ANA.who], "inquiry", {})
        raise NotParticipant

    with pytest.raises(NotParticipant):
        await hub.transact(work)
    assert connections.frames == []
    for each in (hub, hub_of(database)):
        assert (await each.conversation(chat)).state == "active"
        assert [one.who for one in await each.participants(chat)] == [ANA.who]
        assert await each.hello(BEN.who, {}) == []
    assert await say(hub, chat, ANA) == 1


async def test_change_of_owner_is_won_by_one_and_bumps_the_epoch(database: Database) -> None:
    hub = hub_of(database)
    chat = await opened(hub, member(ANA))

    async def take(transaction: HubTransaction) -> int | None:
        won = await transaction.change(chat, expect_epoch=0, owner=ANA.who, owner_name="Ana")
        return None if won is None else won.owner_epoch

    assert [await hub.transact(take), await hub.transact(take)] == [1, None]
    assert (await hub.conversation(chat)).owner == ANA.who
