"""Agents accept, write, note and end; exactly one of them serves a visitor."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engage.errors import Conflict, EngageError, Invalid, NotFound, TooMany
from engage.hub.model import ConversationClosed, StaleOwner
from engage.livechat.limits import Limits
from engage.livechat.model import AgentFull, Gone, NotOnDuty, Taken
from engage.people.events import PeopleChanged
from pbxcore.rate_limit import Rate
from tests.support.examples import examples
from tests.support.office import ANA, BEN, CHEN, Office, Seats, visitor_author
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from engage.livechat.desk import Agent
    from engage.livechat.reception import Session
    from engage.storage.database import Database
    from tests.support.office import Clock


ENDED = ["waiting", "active", "ended"], ["waiting", "ended"]
"""A chat that was accepted before its end, and one that was not."""


async def say(office: Office, session: Session, text: str, client_id: str) -> None:
    author = visitor_author(session)
    await office.hub.post(
        author.stored, author, str(session.conversation_id), client_id=client_id, text=text
    )


async def test_of_two_agents_exactly_one_gets_each_inquiry(office: Office) -> None:
    """chatwoot#10059, #11034, #7204: whose a conversation was depended on who wrote last."""
    for _ in range(examples(10, in_soak=800)):
        office.clock.pass_s(2)
        session = await office.begin()
        conversation = str(session.conversation_id)
        results = await asyncio.gather(
            *(office.service.desk.accept(agent, conversation, 0) for agent in (ANA, BEN)),
            return_exceptions=True,
        )
        lost = [result for result in results if isinstance(result, Taken)]
        won = [result for result in results if isinstance(result, dict)]
        assert (len(won), len(lost)) == (1, 1)
        assert lost[0].code == "taken"
        assert lost[0].params["by"] == won[0]["owner"]
        assert won[0]["epoch"] == 1
        assert won[0]["state"] == "active"


@pytest.mark.parametrize("rival", ["leaving", "closing", "timing out"])
async def test_accepting_races_with_the_end_and_leaves_one(office: Office, rival: str) -> None:
    """Whoever is first: no ghost among the inquiries, and both sides see the same."""
    sessions = []
    for _ in range(examples(6)):
        office.clock.pass_s(2)
        sessions.append(await office.begin())
        await office.connect(visitor_author(sessions[-1]).stored)
    if rival == "timing out":
        office.clock.pass_s(600)  # each is due; the sweep takes them one after the other

    async def end(session: Session) -> None:
        visitor, conversation = visitor_author(session), str(session.conversation_id)
        if rival == "leaving":
            await office.service.desk.end(visitor.stored, visitor, conversation)
        else:
            await office.service.desk.end(BEN.who, BEN.author, conversation)  # another device

    async def race(session: Session) -> None:
        conversation = str(session.conversation_id)
        accepting = office.service.desk.accept(BEN, conversation, 0)
        ending = [] if rival == "timing out" else [end(session)]
        for error in await asyncio.gather(accepting, *ending, return_exceptions=True):
            assert error is None or isinstance(error, dict | str | EngageError), error

    sweeping = [office.sweep()] if rival == "timing out" else []
    await asyncio.gather(*sweeping, *map(race, sessions))
    assert await office.service.desk.inquiries(ANA) == []
    for session in sessions:
        conversation, visitor = str(session.conversation_id), visitor_author(session).stored
        summary = await office.hub.summary(visitor, conversation)
        states = [each["state"] for each in summary["events"] if each["kind"] == "state"]
        assert states[-1] == summary["state"]
        assert states in (["waiting", "active"], ["waiting", "missed"], *ENDED), states
        given = [each for each in summary["events"] if each["kind"] == "assigned"]
        assert len(given) == ("active" in states)
        assert (summary["owner"] is not None) == ("active" in states)


async def test_what_the_visitor_wrote_while_waiting_is_there_in_order(office: Office) -> None:
    session = await office.begin()
    for number in range(5):
        office.clock.pass_s(1)
        await say(office, session, f"Line {number}", f"client-{number}")
    await office.events.settled()
    assert office.sockets.told(ANA.who, "inquiry")[-1]["preview"] == "Line 4"
    (inquiry,) = await office.service.desk.inquiries(ANA)
    assert inquiry["preview"] == "Line 4"
    summary = await office.service.desk.accept(ANA, str(session.conversation_id), inquiry["epoch"])
    lines = [each["text"] for each in summary["events"] if each["author"]["kind"] == "visitor"]
    assert lines == [f"Line {number}" for number in range(5)]
    assert [each["kind"] for each in summary["events"][-2:]] == ["assigned", "state"]
    assert summary["events"][-2]["agent"] == {"id": "1000", "name": "Ana Costa"}
    assert summary["events"][-2]["epoch"] == 1


async def test_the_others_and_the_winners_other_devices_are_told_it_is_gone(office: Office) -> None:
    session = await office.begin()
    await office.service.desk.accept(ANA, str(session.conversation_id), 0)
    for agent in (ANA, BEN):
        assert office.sockets.told(agent.who, "inquiry_gone") == [
            {
                "conversation": session.conversation_id,
                "reason": "taken",
                "by": {"id": "1000", "name": "Ana Costa"},
            }
        ]
    assert await office.service.desk.inquiries(BEN) == []


async def test_the_visitor_is_told_who_serves_them(office: Office) -> None:
    session = await office.begin()
    await office.connect(visitor_author(session).stored)
    await office.service.desk.accept(ANA, str(session.conversation_id), 0)
    told = office.sockets.told(visitor_author(session).stored, "event")
    assert [each["kind"] for each in told][-2:] == ["assigned", "state"]


async def test_accepting_again_on_another_device_changes_nothing(office: Office) -> None:
    session = await office.begin()
    first = await office.service.desk.accept(ANA, str(session.conversation_id), 0)
    again = await office.service.desk.accept(ANA, str(session.conversation_id), 0)
    assert (again["epoch"], again["head"]) == (first["epoch"], first["head"])


async def test_who_does_not_serve_the_destination_sees_and_takes_nothing(office: Office) -> None:
    session = await office.begin()
    conversation = str(session.conversation_id)
    assert await office.service.desk.inquiries(CHEN) == []
    with pytest.raises(NotFound):
        await office.service.desk.accept(CHEN, conversation, 0)
    with pytest.raises(NotFound):
        await office.service.cards.read(CHEN, conversation)
    with pytest.raises(NotFound):
        await office.service.desk.end(CHEN.who, CHEN.author, conversation)
    with pytest.raises(NotFound):
        await office.service.desk.note(CHEN, conversation, "client-id", "Text")


async def test_an_agent_on_a_break_takes_nothing(office: Office) -> None:
    session = await office.begin()
    ana, ben = office.seats.agents
    office.seats.agents = [type(ana)(ana.number, ana.name, True), ben]
    with pytest.raises(NotOnDuty):
        await office.service.desk.accept(ANA, str(session.conversation_id), 0)


async def test_an_agent_serves_no_more_at_a_time_than_the_live_chat_allows(office: Office) -> None:
    await office.add("few", sessions_per_agent=2)
    conversations = [str((await office.begin("few")).conversation_id) for _ in range(4)]
    accepts = [office.service.desk.accept(ANA, each, None) for each in conversations]
    results = await asyncio.gather(*accepts, return_exceptions=True)
    assert [isinstance(each, dict) for each in results] == [True, True, False, False]
    refused = results[-1]
    assert isinstance(refused, AgentFull)
    assert (refused.code, refused.params["most"]) == ("agent_full", 2)
    await office.service.desk.accept(ANA, conversations[0], None)  # it is theirs already
    await office.service.desk.accept(BEN, conversations[2], None)
    await office.service.desk.end(ANA.who, ANA.author, conversations[0])
    await office.service.desk.accept(ANA, conversations[3], None)


async def test_no_limit_is_none(office: Office) -> None:
    await office.add("many", sessions_per_agent=0)
    for _ in range(12):
        office.clock.pass_s(2)
        session = await office.begin("many")
        await office.service.desk.accept(ANA, str(session.conversation_id), None)


async def test_unknown_conversation_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound):
        await office.service.desk.accept(ANA, "nothing", 0)


async def test_an_inquiry_seen_under_another_epoch_is_not_accepted(office: Office) -> None:
    session = await office.begin()
    with pytest.raises(Conflict) as refused:
        await office.service.desk.accept(ANA, str(session.conversation_id), 7)
    assert refused.value.code == "conflict"


async def test_what_is_over_cannot_be_accepted(office: Office) -> None:
    session = await office.begin()
    author = visitor_author(session)
    await office.service.desk.end(author.stored, author, str(session.conversation_id))
    with pytest.raises(Gone):
        await office.service.desk.accept(ANA, str(session.conversation_id), 0)
    assert office.sockets.told(BEN.who, "inquiry_gone")[-1]["reason"] == "left"


@pytest.mark.parametrize("side", ["visitor", "agent"])
async def test_either_side_ends_for_both(office: Office, side: str) -> None:
    session = await office.begin()
    conversation = str(session.conversation_id)
    await office.service.desk.accept(ANA, conversation, 0)
    visitor = visitor_author(session)
    await office.connect(visitor.stored)
    await office.connect(ANA.who)
    who, author = (visitor.stored, visitor) if side == "visitor" else (ANA.who, ANA.author)
    assert await office.service.desk.end(who, author, conversation) == "ended"
    for reader in (visitor.stored, ANA.who):
        last = office.sockets.told(reader, "event")[-1]
        assert (last["kind"], last["state"], last["reason"]) == ("state", "ended", side)
    assert await office.service.desk.end(ANA.who, ANA.author, conversation) == "ended"
    with pytest.raises(ConversationClosed):
        await say(office, session, "Too late", "late-message")
    with pytest.raises(ConversationClosed):
        await answer(office, ANA, conversation, 1)


async def answer(office: Office, agent: Agent, conversation: str, epoch: int | None) -> None:
    await office.hub.post(
        agent.who,
        agent.author,
        conversation,
        client_id=f"answer-{agent.number}-{epoch}",
        text="Hello",
        epoch=epoch,
    )


async def test_only_the_present_owner_answers(office: Office) -> None:
    session = await office.begin()
    conversation = str(session.conversation_id)
    await office.service.desk.accept(ANA, conversation, 0)
    await answer(office, ANA, conversation, 1)
    await answer(office, ANA, conversation, None)
    with pytest.raises(StaleOwner):
        await answer(office, ANA, conversation, 0)
    with pytest.raises(NotFound):
        await answer(office, BEN, conversation, 1)
    page = await office.hub.resume(visitor_author(session).stored, conversation, 0)
    assert page.events[-1]["author"] == {"kind": "agent", "id": "1000", "name": "Ana Costa"}


async def test_notes_are_for_agents_only(office: Office) -> None:
    session = await office.begin()
    conversation = str(session.conversation_id)
    await office.service.desk.accept(ANA, conversation, 0)
    noted = await office.service.desk.note(ANA, conversation, "note-client-id", "Difficult")
    again = await office.service.desk.note(ANA, conversation, "note-client-id", "Difficult")
    assert again.duplicate
    assert again.event.seq == noted.event.seq
    page = await office.hub.resume(visitor_author(session).stored, conversation, 0)
    assert "note" not in [each["kind"] for each in page.events]
    assert "note" in [
        each["kind"] for each in (await office.hub.resume(ANA.who, conversation, 0)).events
    ]
    with pytest.raises(Invalid):
        await office.service.desk.note(ANA, conversation, "another-id", "\x00")


async def test_a_visitor_reads_and_writes_no_other_conversation(office: Office) -> None:
    mine, other = await office.begin(), await office.begin()
    author = visitor_author(mine)
    with pytest.raises(NotFound):
        await office.hub.post(
            author.stored, author, str(other.conversation_id), client_id="x" * 8, text="Hi"
        )
    with pytest.raises(NotFound):
        await office.hub.resume(author.stored, str(other.conversation_id), 0)
    with pytest.raises(NotFound):
        await office.service.desk.end(author.stored, author, str(other.conversation_id))


async def test_a_visitor_who_writes_too_fast_is_slowed_down(
    database: Database, clock: Clock
) -> None:
    limits = Limits(messages=Rate.spread(3, 60.0))
    office = await Office(database, Sockets(), Seats(), clock, limits).start()
    await office.add()
    session = await office.begin()
    for number in range(3):
        await say(office, session, "Hi", f"client-{number}")
    with pytest.raises(TooMany) as refused:
        await say(office, session, "Hi", "client-3")
    assert refused.value.retry_after_s == 20
    clock.pass_s(20)
    await say(office, session, "Hi", "client-3")
    await office.stop()


async def test_whoever_goes_on_a_break_is_shown_no_inquiry_any_more(office: Office) -> None:
    session = await office.begin()
    assert office.sockets.told(ANA.who, "inquiry")
    office.seats.agents[0] = replace(office.seats.agents[0], paused=True)
    office.events.publish(PeopleChanged(2))
    await office.events.settled()
    gone = office.sockets.told(ANA.who, "inquiry_gone")
    assert gone == [{"conversation": session.conversation_id, "reason": "break"}]
    assert office.sockets.told(BEN.who, "inquiry_gone") == []
