"""Pinned, muted and deleted chats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.errors import Forbidden
from engage.hub.model import NotParticipant
from tests.support.colleagues import Office, person
from tests.support.following import ANA, VISITOR, member, opened

if TYPE_CHECKING:
    from engage.storage.database import Database

PERSON = person("1000")
TRUSTED = person("1000", "delete_chat")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def chat(office: Office) -> str:
    conversation, _ = await office.direct.open(PERSON, "1001")
    return conversation


async def listed(office: Office, number: str) -> list[str]:
    places = await office.direct.mine(person(number), kind=None, before=None, limit=10)
    greeted = await office.hub.hello(f"user:{number}", {})
    assert {each["conversation"] for each in greeted} == {each.conversation_id for each in places}
    return [each.conversation_id for each in places]


async def test_pins_and_mutes_are_ones_own_and_reach_ones_other_windows(office: Office) -> None:
    conversation = await chat(office)
    await office.keeping.keep(PERSON, conversation, pinned=True, muted=True)
    await office.keeping.keep(PERSON, conversation, muted=False)
    await office.keeping.keep(PERSON, conversation)
    assert office.connections.told("user:1000", "kept") == [
        {"conversation": conversation, "pinned": True, "muted": True},
        {"conversation": conversation, "muted": False},
    ]
    mine = await office.hub.summary("user:1000", conversation)
    theirs = await office.hub.summary("user:1001", conversation)
    assert (mine["pinned"], mine["muted"]) == (True, False)
    assert (theirs["pinned"], theirs["muted"]) == (False, False)
    with pytest.raises(NotParticipant):
        await office.keeping.keep(person("1002"), conversation, pinned=True)


async def test_deleting_a_chat_takes_the_privilege(office: Office) -> None:
    conversation = await chat(office)
    with pytest.raises(Forbidden):
        await office.keeping.delete(PERSON, conversation)
    assert await listed(office, "1000") == [conversation]
    with pytest.raises(NotParticipant):
        await office.keeping.delete(person("1002", "delete_chat"), conversation)
    visited = await opened(office.hub, member(ANA), member(VISITOR))
    with pytest.raises(Forbidden):
        await office.keeping.delete(TRUSTED, visited)


async def test_deleted_chat_is_gone_for_oneself_and_comes_back_empty(office: Office) -> None:
    conversation = await chat(office)
    await office.say("1000", conversation, "Old")
    await office.say("1001", conversation, "Older")
    await office.keeping.delete(TRUSTED, conversation)
    assert await listed(office, "1000") == []
    assert len(await office.seen("1001", conversation)) == 2
    gone = office.connections.told("user:1000", "conversation_gone")
    assert gone == [{"conversation": conversation, "reason": "deleted", "seq": 2}]
    seq = await office.say("1001", conversation, "New")
    assert await listed(office, "1000") == [conversation]
    heard = office.connections.told("user:1000")[-1]
    assert (heard["seq"], heard["prev"]) == (seq, 0)
    for hub in (office, Office(office.database)):  # in memory, and from the disk
        assert [each["text"] for each in await hub.seen("1000", conversation)] == ["New"]
    summary = await office.hub.summary("user:1000", conversation)
    assert (summary["unread"], summary["last"]["text"]) == (1, "New")


async def test_deleted_chat_is_opened_again_by_hand(office: Office) -> None:
    conversation = await chat(office)
    await office.say("1001", conversation, "Old")
    await office.keeping.delete(TRUSTED, conversation)
    assert await chat(office) == conversation
    assert await listed(office, "1000") == [conversation]
    assert await office.seen("1000", conversation) == []
