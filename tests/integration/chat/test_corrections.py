"""Edited and deleted messages: what everybody sees, what is kept, what reaches the phones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from engage.chat.events import MessageDeleted
from engage.chat.model import MessageGone, NoCorrections, NotYours, TooLate, topic_of
from engage.errors import Invalid, NotFound, TooLarge
from engage.files.settings import ImSettings
from engage.hub.model import NotParticipant
from engage.storage.tables import message_revisions
from tests.support.colleagues import Office, author, person
from tests.support.following import ANA, VISITOR, member, opened, say

if TYPE_CHECKING:
    from engage.storage.database import Database

MINUTE_MS = 60_000


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def chat(office: Office) -> str:
    conversation, _ = await office.direct.open(person("1000"), "1001")
    return conversation


async def edit(office: Office, conversation: str, seq: int, text: str, **more: Any) -> int:
    who = author(more.pop("by", "1000"))
    key = more.pop("client_id", f"edit-{text[:40].replace(' ', '-')}")
    appended = await office.corrections.edit(
        who, conversation, seq, client_id=key, text=text, **more
    )
    return appended.event.seq


async def delete(office: Office, conversation: str, seq: int, by: str = "1000") -> int:
    appended = await office.corrections.delete(author(by), conversation, seq, client_id="gone")
    return appended.event.seq


async def test_edit_is_an_event_and_the_message_says_so(office: Office) -> None:
    conversation = await chat(office)
    seq = await office.say("1000", conversation, "Helo", reply_to=None)
    first = await edit(office, conversation, seq, "Hello")
    second = await edit(office, conversation, seq, "Hello!")
    assert await edit(office, conversation, seq, "Hello!") == second  # the same request again
    message, outdated, newest = await office.seen("1001", conversation)
    assert (message["text"], message["edited"]) == ("Hello!", second)
    assert (outdated["of"], outdated.get("text")) == (seq, None)
    assert (newest["of"], newest["text"]) == (seq, "Hello!")
    [heard, _] = [each for each in office.connections.told("user:1001") if each["seq"] > seq]
    assert (heard["seq"], heard["kind"], heard["text"]) == (first, "edited", "Hello")
    topic = topic_of(conversation, seq)
    assert office.phones.reworded == [(topic, "Hello"), (topic, "Hello!")]


async def test_what_was_said_is_kept_on_the_server_alone(office: Office) -> None:
    conversation = await chat(office)
    seq = await office.say("1000", conversation, "One")
    await edit(office, conversation, seq, "Two")
    gone = await delete(office, conversation, seq)
    assert await delete(office, conversation, seq) == gone  # again, and no error
    told = await office.seen("1001", conversation)
    assert [each.get("text") for each in told] == [None, None, None]
    assert told[0]["deleted"] == gone
    async with office.database.read() as connection:
        rows = await connection.execute(
            select(message_revisions.c.body)
            .where(message_revisions.c.conversation_id == conversation)
            .order_by(message_revisions.c.changed_by_seq)
        )
        bodies = [row.body for row in rows]
    assert bodies[0] == '{"text":"One"}'
    assert '"text":"Two"' in bodies[1]
    assert office.phones.withdrawn == [topic_of(conversation, seq)]


async def test_deletion_is_told_to_other_slices(office: Office) -> None:
    heard: list[MessageDeleted] = []

    async def hear(fact: MessageDeleted) -> None:
        heard.append(fact)

    office.events.subscribe(MessageDeleted, hear)
    conversation = await chat(office)
    seq = await office.say("1000", conversation, "One")
    await delete(office, conversation, seq)
    await office.events.settled()
    assert heard == [MessageDeleted(conversation, seq, "message", {"text": "One"})]


async def test_only_ones_own_messages_and_only_for_a_while(office: Office) -> None:
    conversation = await chat(office)
    seq = await office.say("1000", conversation, "Mine")
    with pytest.raises(NotYours):
        await edit(office, conversation, seq, "Ours", by="1001")
    with pytest.raises(NotYours):
        await delete(office, conversation, seq, by="1001")
    with pytest.raises(NotParticipant):
        await edit(office, conversation, seq, "Theirs", by="1002")
    with pytest.raises(NotFound):
        await edit(office, conversation, 77, "None")
    with pytest.raises(Invalid):
        await edit(office, conversation, seq, " ")
    with pytest.raises(TooLarge):
        await edit(office, conversation, seq, "x" * 8001)
    office.settings = ImSettings(edit_within_min=5, delete_within_min=2)
    office.offset_ms = 3 * MINUTE_MS
    with pytest.raises(TooLate):
        await delete(office, conversation, seq)
    changed = await edit(office, conversation, seq, "Still mine")
    with pytest.raises(NotFound):  # an edit is no message
        await delete(office, conversation, changed)
    office.offset_ms = 6 * MINUTE_MS
    with pytest.raises(TooLate):
        await edit(office, conversation, seq, "Too late")
    assert [each["kind"] for each in await office.seen("1001", conversation)] == [
        "message", "edited",
    ]  # fmt: skip


async def test_deleted_message_stays_deleted(office: Office) -> None:
    conversation = await chat(office)
    seq = await office.say("1000", conversation, "Mine")
    await delete(office, conversation, seq)
    with pytest.raises(MessageGone):
        await edit(office, conversation, seq, "Back")
    with pytest.raises(MessageGone):
        await office.corrections.delete(author("1000"), conversation, seq, client_id="other")


async def test_live_chats_keep_what_was_said(office: Office) -> None:
    conversation = await opened(office.hub, member(ANA), member(VISITOR))
    seq = await say(office.hub, conversation, ANA)
    with pytest.raises(NoCorrections):
        await edit(office, conversation, seq, "Other")
