"""Quick replies: an agent's own, and those of a live chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.errors import Forbidden, Invalid, NotFound
from engage.livechat.quick_replies import MOST, Owner, TooManyQuickReplies
from engage.people.events import ExtensionsDropped
from engage.system.actor import ALL_RIGHTS, Actor
from tests.support.office import ANA, BEN, CHEN

if TYPE_CHECKING:
    from engage.livechat.desk import Agent
    from tests.support.office import Office

ADMIN = Actor("admin:root", "192.0.2.1", ALL_RIGHTS)


def actor(agent: Agent) -> Actor:
    return Actor(agent.who)


def own(agent: Agent) -> Owner:
    return Owner(extension=agent.number)


async def test_an_agent_has_their_own_and_those_of_the_live_chat_at_hand(office: Office) -> None:
    replies = office.service.quick_replies
    livechat = office.service.livechats.by_public_id("chat")
    shared = replies.shared_owner(ADMIN, livechat.id, edit=True)
    await replies.add(ADMIN, shared, "Hours", "Open until six.")
    await replies.add(actor(ANA), own(ANA), "bye", "Goodbye, ${VISITOR_NAME}.")
    await replies.add(actor(BEN), own(BEN), "Ben's", "Only Ben's.")
    session = await office.begin()
    await office.service.desk.accept(ANA, str(session.conversation_id), None)
    found = await replies.at_hand(ANA, str(session.conversation_id))
    assert [(each.title, each.owner.livechat_id is not None) for each in found.replies] == [
        ("bye", False),
        ("Hours", True),
    ]
    assert found.variables == {
        "VISITOR_NAME": "Vera <b>",
        "AGENT_NAME": "Ana Costa",
        "LIVECHAT_NAME": "Name of chat",
    }
    with pytest.raises(NotFound):
        await replies.at_hand(BEN, str(session.conversation_id))


async def test_texts_are_checked_by_field(office: Office) -> None:
    replies = office.service.quick_replies
    for title, body, wrong in (
        ("", "x", {"title"}),
        ("t" * 65, "x", {"title"}),
        ("t", " ", {"body"}),
        ("t", "b" * 1001, {"body"}),
        ("a\x07", "b\x07", {"title", "body"}),
    ):
        with pytest.raises(Invalid) as refused:
            await replies.add(actor(ANA), own(ANA), title, body)
        assert set(refused.value.fields) == wrong, (title, body)
    await replies.add(actor(ANA), own(ANA), "t" * 64, "b" * 1000)


async def test_nobody_keeps_more_than_two_hundred(office: Office) -> None:
    replies = office.service.quick_replies
    for number in range(MOST):
        await replies.add(actor(ANA), own(ANA), f"Title {number}", "Text")
    with pytest.raises(TooManyQuickReplies):
        await replies.add(actor(ANA), own(ANA), "One more", "Text")
    await replies.add(actor(BEN), own(BEN), "Ben has none yet", "Text")


async def test_the_shared_ones_are_for_administrators_and_the_chairman(office: Office) -> None:
    replies = office.service.quick_replies
    livechat = office.service.livechats.by_public_id("chat")
    for stranger in (ANA, CHEN):
        with pytest.raises(Forbidden):
            replies.shared_owner(actor(stranger), livechat.id, edit=False)
    office.seats.chairmen = frozenset({CHEN.number})
    owner = replies.shared_owner(actor(CHEN), livechat.id, edit=True)
    added = await replies.add(actor(CHEN), owner, "Hours", "Open until six.")
    changed = await replies.change(actor(CHEN), owner, added.id, "Opening hours", "Until seven.")
    assert await replies.of(owner) == [changed]
    await replies.delete(actor(CHEN), owner, added.id)
    assert await replies.of(owner) == []


async def test_what_is_anothers_can_be_neither_changed_nor_deleted(office: Office) -> None:
    replies = office.service.quick_replies
    bens = await replies.add(actor(BEN), own(BEN), "Ben's", "Only Ben's.")
    with pytest.raises(NotFound):
        await replies.change(actor(ANA), own(ANA), bens.id, "Mine", "Mine now.")
    with pytest.raises(NotFound):
        await replies.delete(actor(ANA), own(ANA), bens.id)
    assert await replies.of(own(BEN)) == [bens]


async def test_an_extensions_own_go_with_it(office: Office) -> None:
    replies = office.service.quick_replies
    await replies.add(actor(ANA), own(ANA), "Mine", "Text")
    office.events.publish(ExtensionsDropped((ANA.number,)))
    await office.events.settled()
    assert await replies.of(own(ANA)) == []
