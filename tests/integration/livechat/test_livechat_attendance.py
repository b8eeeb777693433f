"""People who vanish, time that passes, servers that restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.hub.model import StaleOwner
from engage.livechat.model import Taken
from engage.people.events import ExtensionsDropped
from tests.support.office import ANA, BEN, visitor_author

if TYPE_CHECKING:
    from tests.support.office import Office


async def test_a_waiting_visitor_who_stays_away_is_missed(office: Office) -> None:
    session = await office.begin()
    visitor = visitor_author(session).stored
    await office.connect(visitor)
    office.clock.pass_s(300)
    assert await office.sweep() == 0
    await office.disconnect(visitor)
    office.clock.pass_s(59)
    assert await office.sweep() == 0
    office.clock.pass_s(1)
    assert await office.sweep() == 1
    found = await office.service.reception.find("chat", str(session.token))
    assert found.state == "missed"
    page = await office.hub.resume(visitor, str(session.conversation_id), 0)
    assert (page.events[-1]["state"], page.events[-1]["reason"]) == ("missed", "abandoned")
    assert office.sockets.told(ANA.who, "inquiry_gone")[-1]["reason"] == "left"
    assert await office.sweep() == 0


async def test_a_visitor_who_reloads_keeps_their_place(office: Office) -> None:
    first, second = await office.begin(), await office.begin()
    visitor = visitor_author(first).stored
    await office.connect(visitor_author(second).stored)
    await office.connect(visitor)
    await office.disconnect(visitor)
    office.clock.pass_s(59)
    await office.connect(visitor)
    office.clock.pass_s(59)
    assert await office.sweep() == 0
    assert office.sockets.told(visitor, "position")[-1]["position"] == 1


async def test_one_of_two_tabs_closing_is_not_leaving(office: Office) -> None:
    session = await office.begin()
    visitor = visitor_author(session).stored
    await office.connect(visitor)
    await office.connect(visitor)
    await office.disconnect(visitor)
    office.clock.pass_s(120)
    assert await office.sweep() == 0


async def test_a_visitor_whose_sockets_fail_but_who_asks_over_http_is_there(office: Office) -> None:
    session = await office.begin()
    office.clock.pass_s(1)
    await office.service.visitor(str(session.token))
    for _ in range(5):
        office.clock.pass_s(61)
        assert await office.sweep() == 0
        await office.service.visitor(str(session.token))
    office.clock.pass_s(119)
    assert await office.sweep() == 0
    office.clock.pass_s(1)
    assert await office.sweep() == 1


async def test_who_is_connected_is_there_even_if_that_could_not_be_written(office: Office) -> None:
    session = await office.begin()
    visitor = visitor_author(session).stored
    office.sockets.open[visitor] += 1
    office.clock.pass_s(120)
    assert await office.sweep() == 0


async def test_an_inquiry_nobody_takes_times_out(office: Office) -> None:
    """RocketChat#18200, #5645: inquiries were stuck for days."""
    session = await office.begin()
    visitor = visitor_author(session).stored
    await office.connect(visitor)
    office.clock.pass_s(599)
    assert await office.sweep() == 0
    office.clock.pass_s(1)
    assert await office.sweep() == 1
    last = office.sockets.told(visitor, "event")[-1]
    assert (last["state"], last["reason"]) == ("missed", "timeout")
    assert office.sockets.told(ANA.who, "inquiry_gone")[-1]["reason"] == "timeout"


async def test_a_vanished_agent_is_flagged_and_can_be_relieved(office: Office) -> None:
    """RocketChat#10172: agents stayed available with their browser closed."""
    session = await office.begin()
    conversation = str(session.conversation_id)
    visitor = visitor_author(session).stored
    await office.connect(visitor)
    await office.connect(ANA.who)
    await office.service.desk.accept(ANA, conversation, 0)
    await office.disconnect(ANA.who)
    with pytest.raises(Taken):
        await office.service.desk.accept(BEN, conversation, 1)
    office.clock.pass_s(60)
    assert await office.sweep() == 1
    assert await office.sweep() == 0
    told = office.sockets.told(visitor, "event")[-1]
    assert (told["code"], told["agent"]["id"]) == ("agent_away", ANA.number)
    offered = office.sockets.told(BEN.who, "inquiry")[-1]
    assert offered["held_by"] == {"id": "1000", "name": "Ana Costa"}
    (listed,) = await office.service.desk.inquiries(BEN)
    assert listed["epoch"] == 1
    taken = await office.service.desk.accept(BEN, conversation, listed["epoch"])
    assert taken["owner"] == {"id": "1001", "name": "Ben Osei"}
    assert taken["epoch"] == 2
    with pytest.raises(StaleOwner):
        await office.hub.post(
            ANA.who, ANA.author, conversation, client_id="stale-answer", text="Hi", epoch=1
        )


async def test_an_agent_who_comes_back_keeps_the_conversation(office: Office) -> None:
    session = await office.begin()
    conversation = str(session.conversation_id)
    await office.connect(visitor_author(session).stored)
    await office.connect(ANA.who)
    await office.service.desk.accept(ANA, conversation, 0)
    await office.disconnect(ANA.who)
    office.clock.pass_s(100)
    assert await office.sweep() == 1
    await office.connect(ANA.who)
    assert office.sockets.told(BEN.who, "inquiry_gone")[-1]["reason"] == "returned"
    assert await office.service.desk.inquiries(BEN) == []
    office.clock.pass_s(600)
    assert await office.sweep() == 0
    with pytest.raises(Taken):
        await office.service.desk.accept(BEN, conversation, 1)


async def test_after_five_minutes_the_visitor_is_back_at_their_place(office: Office) -> None:
    session = await office.begin()
    conversation = str(session.conversation_id)
    visitor = visitor_author(session).stored
    await office.connect(visitor)
    await office.connect(ANA.who)
    await office.service.desk.accept(ANA, conversation, 0)
    office.clock.pass_s(5)
    later = await office.begin()
    await office.connect(visitor_author(later).stored)
    await office.disconnect(ANA.who)
    office.clock.pass_s(300)
    assert await office.sweep() == 1
    last = office.sockets.told(visitor, "event")[-1]
    assert (last["state"], last["reason"]) == ("waiting", "agent_gone")
    offered = office.sockets.told(BEN.who, "inquiry")[-1]
    assert (offered["conversation"], offered["position"], offered["epoch"]) == (conversation, 1, 2)
    assert office.sockets.told(visitor_author(later).stored, "position")[-1]["position"] == 2
    summary = await office.service.desk.accept(BEN, conversation, 2)
    assert summary["owner"] == {"id": "1001", "name": "Ben Osei"}


async def test_whom_a_deleted_agent_served_is_back_in_line_at_once(office: Office) -> None:
    """RocketChat#18637: conversations were nobody's and seen by nobody."""
    session, other = await office.begin(), await office.begin()
    for agent in (ANA, BEN):
        await office.connect(agent.who)
    await office.service.desk.accept(ANA, str(session.conversation_id), None)
    await office.service.desk.accept(BEN, str(other.conversation_id), None)
    office.seats.agents = [each for each in office.seats.agents if each.number != ANA.number]
    office.events.publish(ExtensionsDropped((ANA.number,)))
    await office.events.settled()
    assert (await office.hub.conversation(str(session.conversation_id))).state == "waiting"
    assert (await office.hub.conversation(str(other.conversation_id))).state == "active"
    assert office.sockets.told(BEN.who, "inquiry")[-1]["conversation"] == session.conversation_id
    page = await office.hub.resume(visitor_author(session).who, str(session.conversation_id), 0)
    assert page.events[-1]["reason"] == "agent_gone"


async def test_a_restart_keeps_who_waits_and_gives_them_a_minute(office: Office) -> None:
    first, second = await office.begin(), await office.begin()
    await office.connect(visitor_author(first).stored)
    office.clock.pass_s(30)
    after = await office.restarted()
    try:
        listed = await after.service.desk.inquiries(ANA)
        assert [each["conversation"] for each in listed] == [
            first.conversation_id,
            second.conversation_id,
        ]
        office.clock.pass_s(59)
        assert await after.sweep() == 0
        await after.connect(visitor_author(second).stored)
        office.clock.pass_s(1)
        assert await after.sweep() == 1
        listed = await after.service.desk.inquiries(ANA)
        assert [each["conversation"] for each in listed] == [second.conversation_id]
        assert listed[0]["position"] == 1
    finally:
        await after.stop()


async def test_a_restart_does_not_lose_the_time_an_agent_has_been_away(office: Office) -> None:
    session = await office.begin()
    await office.connect(visitor_author(session).stored)
    await office.connect(ANA.who)
    await office.service.desk.accept(ANA, str(session.conversation_id), 0)
    await office.disconnect(ANA.who)
    office.clock.pass_s(270)
    assert await office.sweep() == 1
    after = await office.restarted()
    try:
        await after.connect(visitor_author(session).stored)
        office.clock.pass_s(59)
        assert await after.sweep() == 0
        office.clock.pass_s(1)
        assert await after.sweep() == 1
        (listed,) = await after.service.desk.inquiries(BEN)
        assert "held_by" not in listed
    finally:
        await after.stop()


async def test_a_restart_does_not_tell_the_visitor_twice_of_the_absence(office: Office) -> None:
    session = await office.begin()
    conversation = str(session.conversation_id)
    visitor = visitor_author(session).stored
    await office.connect(visitor)
    await office.connect(ANA.who)
    await office.service.desk.accept(ANA, conversation, 0)
    await office.disconnect(ANA.who)
    office.clock.pass_s(61)
    assert await office.sweep() == 1
    after = await office.restarted()
    try:
        await after.connect(visitor)
        office.clock.pass_s(61)
        await after.sweep()
        page = await after.hub.resume(visitor, conversation, 0)
        assert [each.get("code") for each in page.events].count("agent_away") == 1
    finally:
        await after.stop()


async def test_a_conversation_after_a_restart_goes_on_with_the_same_agent(office: Office) -> None:
    session = await office.begin()
    conversation = str(session.conversation_id)
    visitor = visitor_author(session)
    await office.connect(ANA.who)
    await office.service.desk.accept(ANA, conversation, 0)
    after = await office.restarted()
    try:
        await after.connect(visitor.stored)
        await after.connect(ANA.who)
        office.clock.pass_s(600)
        assert await after.sweep() == 0
        await after.hub.post(
            ANA.who, ANA.author, conversation, client_id="after-restart", text="Hi", epoch=1
        )
        (principal,) = [await after.service.visitor(str(session.token))]
        assert principal.who == visitor.stored
    finally:
        await after.stop()
