"""Nobody accepts a visitor: agents are roused by paths that do not depend on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engage.errors import Unavailable
from tests.support.office import ANA, BEN, Clock, Office, Seats, visitor_author
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.livechat.model import Inquiry, LiveChat
    from engage.livechat.reception import Session
    from engage.storage.database import Database

OPTIONS: dict[str, Any] = {
    "alarm_wave_after_s": 60,
    "alarm_push_after_s": 60,
    "alarm_call_after_s": 60,
    "inquiry_timeout_min": 0,
}


class Phones:
    """Writes down who is called, and says whether that can be."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.stopped: list[str] = []
        self.out_of_order = False

    async def ring(self, number: str, conversation_id: str, name: str) -> None:
        if self.out_of_order:
            raise Unavailable
        self.rung.append(number)

    async def stop(self, conversation_id: str) -> None:
        self.stopped.append(conversation_id)


class Pushes:
    """Writes down for which visitor browsers are told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def __call__(self, inquiry: Inquiry, livechat: LiveChat) -> list[str]:
        self.told.append(inquiry.conversation_id)
        return ["1001"]


@pytest.fixture
async def office(database: Database, clock: Clock) -> AsyncIterator[Office]:
    made = await equipped(Office(database, Sockets(), Seats(), clock))
    await made.add("alarm", **OPTIONS)
    yield made
    await made.stop()


async def equipped(office: Office) -> Office:
    office.service.alarms.phones, office.service.alarms.push = Phones(), Pushes()
    return await office.start()


async def begin(office: Office) -> Session:
    session = await office.begin("alarm")
    await office.connect(visitor_author(session).stored)
    return session


async def pass_s(office: Office, seconds: float) -> None:
    office.clock.pass_s(seconds)
    await office.sweep()
    await office.service.alarms.settled()


def phones(office: Office) -> Phones:
    assert isinstance(office.service.alarms.phones, Phones)
    return office.service.alarms.phones


def pushes(office: Office) -> Pushes:
    assert isinstance(office.service.alarms.push, Pushes)
    return office.service.alarms.push


async def logged(office: Office, conversation: str) -> list[tuple[str, str, tuple[str, ...]]]:
    summary = await office.service.desk.accept(ANA, conversation, None)
    return [
        (each["path"], each["outcome"], tuple(each["told"]))
        for each in summary["events"]
        if each["kind"] == "alarm"
    ]


async def test_all_three_paths_are_gone_and_stand_in_the_log(office: Office) -> None:
    """chatwoot#703: agents did not hear of a visitor for minutes."""
    await office.connect(ANA.who)
    session = await begin(office)
    conversation = str(session.conversation_id)
    await pass_s(office, 59)
    assert (office.sockets.told(ANA.who, "inquiry_alarm"), phones(office).rung) == ([], [])
    await pass_s(office, 1)
    [alarm] = office.sockets.told(ANA.who, "inquiry_alarm")
    assert alarm == {"conversation": conversation, "waiting_ms": 60_000}
    assert (phones(office).rung, pushes(office).told) == (["1000", "1001"], [conversation])
    await pass_s(office, 30)
    assert len(office.sockets.told(ANA.who, "inquiry_alarm")) == 2  # repeated, the others not yet
    assert len(phones(office).rung) == 2
    visitor = await office.hub.resume(visitor_author(session).stored, conversation, 0)
    assert "alarm" not in {each["kind"] for each in visitor.events}
    assert sorted(await logged(office, conversation)) == [
        ("phone", "told", ("1000", "1001")),
        ("push", "told", ("1001",)),
        ("wave", "told", ("1000",)),
        ("wave", "told", ("1000",)),
    ]


async def test_a_path_that_fails_keeps_no_other(office: Office) -> None:
    phones(office).out_of_order = True
    conversation = str((await begin(office)).conversation_id)
    await pass_s(office, 60)
    assert pushes(office).told == [conversation]
    assert sorted(await logged(office, conversation)) == [
        ("phone", "failed", ()),
        ("push", "told", ("1001",)),
        ("wave", "nobody", ()),
    ]


async def test_accepting_and_leaving_end_the_alarms(office: Office) -> None:
    await office.connect(BEN.who)
    accepted, left = await begin(office), await begin(office)
    await pass_s(office, 60)
    assert len(pushes(office).told) == 2
    await office.service.desk.accept(BEN, str(accepted.conversation_id), None)
    visitor = visitor_author(left)
    await office.service.desk.end(visitor.stored, visitor, str(left.conversation_id))
    await office.events.settled()
    assert set(phones(office).stopped) == {accepted.conversation_id, left.conversation_id}
    await pass_s(office, 600)
    assert len(pushes(office).told) == 2


async def test_a_restart_neither_forgets_nor_repeats_an_alarm(office: Office) -> None:
    session = await begin(office)
    await pass_s(office, 60)
    await office.stop()
    office = await equipped(Office(office.database, Sockets(), office.seats, office.clock))
    office.sockets.open[visitor_author(session).stored] += 1
    await pass_s(office, 0)
    assert phones(office).rung == []
    await pass_s(office, 120)
    assert phones(office).rung == ["1000", "1001"]
    await office.stop()


async def test_numbers_that_were_set_are_called_instead_of_the_agents(office: Office) -> None:
    await office.add("duty", **{**OPTIONS, "alarm_numbers": ("*55", "0049301234")})
    session = await office.begin("duty")
    await office.connect(visitor_author(session).stored)
    await pass_s(office, 60)
    assert phones(office).rung == ["*55", "0049301234"]
