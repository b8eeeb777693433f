"""Outside the working hours, without anybody there, after too long: messages and mails."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from engage.errors import Invalid, NotFound
from engage.livechat.form import Form
from engage.livechat.reception import Start
from engage.people.model import AgentSeat
from engage.system.time_settings import Hours
from pbxcore.dialplan.time_conditions import Calendar, TimeRow
from tests.support.office import ANA, BEN, CHEN, FORM, HERE, visitor_author

if TYPE_CHECKING:
    from tests.support.office import Office

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE_S = 60


def set_clock(office: Office, *parts: int) -> None:
    moment = datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type,misc]
    office.clock.ms = round(moment.timestamp() * 1000)


async def test_outside_the_working_hours_the_visitor_is_offline(office: Office) -> None:
    office.calendar = Calendar(BERLIN, (TimeRow(time(9), time(17), frozenset({1, 2, 3, 4, 5})),))
    livechat = await office.add("hours", working_hours=1)
    set_clock(office, 2026, 11, 26, 16, 59)
    assert (await office.begin("hours")).state == "waiting"
    set_clock(office, 2026, 11, 26, 17, 0)
    session = await office.begin("hours")
    assert (session.state, session.offline, session.token) == ("offline", "closed", None)
    assert office.service.reception.offline(livechat) == "closed"


async def test_specific_hours_are_the_live_chats_own(office: Office) -> None:
    office.calendar = Calendar(BERLIN)
    rows = (Hours(start="22:00", end="02:00", weekdays=(5,)),)
    await office.add("nights", working_hours=6, working_rows=rows)
    set_clock(office, 2026, 11, 28, 1, 30)  # Saturday morning, Friday's night
    assert (await office.begin("nights")).state == "waiting"
    set_clock(office, 2026, 11, 28, 2, 30)
    assert (await office.begin("nights")).offline == "closed"


async def test_message_left_is_mailed_to_each_agent_with_reply_to_the_visitor(
    office: Office,
) -> None:
    leave = office.service.reception.leave_message
    number = await leave("chat", Start(FORM, client_id="left-1"), "Do you open at nine?", HERE)
    assert await leave("chat", Start(FORM, client_id="left-1"), "Do you open at nine?", HERE) == (
        number
    )
    mails = await office.mails("offline_message")
    assert [(each["address"], each["language"]) for each in mails] == [
        ("1000@example.test", "de"),
        ("1001@example.test", ""),
    ]
    for mail in mails:
        assert mail["reply_to"] == "vera@example.test"
        assert mail["params"]["message"] == "Do you open at nine?"
        assert mail["params"]["visitor_phone"] == "+49 30 123"
        assert mail["params"]["link"].startswith("/wave/#/live-chat/")


async def test_who_leaves_a_message_can_be_answered(office: Office) -> None:
    await office.add("anonymous", require_visitor_info=False)
    with pytest.raises(Invalid) as refused:
        await office.service.reception.leave_message("anonymous", Start(Form()), "Hello", HERE)
    assert set(refused.value.fields) == {"full_name", "email"}


async def test_messages_are_listed_newest_first_and_marked_answered(office: Office) -> None:
    leave = office.service.reception.leave_message
    for text in ("First", "Second"):
        await leave("chat", Start(replace(FORM, full_name=text)), text, HERE)
    desk = office.service.desk
    found = await desk.messages(ANA, None, 10)
    assert [each["text"] for each in found] == ["Second", "First"]
    assert found[0]["visitor"]["email"] == "vera@example.test"
    assert office.sockets.told(BEN.who, "offline_message")[-1] == found[0]
    older = await desk.messages(ANA, found[0]["number"], 10)
    assert [each["text"] for each in older] == ["First"]

    entry = await desk.mark_answered(ANA, found[0]["conversation"], answered=True)
    assert (entry["answered_by"], entry["answered_at"] is None) == ("Ana Costa", False)
    assert office.sockets.told(BEN.who, "offline_message")[-1] == entry
    entry = await desk.mark_answered(BEN, found[0]["conversation"], answered=False)
    assert (entry["answered_by"], entry["answered_at"]) == ("", None)


async def test_messages_are_for_the_staff_only(office: Office) -> None:
    await office.service.reception.leave_message("chat", Start(FORM), "Hello", HERE)
    [found] = await office.service.desk.messages(ANA, None, 10)
    assert await office.service.desk.messages(CHEN, None, 10) == []
    with pytest.raises(NotFound):
        await office.service.desk.mark_answered(CHEN, found["conversation"], answered=True)
    session = await office.begin()
    with pytest.raises(NotFound):
        await office.service.desk.mark_answered(ANA, str(session.conversation_id), answered=True)
    [found] = await office.service.desk.messages(ANA, None, 10)
    assert found["answered_at"] is None


async def test_agents_get_one_mail_for_an_inquiry_that_waits_too_long(office: Office) -> None:
    await office.add("mailed", notify_agents=True, notify_after_min=5)
    await office.add("silent")
    office.seats.agents.append(AgentSeat("1002", "Chen", paused=True, email="c@example.test"))
    office.seats.agents.append(AgentSeat("1003", "Dana", paused=False))  # has no address
    session, other = await office.begin("mailed"), await office.begin("silent")
    for each in (session, other):
        await office.connect(visitor_author(each).who)
    office.clock.pass_s(5 * MINUTE_S - 1)
    await office.sweep()
    assert await office.mails("waiting_inquiry") == []
    office.clock.pass_s(1)
    await office.sweep()
    await office.sweep()
    office = await office.restarted()
    office.sockets.open[visitor_author(session).who] = 1
    office.clock.pass_s(MINUTE_S)
    await office.sweep()
    mails = await office.mails("waiting_inquiry")
    assert [each["address"] for each in mails] == ["1000@example.test", "1001@example.test"]
    assert mails[0]["params"] == {
        "livechat_name": "Name of mailed",
        "visitor_name": "Vera <b>",
        "waiting": 300,
        "link": f"/wave/#/live-chat/{session.conversation_id}",
    }
    await office.stop()


async def test_accepted_inquiry_is_not_mailed(office: Office) -> None:
    """chatwoot#3486: mails about what was done already."""
    await office.add("mailed", notify_agents=True, notify_after_min=1)
    session = await office.begin("mailed")
    await office.connect(ANA.who)
    await office.service.desk.accept(ANA, str(session.conversation_id), None)
    office.clock.pass_s(10 * MINUTE_S)
    await office.service.attendance.sweep()
    assert await office.mails("waiting_inquiry") == []


async def test_visitor_learns_when_somebody_is_there(office: Office) -> None:
    """Agents exist but none is connected: the visitor waits, and is told so."""
    session = await office.begin()
    assert (session.state, session.attended) == ("waiting", False)
    visitor = visitor_author(session).who
    await office.connect(visitor)
    await office.connect(ANA.who)
    assert office.sockets.told(visitor, "position")[-1]["attended"] is True
    await office.disconnect(ANA.who)
    assert office.sockets.told(visitor, "position")[-1]["attended"] is False
    assert office.sockets.told(ANA.who, "inquiry")  # it is offered at once
