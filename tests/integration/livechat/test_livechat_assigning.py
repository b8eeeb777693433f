"""Chats that are given to agents: to whom, for how long, and what races with that."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from engage.errors import EngageError, NotFound
from engage.identifiers import new_id
from engage.people.events import PeopleChanged
from tests.support.office import ANA, BEN, Clock, Office, Seats, visitor_author
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.livechat.reception import Session
    from engage.storage.database import Database

AUTO = {"assignment_mode": "auto", "answer_within_s": 30}


@pytest.fixture
async def office(database: Database, clock: Clock) -> AsyncIterator[Office]:
    made = await Office(database, Sockets(), Seats(), clock).start()
    await made.add("auto", **AUTO, sessions_per_agent=2)
    yield made
    await made.stop()


async def begin(office: Office) -> str:
    session = await office.begin("auto")
    await office.connect(visitor_author(session).stored)
    return str(session.conversation_id)


async def owner(office: Office, conversation: str) -> str:
    found = await office.hub.conversation(conversation)
    return f"{found.state} {found.owner or ''}".strip()


def told(office: Office, who: str) -> list[dict[str, Any]]:
    return office.sockets.told(who, "chat_assigned")


async def test_a_visitor_is_given_to_who_has_fewest_chats(office: Office) -> None:
    for each in (ANA, BEN):
        await office.connect(each.who)
    first, second = await begin(office), await begin(office)
    assert {await owner(office, first), await owner(office, second)} == {
        "active user:1000",
        "active user:1001",
    }
    [news] = told(office, ANA.who)
    assert (news["conversation"], news["visitor"], news["react_ms"]) == (first, "Vera <b>", 30_000)
    assert office.sockets.told(BEN.who, "inquiry") == []  # nobody else is alarmed


async def test_who_is_on_a_call_or_on_a_break_is_left_alone(office: Office) -> None:
    office.service.loads.on_call = lambda number: number == "1000"
    for each in (ANA, BEN):
        await office.connect(each.who)
    assert await owner(office, await begin(office)) == "active user:1001"
    office.seats.agents[1] = replace(office.seats.agents[1], paused=True)
    waiting = await begin(office)
    assert await owner(office, waiting) == "waiting"
    office.service.loads.on_call = lambda number: False
    await office.sweep()
    assert await owner(office, waiting) == "active user:1000"


async def test_an_extensions_own_capacity_counts_too(office: Office) -> None:
    office.seats.most["1000"] = 1
    await office.connect(ANA.who)
    assert await owner(office, await begin(office)) == "active user:1000"
    assert await owner(office, await begin(office)) == "waiting"


async def test_nobody_free_leaves_the_visitor_waiting_for_all_until_somebody_is(
    office: Office,
) -> None:
    waiting = await begin(office)
    assert await owner(office, waiting) == "waiting"
    assert len(office.sockets.told(ANA.who, "inquiry")) == 1
    await office.connect(ANA.who)
    await office.sweep()
    others = [await begin(office), await begin(office)]
    assert [await owner(office, each) for each in others] == ["active user:1000", "waiting"]
    await office.service.desk.end(ANA.who, ANA.author, waiting)
    await office.events.settled()
    assert await owner(office, others[1]) == "active user:1000"


async def test_an_agent_back_from_a_break_is_given_who_waits(office: Office) -> None:
    office.seats.agents = [replace(each, paused=True) for each in office.seats.agents]
    await office.connect(ANA.who)
    waiting = await begin(office)
    office.seats.agents[0] = replace(office.seats.agents[0], paused=False)
    office.events.publish(PeopleChanged(1))
    await office.events.settled()
    assert await owner(office, waiting) == "active user:1000"


async def test_another_window_learns_what_is_held_and_for_how_long_yet(office: Office) -> None:
    held_by = office.service.assigner.held_by
    await office.connect(ANA.who)
    first = await begin(office)
    office.clock.pass_s(10)
    second = await begin(office)
    held = await held_by(ANA)
    left = [(each["conversation"], each["react_ms"], each["within_ms"]) for each in held]
    assert left == [(first, 20_000, 30_000), (second, 30_000, 30_000)]
    assert {"visitor": "Vera <b>"}.items() <= held[0].items()
    assert await held_by(BEN) == []
    await office.service.assigner.seen(ANA, first)
    assert office.sockets.told(ANA.who, "assignment_settled") == [{"conversation": first}]
    assert [each["conversation"] for each in await held_by(ANA)] == [second]
    await office.service.desk.end(ANA.who, ANA.author, second)
    assert await held_by(ANA) == []


async def test_who_does_not_react_loses_it_to_a_colleague(office: Office) -> None:
    await office.connect(ANA.who)
    conversation = await begin(office)
    await office.connect(BEN.who)
    office.clock.pass_s(29)
    await office.sweep()
    assert await owner(office, conversation) == "active user:1000"
    office.clock.pass_s(1)
    await office.sweep()
    assert await owner(office, conversation) == "active user:1001"
    [gone] = office.sockets.told(ANA.who, "conversation_gone")
    assert gone == {"conversation": conversation, "reason": "passed_on"}
    summary = await office.hub.summary(BEN.who, conversation)
    reasons = [each.get("reason") for each in summary["events"] if each["kind"] == "state"]
    assert "agent_silent" in reasons


async def test_opening_or_answering_keeps_it(office: Office) -> None:
    await office.connect(ANA.who)
    opened, answered = await begin(office), await begin(office)
    await office.connect(BEN.who)
    with pytest.raises(NotFound):
        await office.service.assigner.seen(BEN, answered)  # it is none of his
    await office.service.assigner.seen(ANA, opened)
    await office.hub.post(ANA.who, ANA.author, answered, client_id=new_id(), text="Hello")
    office.clock.pass_s(120)
    await office.sweep()
    assert await owner(office, opened) == "active user:1000"
    assert await owner(office, answered) == "active user:1000"


async def test_nobody_is_asked_over_and_over_and_all_see_who_waits(office: Office) -> None:
    await office.connect(ANA.who)
    conversation = await begin(office)
    office.clock.pass_s(30)
    await office.sweep()
    assert await owner(office, conversation) == "waiting"
    assert office.sockets.told(ANA.who, "inquiry")[-1]["conversation"] == conversation
    office.clock.pass_s(179)
    await office.sweep()
    assert await owner(office, conversation) == "waiting"
    office.clock.pass_s(1)
    await office.sweep()
    assert await owner(office, conversation) == "active user:1000"


async def test_a_lease_outlives_the_server(office: Office) -> None:
    await office.connect(ANA.who)
    conversation = await begin(office)
    office.clock.pass_s(1)
    office = await office.restarted()
    await office.connect(BEN.who)
    office.clock.pass_s(59)
    await office.sweep()  # nobody could react while the server was away: all have time to return
    assert await owner(office, conversation) == "active user:1000"
    office.clock.pass_s(1)
    await office.sweep()
    assert await owner(office, conversation) == "active user:1001"
    office = await office.restarted()
    await office.connect(ANA.who)
    office.clock.pass_s(60)
    await office.sweep()  # Ana let it lapse a moment ago: she is not asked again so soon
    assert await owner(office, conversation) == "waiting"
    await office.stop()


@pytest.mark.parametrize("rival", ["accept", "leave", "close"])
async def test_assigning_races_with_whatever_else_happens_to_an_inquiry(
    office: Office, rival: str
) -> None:
    sessions: list[Session] = [await office.begin("auto") for _ in range(8)]
    for session in sessions:
        await office.connect(visitor_author(session).stored)
    for who in (ANA.who, BEN.who):  # without a sweep: all of them wait
        office.sockets.open[who] += 1

    async def act(session: Session) -> None:
        conversation, visitor = str(session.conversation_id), visitor_author(session)
        if rival == "accept":
            await office.service.desk.accept(BEN, conversation, None)
        elif rival == "leave":
            await office.service.desk.end(visitor.stored, visitor, conversation)
        else:
            await office.disconnect(ANA.who)

    async def race(session: Session) -> None:
        with suppress(EngageError):
            await act(session)

    await asyncio.gather(office.service.assigner.run(), *map(race, sessions))
    await office.sweep()
    for session in sessions:
        conversation = str(session.conversation_id)
        summary = await office.hub.summary(visitor_author(session).stored, conversation)
        given = [each for each in summary["events"] if each["kind"] == "assigned"]
        assert len(given) <= 1  # never to two
        state = summary["state"]
        assert (state == "active") == (summary["owner"] is not None)
        if rival != "leave":
            assert state in ("active", "waiting")  # never lost
