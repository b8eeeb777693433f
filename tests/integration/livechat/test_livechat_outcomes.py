"""Agents say what came of a chat, when it ends and afterwards."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from engage.errors import Invalid, NotFound
from engage.livechat.outcomes import DispositionRequired, OutcomeRows
from tests.support.office import ANA, BEN, CHEN, Office, visitor_author

if TYPE_CHECKING:
    from engage.livechat.desk import Agent

WORDS = {"dispositions": ("Sold", "Not for us"), "tags": ("Billing", "Delivery")}


async def served(office: Office, **options: object) -> str:
    """A chat that Ana serves."""
    await office.add("words", **WORDS, **options)
    session = await office.begin("words")
    await office.service.desk.accept(ANA, str(session.conversation_id), None)
    return str(session.conversation_id)


async def end(office: Office, agent: Agent, conversation: str) -> str:
    return await office.service.desk.end(agent.who, agent.author, conversation)


async def test_an_agent_says_what_came_of_a_chat_and_changes_it_afterwards(office: Office) -> None:
    outcomes = office.service.outcomes
    conversation = await served(office)
    asked = await outcomes.get(ANA, conversation)
    assert (asked["dispositions"], asked["tags"]) == (
        ["Sold", "Not for us"],
        ["Billing", "Delivery"],
    )
    assert asked["outcome"] == {"disposition": "", "tags": [], "by": None, "at": None}
    await outcomes.say(ANA, conversation, "Sold", ["Delivery", "Billing", "Delivery"])
    assert await end(office, ANA, conversation) == "ended"
    said = await outcomes.say(ANA, conversation, "Not for us", ["Billing"])
    assert (said["disposition"], said["tags"]) == ("Not for us", ["Billing"])
    assert said["by"] == {"id": "1000", "name": "Ana Costa"}
    assert (await outcomes.get(ANA, conversation))["outcome"] == said


async def test_a_chat_ends_only_with_the_disposition_its_live_chat_wants(office: Office) -> None:
    conversation = await served(office, require_disposition=True)
    with pytest.raises(DispositionRequired):
        await end(office, ANA, conversation)
    with pytest.raises(Invalid) as refused:
        await office.service.outcomes.say(ANA, conversation, "", ["Billing"])
    assert set(refused.value.fields) == {"disposition"}
    await office.service.outcomes.say(ANA, conversation, "Sold", [])
    assert await end(office, ANA, conversation) == "ended"


async def test_a_visitor_ends_a_chat_without_a_disposition(office: Office) -> None:
    await office.add("words", **WORDS, require_disposition=True)
    session = await office.begin("words")
    conversation = str(session.conversation_id)
    await office.service.desk.accept(ANA, conversation, None)
    author = visitor_author(session)
    assert await office.service.desk.end(author.stored, author, conversation) == "ended"


async def test_words_that_are_no_choices_are_refused_by_field(office: Office) -> None:
    conversation = await served(office)
    with pytest.raises(Invalid) as refused:
        await office.service.outcomes.say(ANA, conversation, "Lost", ["Weather"])
    assert set(refused.value.fields) == {"disposition", "tags"}


async def test_a_word_taken_off_the_list_stays_on_its_chats(office: Office) -> None:
    conversation = await served(office)
    outcomes, livechats = office.service.outcomes, office.service.livechats
    await outcomes.say(ANA, conversation, "Sold", ["Delivery"])
    livechat = livechats.by_public_id("words")
    without = livechat.options.model_copy(update={"dispositions": (), "tags": ()})
    object.__setattr__(livechat, "options", without)
    said = await outcomes.say(ANA, conversation, "Sold", ["Delivery"])
    assert (said["disposition"], said["tags"]) == ("Sold", ["Delivery"])


async def test_only_followers_and_the_chairman_say_what_came_of_it(office: Office) -> None:
    conversation = await served(office)
    for stranger in (BEN, CHEN):
        with pytest.raises(NotFound):
            await office.service.outcomes.say(stranger, conversation, "Sold", [])
    office.seats.chairmen = frozenset({CHEN.number})
    said = await office.service.outcomes.say(CHEN, conversation, "Sold", [])
    assert said["by"] == {"id": "1002", "name": "Chen Li"}


async def test_two_who_say_it_at_once_leave_one_whole_outcome(office: Office) -> None:
    conversation = await served(office)
    office.seats.chairmen = frozenset({CHEN.number})
    say = office.service.outcomes.say
    await asyncio.gather(
        say(ANA, conversation, "Sold", ["Billing"]),
        say(CHEN, conversation, "Not for us", ["Delivery"]),
    )
    async with office.database.read() as connection:
        kept = await OutcomeRows(connection).of(conversation)
    assert (kept.disposition, kept.tags, kept.agent) in (
        ("Sold", ("Billing",), ANA.number),
        ("Not for us", ("Delivery",), CHEN.number),
    )


async def test_what_was_said_of_a_chat_goes_with_it(office: Office) -> None:
    conversation = await served(office)
    await office.service.outcomes.say(ANA, conversation, "Sold", ["Billing"])
    await office.hub.transact(lambda each: each.erase([conversation], "erased"))
    async with office.database.read() as connection:
        assert await OutcomeRows(connection).of_all([conversation]) == {}
