"""A served chat goes to a colleague or a queue, or a colleague is brought in."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from engage.errors import Conflict, NotFound, Unavailable
from engage.hub.model import NotParticipant, StaleOwner
from engage.identifiers import new_id
from engage.livechat.model import NobodyThere, OwnerStays, Taken
from engage.people.model import AgentSeat
from tests.support.office import ANA, BEN, CHEN, Office, visitor_author

if TYPE_CHECKING:
    from engage.livechat.desk import Agent
    from engage.livechat.reception import Session


async def served(office: Office, agent: Agent = ANA) -> Session:
    """A chat that an agent has; Chen serves the queue Sales alone."""
    seat = AgentSeat(CHEN.number, CHEN.name, False, "", "")
    office.seats.others = {("queue", ("6501",)): [seat], ("extensions", (CHEN.number,)): [seat]}
    for each in (ANA, BEN, CHEN):
        await office.connect(each.who)
    session = await office.begin()
    await office.connect(visitor_author(session).stored)
    await office.service.desk.accept(agent, str(session.conversation_id), 0)
    return session


async def write(office: Office, agent: Agent, conversation: str, text: str) -> None:
    await office.hub.post(agent.who, agent.author, conversation, client_id=new_id(), text=text)


async def facts(office: Office, conversation: str, kind: str) -> list[dict[str, Any]]:
    page = await office.hub.resume(BEN.who, conversation, 0)
    return [each for each in page.events if each["kind"] == kind]


async def test_a_colleague_takes_over_what_is_handed_to_them(office: Office) -> None:
    conversation = str((await served(office)).conversation_id)
    await office.service.handing_over.transfer(ANA, conversation, "agent", "1001", "Speaks Dutch")
    [offered] = await office.service.desk.inquiries(BEN)
    assert office.sockets.told(BEN.who, "inquiry")[-1]["handover"] == offered["handover"]
    assert offered["handover"]["by"] == {"id": "1000", "name": "Ana Costa"}
    assert (offered["handover"]["reason"], offered["handover"]["left_ms"]) == (
        "Speaks Dutch",
        60_000,
    )
    assert await office.service.desk.inquiries(CHEN) == []
    await write(office, ANA, conversation, "One moment")  # still hers
    summary = await office.service.desk.accept(BEN, conversation, offered["epoch"])
    assert (summary["state"], summary["owner"]["id"]) == ("active", "1001")
    notes = [each["text"] for each in summary["events"] if each["kind"] == "note"]
    assert notes == ["Speaks Dutch"]
    with pytest.raises(StaleOwner):
        await write(office, ANA, conversation, "Too late")
    await write(office, BEN, conversation, "Hallo")
    assert await office.service.desk.inquiries(CHEN) == []


async def test_of_a_queue_the_first_has_it_and_the_others_hear_who(office: Office) -> None:
    conversation = str((await served(office)).conversation_id)
    both = [AgentSeat(each.number, each.name, False, "", "") for each in (BEN, CHEN)]
    office.seats.others["queue", ("6501",)] = both
    await office.service.handing_over.transfer(ANA, conversation, "queue", "6501", "")
    results = await asyncio.gather(
        *(office.service.desk.accept(each, conversation, None) for each in (BEN, CHEN)),
        return_exceptions=True,
    )
    assert [type(each) for each in results] == [dict, NotFound]
    gone = office.sockets.told(CHEN.who, "inquiry_gone")[-1]
    assert (gone["reason"], gone["by"]["name"]) == ("taken", "Ben Osei")


@pytest.mark.parametrize(("who", "reason"), [(ANA, "cancelled"), (BEN, "declined")])
async def test_a_chat_on_offer_can_be_kept_and_declined(
    office: Office, who: Agent, reason: str
) -> None:
    conversation = str((await served(office)).conversation_id)
    await office.service.handing_over.transfer(ANA, conversation, "agent", "1001", "")
    await office.service.handing_over.keep(who, conversation)
    assert office.sockets.told(BEN.who, "inquiry_gone")[-1]["reason"] == reason
    assert (await office.hub.summary(ANA.who, conversation))["state"] == "active"
    assert await office.service.desk.inquiries(BEN) == []
    with pytest.raises(Taken):
        await office.service.desk.accept(BEN, conversation, None)
    with pytest.raises(NotFound):
        await office.service.handing_over.keep(who, conversation)
    await office.service.handing_over.transfer(ANA, conversation, "queue", "6501", "")  # again


async def test_what_nobody_takes_comes_back_also_after_a_restart(office: Office) -> None:
    conversation = str((await served(office)).conversation_id)
    await office.service.handing_over.transfer(ANA, conversation, "agent", "1002", "")
    office.clock.pass_s(59)
    assert await office.sweep() == 0
    office = await office.restarted()
    for each in (ANA, CHEN):
        await office.connect(each.who)
    assert [each["conversation"] for each in await office.service.desk.inquiries(CHEN)] == [
        conversation
    ]
    office.clock.pass_s(61)
    assert await office.sweep() == 1
    summary = await office.hub.summary(ANA.who, conversation)
    assert (summary["state"], summary["owner"]["id"]) == ("active", "1000")
    assert summary["events"][-1]["reason"] == "unanswered"
    assert await office.service.desk.inquiries(CHEN) == []


async def test_ending_withdraws_the_offer(office: Office) -> None:
    session = await served(office)
    conversation, visitor = str(session.conversation_id), visitor_author(session)
    await office.service.handing_over.transfer(ANA, conversation, "agent", "1001", "")
    assert await office.service.desk.end(visitor.stored, visitor, conversation) == "ended"
    assert office.sockets.told(BEN.who, "inquiry_gone")[-1]["reason"] == "left"
    with pytest.raises(Conflict):
        await office.service.desk.accept(BEN, conversation, None)


async def test_only_who_serves_a_visitor_gives_the_chat_away(office: Office) -> None:
    conversation = str((await served(office)).conversation_id)
    transfer = office.service.handing_over.transfer
    with pytest.raises(NotParticipant):
        await transfer(BEN, conversation, "agent", "1002", "")
    await bring_in(office, conversation)
    with pytest.raises(StaleOwner):
        await transfer(BEN, conversation, "agent", "1002", "")
    for kind, value in (("agent", "4711"), ("queue", "6999"), ("agent", ANA.number)):
        with pytest.raises(NobodyThere):
            await transfer(ANA, conversation, kind, value, "")
    await transfer(ANA, conversation, "agent", "1002", "")
    with pytest.raises(Conflict):
        await transfer(ANA, conversation, "agent", "1001", "")


async def bring_in(office: Office, conversation: str) -> None:
    """Ben helps Ana."""
    await office.service.invitations.invite(ANA, conversation, "1001")
    await office.service.invitations.accept(BEN, conversation)


async def test_an_invitation_that_nobody_accepts_changes_nothing(office: Office) -> None:
    session = await served(office)
    conversation, visitor = str(session.conversation_id), visitor_author(session)
    invitations = office.service.invitations
    with pytest.raises(NotFound):  # nobody has asked
        await invitations.accept(BEN, conversation)
    with pytest.raises(NobodyThere):
        await invitations.invite(ANA, conversation, "4711")
    await invitations.invite(ANA, conversation, "1001")
    with pytest.raises(NotFound):  # it is another's
        await invitations.accept(CHEN, conversation)
    office.clock.pass_s(60)
    assert invitations.waiting_for(BEN) == []
    with pytest.raises(NotFound):
        await invitations.accept(BEN, conversation)
    await invitations.invite(ANA, conversation, "1001")
    await office.service.desk.end(visitor.stored, visitor, conversation)
    with pytest.raises(Conflict):
        await invitations.accept(BEN, conversation)
    summary = await office.hub.summary(ANA.who, conversation)
    assert "system" not in [each["kind"] for each in summary["events"]]


@pytest.mark.parametrize("fails", ["transact", "summary"])
async def test_an_invitation_outlasts_a_database_that_is_away(
    office: Office, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    conversation = str((await served(office)).conversation_id)
    invitations = office.service.invitations
    await invitations.invite(ANA, conversation, "1001")

    async def away(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as broken:
        broken.setattr(office.hub, fails, away)
        with pytest.raises(Unavailable):
            await invitations.accept(BEN, conversation)
    summary = await invitations.accept(BEN, conversation)
    assert [each.get("code") for each in summary["events"]].count("joined") == 1
    with pytest.raises(NotFound):
        await invitations.accept(BEN, conversation)


async def test_an_invited_colleague_writes_beside_the_other_until_leaving(office: Office) -> None:
    conversation = str((await served(office)).conversation_id)
    invitations = office.service.invitations
    await invitations.invite(ANA, conversation, "1001")
    with pytest.raises(NotParticipant):
        await write(office, BEN, conversation, "Not yet")
    assert [each["by"]["name"] for each in invitations.waiting_for(BEN)] == ["Ana Costa"]
    await invitations.accept(BEN, conversation)
    await invitations.invite(ANA, conversation, "1001")  # is there already
    assert invitations.waiting_for(BEN) == []
    assert len(office.sockets.told(BEN.who, "chat_invited")) == 1
    [joined] = await facts(office, conversation, "system")
    assert (joined["code"], joined["agent"]["id"]) == ("joined", "1001")
    summary = await office.hub.summary(ANA.who, conversation)
    assert {each["who"]: each.get("role", "") for each in summary["participants"]}[
        BEN.who
    ] == "helping"
    await write(office, BEN, conversation, "I can help")
    await write(office, ANA, conversation, "Thank you")
    first, second = (await facts(office, conversation, "message"))[-2:]
    assert (first["author"]["kind"], second["author"]["id"]) == ("agent", "1000")
    with pytest.raises(OwnerStays):
        await office.service.handing_over.leave(ANA, conversation)
    await office.service.handing_over.leave(BEN, conversation)
    assert office.sockets.told(BEN.who, "conversation_gone")[-1]["conversation"] == conversation
    with pytest.raises(NotParticipant):
        await write(office, BEN, conversation, "Gone")


async def test_who_helps_may_take_the_chat_over(office: Office) -> None:
    conversation = str((await served(office)).conversation_id)
    await bring_in(office, conversation)
    await office.service.handing_over.transfer(ANA, conversation, "agent", "1001", "")
    summary = await office.service.desk.accept(BEN, conversation, None)
    roles = {each["who"]: each.get("role", "") for each in summary["participants"]}
    assert (summary["owner"]["id"], roles[BEN.who], roles[ANA.who]) == ("1001", "", "")
    with pytest.raises(OwnerStays):
        await office.service.handing_over.leave(ANA, conversation)


async def test_the_list_says_who_is_there(office: Office) -> None:
    conversation = str((await served(office)).conversation_id)
    await office.add("sales", destination=office.service.livechats.all()[0].destination)
    await office.disconnect(BEN.who)
    takers = await office.service.handing_over.takers(ANA, conversation)
    assert takers["agents"] == [
        {
            "number": "1001",
            "name": "Ben Osei",
            "connected": False,
            "paused": False,
            "follows": False,
        }
    ]
    assert takers["queues"] == [{"number": "6500", "name": "Support", "on_duty": 1}]
    with pytest.raises(NotParticipant):
        await office.service.handing_over.takers(BEN, conversation)


async def test_an_offer_is_withdrawn_from_who_takes_a_break_meanwhile(office: Office) -> None:
    conversation = str((await served(office)).conversation_id)
    ben, chen = (AgentSeat(each.number, each.name, False, "", "") for each in (BEN, CHEN))
    office.seats.others["queue", ("6501",)] = [ben, chen]
    await office.service.handing_over.transfer(ANA, conversation, "queue", "6501", "")
    assert office.sockets.told(CHEN.who, "inquiry")
    office.seats.others["queue", ("6501",)] = [ben, replace(chen, paused=True)]
    await office.service.desk.accept(BEN, conversation, None)
    assert office.sockets.told(CHEN.who, "inquiry_gone")[-1]["reason"] == "taken"


async def test_ending_withdraws_what_was_offered_for_its_agent_had_vanished(
    office: Office,
) -> None:
    session = await served(office)
    conversation, visitor = str(session.conversation_id), visitor_author(session)
    await office.disconnect(ANA.who)
    office.clock.pass_s(121)  # the server has been there for long enough, she has been away
    await office.sweep()
    assert office.sockets.told(BEN.who, "inquiry")[-1]["held_by"]["id"] == ANA.number
    await office.service.desk.end(visitor.stored, visitor, conversation)
    assert office.sockets.told(BEN.who, "inquiry_gone")[-1]["conversation"] == conversation
