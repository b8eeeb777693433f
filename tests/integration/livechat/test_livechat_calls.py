"""The calls of visitors in live chat: begun, ended, replaced, found again, and what they keep up.

The PBX and its journal are written down here; everything else is real.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from engage.errors import NotFound, Unavailable
from engage.livechat.calling.model import CallOver, Ends, LinesBusy
from engage.livechat.calling.service import VisitorCalls
from engage.livechat.calling.timeline import Timeline
from engage.livechat.model import Taken
from pbxcore.calls.commands import CallDone
from pbxcore.calls.visitor_commands import (
    CallFromVisitor,
    OfferFromVisitor,
    VisitorCallMoved,
    VisitorLeaves,
)
from pbxcore.journal import CallEnded, CallStarted, Entry, LegAnswered, LegCalled
from tests.support.messaging import eventually
from tests.support.office import ANA, BEN, visitor_author

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.people.model import Principal
    from pbxcore.calls.visitor_commands import State, VisitorCommand
    from pbxcore.journal import Fact
    from tests.support.office import Office


class Pbx:
    """Takes every call; a `slow` one has its answer once that event is set."""

    def __init__(self) -> None:
        self.asked: list[VisitorCommand] = []
        self.up: set[str] = set()
        self.calls: list[str] = []
        self.began = asyncio.Event()
        self.slow: asyncio.Event | None = None
        self.silent = False
        self._told: Callable[[VisitorCallMoved], None] = lambda moved: None

    async def request(self, command: VisitorCommand, timeout_s: float = 35.0) -> CallDone:
        self.asked.append(command)
        if isinstance(command, CallFromVisitor):
            self.up.add(command.call)
            self.calls.append(command.call)
            self.began.set()
            if self.slow is not None:
                await self.slow.wait()
            if self.silent:
                raise Unavailable
            return CallDone(202, command.call)
        if command.call not in self.up:
            return CallDone(404, command.call)
        if isinstance(command, VisitorLeaves):
            self.up.discard(command.call)
            await asyncio.sleep(0.05)  # meanwhile another page may call
        return CallDone(202, command.call)

    def on_visitor(self, callback: Callable[[VisitorCallMoved], None]) -> None:
        self._told = callback

    def on_disconnected(self, callback: Callable[[], None]) -> None:
        pass

    def moved(self, call: str, conversation: str, state: State, **more: str) -> None:
        self._told(VisitorCallMoved(call, conversation, state, **more))


@dataclass
class Journal:
    """What was up before, and may have ended just now."""

    calls: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def in_conversation(self, conversation: str) -> list[tuple[str, str, bool]]:
        return [(call, *more) for call, where, *more in self.calls if where == conversation]  # type: ignore[misc]

    def of_visitors(self) -> list[tuple[str, str, dict[str, str], int]]:
        return []


class Caller:
    """A visitor's page, and what is behind it."""

    def __init__(self, office: Office, principal: Principal, conversation: str) -> None:
        self.office, self.principal, self.conversation = office, principal, conversation
        self.pbx, self.journal = Pbx(), Journal()
        service = office.service
        self.calls = VisitorCalls(
            service,
            office.hub,
            self.pbx,
            self.journal,
            office.sockets,
            lambda who: Ends("192.0.2.7", 4711, "10.0.0.1:8088"),
            {ANA.number: ANA.name}.get,
            service.throttle,
            office.events,
        )
        names = {ANA.number: ANA.name, BEN.number: BEN.name}
        self.timeline = Timeline(self.calls, service.desk, self.journal, names.get)
        service.lobby.talking = self.timeline.talking

    async def dial(self) -> str:
        told = await self.calls.offer(self.principal, self.conversation, "v=0", None)
        return str(told["call"])

    def told(self, name: str) -> list[dict[str, Any]]:
        return self.office.sockets.told(self.principal.who, name)

    async def journal_tells(self, *facts: Fact) -> None:
        entries = [Entry(1, self.office.clock(), each) for each in facts]
        told = await self.office.hub.transact(
            lambda transaction: self.timeline.project(transaction, entries)
        )
        told()
        await self.office.events.settled()

    async def answered_by(self, number: str) -> None:
        await self.journal_tells(
            CallStarted("c1", "1", "", "Vera", "6500", "inbound", conversation=self.conversation),
            LegCalled("c1", "2", number, "livechat"),
            LegAnswered("c1", "2"),
        )

    async def state(self) -> tuple[str, str | None]:
        found = await self.office.hub.conversation(self.conversation)
        return found.state, found.owner


@pytest.fixture
async def caller(office: Office) -> Caller:
    await office.add("calls", allow_visitor_to_call=True, most_visitor_calls=1)
    session = await office.begin("calls")
    principal = await office.service.visitor(str(session.token))
    await office.connect(visitor_author(session).stored)
    return Caller(office, principal, str(session.conversation_id))


async def test_a_call_answered_without_a_socket_is_not_cut_in_mid_talk(
    office: Office, caller: Caller
) -> None:
    await caller.answered_by(ANA.number)
    assert await caller.state() == ("active", ANA.who)
    office.clock.pass_s(3600)
    assert await office.sweep() == 0
    assert await office.service.desk.inquiries(BEN) == []
    with pytest.raises(Taken):
        await office.service.desk.accept(BEN, caller.conversation, None)
    await caller.journal_tells(CallEnded("c1", "answered", 0, 16))
    office.clock.pass_s(59)
    assert await office.sweep() == 0
    office.clock.pass_s(1)
    assert await office.sweep() == 1
    assert caller.told("event")[-1]["code"] == "agent_away"
    office.clock.pass_s(240)
    assert await office.sweep() == 1
    assert (await caller.state())[0] == "waiting"


async def test_who_waits_and_talks_neither_times_out_nor_is_missed(
    office: Office, caller: Caller
) -> None:
    await caller.answered_by("+49301234")  # no extension: nobody who could have the chat
    assert (await caller.state())[0] == "waiting"
    await office.disconnect(caller.principal.who)
    office.clock.pass_s(3600)
    assert await office.sweep() == 0
    await caller.journal_tells(CallEnded("c1", "answered", 0, 16))
    assert await office.sweep() == 1


async def test_who_went_on_a_break_while_it_rang_serves_after_answering(
    office: Office, caller: Caller
) -> None:
    ana, ben = office.seats.agents
    office.seats.agents = [type(ana)(ana.number, ana.name, True, ana.email, ana.language), ben]
    await caller.answered_by(ANA.number)
    assert await caller.state() == ("active", ANA.who)


async def test_a_chat_that_somebody_has_taken_meanwhile_stays_theirs(
    office: Office, caller: Caller
) -> None:
    await office.connect(BEN.who)
    await office.service.desk.accept(BEN, caller.conversation, None)
    await caller.answered_by(ANA.number)
    assert await caller.state() == ("active", BEN.who)


async def test_a_call_can_be_ended_before_the_pbx_has_said_a_word(caller: Caller) -> None:
    caller.pbx.slow = asyncio.Event()
    dialling = asyncio.create_task(caller.dial())
    await caller.pbx.began.wait()
    await caller.calls.end(caller.principal, caller.conversation)
    assert caller.pbx.up == set()
    caller.pbx.slow.set()
    await dialling
    state = await caller.calls.state(caller.principal, caller.conversation)
    assert state == {"call": None}


async def test_of_two_pages_that_call_at_once_one_call_is_left(caller: Caller) -> None:
    caller.pbx.slow = asyncio.Event()
    first = asyncio.create_task(caller.dial())
    await caller.pbx.began.wait()
    second = asyncio.create_task(caller.dial())
    third = asyncio.create_task(caller.dial())
    await eventually(lambda: len(caller.pbx.calls) == 2)
    caller.pbx.slow.set()
    done = await asyncio.gather(first, second, third, return_exceptions=True)
    [left] = caller.pbx.up
    state = await caller.calls.state(caller.principal, caller.conversation)
    assert state["call"] == left
    assert left in done[1:]
    assert all(isinstance(each, str | CallOver) for each in done)
    assert {"call": done[0], "conversation": caller.conversation, "reason": "hung_up"} in (
        caller.told("call_end")
    )


async def test_a_call_that_the_pbx_took_too_slowly_is_left(caller: Caller) -> None:
    caller.pbx.silent = True
    with pytest.raises(Unavailable):
        await caller.dial()
    await eventually(lambda: not caller.pbx.up)
    assert isinstance(caller.pbx.asked[-1], VisitorLeaves)


async def test_another_page_takes_the_first_ones_place_and_says_so(caller: Caller) -> None:
    first = await caller.dial()
    second = await caller.dial()
    assert caller.pbx.up == {second}
    [ended] = caller.told("call_end")
    assert ended["call"] == first
    caller.pbx.moved(first, caller.conversation, "over", reason="hung_up")
    caller.pbx.moved(second, caller.conversation, "ringing")
    assert len(caller.told("call_end")) == 1
    assert [each["call"] for each in caller.told("call_state")] == [second]
    await caller.calls.end(caller.principal, caller.conversation, first)
    assert caller.pbx.up == {second}
    await caller.calls.end(caller.principal, caller.conversation, second)
    assert caller.pbx.up == set()


async def test_a_call_from_before_a_restart_is_told_as_it_is_and_counts(
    office: Office, caller: Caller
) -> None:
    caller.pbx.up.add("old")
    caller.journal.calls = [("old", caller.conversation, ANA.number, True)]
    told = await caller.calls.state(caller.principal, caller.conversation)
    assert told == {
        "call": "old",
        "conversation": caller.conversation,
        "state": "answered",
        "recorded": True,
        "agent": {"id": ANA.number, "name": ANA.name},
    }
    await caller.calls.offer(caller.principal, caller.conversation, "v=0", "old")
    assert isinstance(caller.pbx.asked[-1], OfferFromVisitor)
    session = await office.begin("calls")
    other = await office.service.visitor(str(session.token))
    with pytest.raises(LinesBusy):
        await caller.calls.offer(other, str(session.conversation_id), "v=0", None)


async def test_a_page_knows_while_all_lines_are_busy(office: Office, caller: Caller) -> None:
    session = await office.begin("calls")
    other, conversation = (
        await office.service.visitor(str(session.token)),
        str(session.conversation_id),
    )
    await office.connect(other.who)
    told = partial(office.sockets.told, other.who, "call_lines")
    assert await caller.calls.lines(other, conversation) == {"busy": False}
    assert await caller.calls.lines(caller.principal, caller.conversation) == {"busy": False}
    with pytest.raises(NotFound):
        await caller.calls.lines(other, caller.conversation)
    call = await caller.dial()
    assert told() == [{"conversation": conversation, "busy": True}]
    assert not caller.told("call_lines")  # may call anew: its own line is free for it
    assert await caller.calls.lines(other, conversation) == {"busy": True}
    caller.pbx.moved(call, caller.conversation, "over", reason="hung_up")
    assert told()[1:] == [{"conversation": conversation, "busy": False}]
    await office.disconnect(other.who)
    await caller.calls.disconnected(other)
    await caller.dial()
    assert len(told()) == 2, "whose page is gone is told nothing"


async def test_a_page_reads_the_alias_of_who_answered_before_a_restart_and_after(
    office: Office,
) -> None:
    await office.add("named", allow_visitor_to_call=True, agent_display="alias", agent_alias="Care")
    session = await office.begin("named")
    principal = await office.service.visitor(str(session.token))
    await office.connect(principal.who)
    caller = Caller(office, principal, str(session.conversation_id))
    call = await caller.dial()
    caller.pbx.moved(call, caller.conversation, "answered", agent=ANA.number)
    assert caller.told("call_state")[-1]["agent"] == {"id": ANA.number, "name": "Care"}
    again = Caller(office, principal, caller.conversation)
    again.pbx.up.add("old")
    again.journal.calls = [("old", caller.conversation, ANA.number, False)]
    told = await again.calls.state(principal, caller.conversation)
    assert told["agent"]["name"] == "Care"
    gone_on = await again.calls.offer(principal, caller.conversation, "v=0", "old")
    assert gone_on["agent"]["name"] == "Care"


async def test_a_call_that_has_just_ended_is_not_found_again(caller: Caller) -> None:
    call = await caller.dial()
    caller.journal.calls = [(call, caller.conversation, "", False)]  # the journal comes later
    caller.pbx.moved(call, caller.conversation, "over", reason="unavailable")
    state = await caller.calls.state(caller.principal, caller.conversation)
    assert state == {"call": None}
    with pytest.raises(CallOver):
        await caller.calls.offer(caller.principal, caller.conversation, "v=0", call)
