"""Bots and the working hours: when they serve, and where visitors go when nobody is there."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest

from engage.livechat.bots.model import Terms
from engage.livechat.reception import Start
from pbxcore.dialplan.time_conditions import Calendar, TimeRow
from tests.integration.livechat.test_livechat_bots import House
from tests.integration.livechat.test_livechat_offline import BERLIN, set_clock
from tests.support.hook_receiver import HookReceiver
from tests.support.office import ANA, FORM, HERE, visitor_author

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.livechat.bots.model import Serving
    from engage.livechat.reception import Session
    from tests.support.office import Office

BY_DAY, BY_NIGHT = (2026, 11, 26, 10, 0), (2026, 11, 26, 22, 0)


@pytest.fixture
async def house(office: Office) -> AsyncIterator[House]:
    office.calendar = Calendar(BERLIN, (TimeRow(time(9), time(17), frozenset({1, 2, 3, 4, 5})),))
    await office.add("hours", working_hours=1)
    set_clock(office, *BY_DAY)
    async with HookReceiver() as receiver:
        yield House(office, receiver)


async def met(house: House, serve: Serving, when: tuple[int, ...]) -> str:
    """Who meets a visitor who comes then."""
    await house.put("hours", terms=Terms(serve=serve))
    set_clock(house.office, *when)
    session = await house.office.begin("hours")
    return {"active": "bot", "waiting": "people"}.get(session.state, str(session.offline))


async def by_night(house: House) -> Session:
    await house.put("hours", terms=Terms(serve="always"))
    set_clock(house.office, *BY_NIGHT)
    session = await house.office.begin("hours")
    await house.send()
    return session


async def last(house: House, session: Session) -> tuple[str, str]:
    """What the conversation is now, and why."""
    page = await house.office.hub.resume(
        visitor_author(session).stored, str(session.conversation_id), 0
    )
    state = [each for each in page.events if each["kind"] == "state"][-1]
    return state["state"], state.get("reason", "")


@pytest.mark.parametrize(
    ("serve", "by_day", "at_night"),
    [("within", "bot", "closed"), ("outside", "people", "bot"), ("always", "bot", "bot")],
)
async def test_a_bot_serves_at_its_hours(
    house: House, serve: Serving, by_day: str, at_night: str
) -> None:
    assert await met(house, serve, BY_DAY) == by_day
    assert await met(house, serve, BY_NIGHT) == at_night


async def test_the_page_is_open_while_a_bot_serves(house: House, office: Office) -> None:
    livechat = office.service.livechats.by_public_id("hours")
    offline = office.service.reception.offline
    set_clock(office, *BY_NIGHT)
    assert offline(livechat) == "closed"
    await house.put("hours", terms=Terms(serve="outside"))
    assert offline(livechat) is None
    await house.put("hours", terms=Terms(serve="outside"), enabled=False)
    assert offline(livechat) == "closed"


async def test_a_bot_may_serve_where_there_is_no_agent(house: House, office: Office) -> None:
    office.seats.agents.clear()
    assert await met(house, "within", BY_DAY) == "no_agent"
    assert await met(house, "outside", BY_DAY) == "no_agent"
    assert await met(house, "always", BY_DAY) == "bot"


async def test_who_asks_for_a_person_by_night_may_leave_a_message(
    house: House, office: Office
) -> None:
    session = await by_night(house)
    conversation = str(session.conversation_id)
    for _ in range(2):
        await house.bots.person_wanted(visitor_author(session).stored, conversation)
    assert await last(house, session) == ("ended", "closed")
    assert [what for what, _ in await house.send()] == ["bot.over"]
    assert office.sockets.told(ANA.who, "inquiry") == []
    start = Start(FORM, client_id="left-1", token=session.token)
    assert await office.service.reception.leave_message("hours", start, "Call me", HERE)
    assert (await office.begin("hours", token=session.token)).state == "active"  # and once more


async def test_what_a_bot_says_when_it_gives_up_by_night_is_kept(
    house: House, office: Office
) -> None:
    session = await by_night(house)
    await house.writes(session, "Refund")
    await house.answers("That is for a person", handover=True, note="Wants a refund")
    await house.send()
    assert await last(house, session) == ("ended", "closed")
    assert "That is for a person" in str(await house.log(session))
    assert "Wants a refund" not in str(await house.log(session))


async def test_a_bot_that_is_silent_or_gone_by_night_keeps_nobody_waiting(
    house: House, office: Office
) -> None:
    silent, removed = await by_night(house), await by_night(house)
    await house.writes(silent, "Are you there?")
    await house.send()
    office.clock.pass_s(31)
    assert await house.bots.run() == 1
    assert await last(house, silent) == ("ended", "closed")
    await house.put("hours", terms=Terms(serve="always"), enabled=False)
    assert await last(house, removed) == ("ended", "closed")


async def test_a_bot_that_rests_lets_nobody_wait_by_night(house: House, office: Office) -> None:
    await house.put("hours", terms=Terms(serve="always"))
    set_clock(office, *BY_NIGHT)
    house.receiver.answers = [(500, "", "")] * 100
    for _ in range(5):
        await office.begin("hours")
        await house.send()
    session = await office.begin("hours")
    assert (session.state, session.offline, session.conversation_id) == ("offline", "closed", None)


async def test_a_chat_that_was_begun_by_day_is_handed_to_nobody_by_night(
    house: House, office: Office
) -> None:
    await house.put("hours")
    session = await office.begin("hours")
    assert session.state == "active"
    set_clock(office, *BY_NIGHT)
    await house.bots.person_wanted(visitor_author(session).stored, str(session.conversation_id))
    assert await last(house, session) == ("ended", "closed")
