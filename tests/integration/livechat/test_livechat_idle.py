"""Chats in which nobody writes any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.office import ANA, visitor_author

if TYPE_CHECKING:
    from engage.livechat.reception import Session
    from tests.support.office import Office

MINUTE_S = 60


async def _served(office: Office) -> tuple[str, str]:
    """A chat that Ana has; the conversation and the visitor."""
    session: Session = await office.begin()
    conversation, visitor = str(session.conversation_id), visitor_author(session).stored
    await office.connect(visitor)
    await office.connect(ANA.who)
    await office.service.desk.accept(ANA, conversation, 0)
    return conversation, visitor


async def _said(office: Office, visitor: str, conversation: str) -> list[tuple[str, str]]:
    page = await office.hub.resume(visitor, conversation, 0)
    return [
        (str(each.get("code") or each.get("state")), str(each.get("reason", "")))
        for each in page.events
        if each["kind"] in ("system", "state")
    ]


async def _ana_says(office: Office, conversation: str, client_id: str) -> None:
    await office.hub.post(
        ANA.who, ANA.author, conversation, client_id=client_id, text="Which one?", epoch=1
    )


async def test_a_silent_visitor_is_asked_once_and_then_the_chat_ends(office: Office) -> None:
    conversation, visitor = await _served(office)
    await _ana_says(office, conversation, "first")
    office.clock.pass_s(10 * MINUTE_S - 1)
    assert await office.sweep() == 0
    office.clock.pass_s(6)
    assert await office.sweep() == 1
    asked = office.sockets.told(visitor, "event")[-1]
    assert (asked["code"], asked["minutes"]) == ("still_there", 20)
    office.clock.pass_s(10)
    assert await office.sweep() == 0
    office.clock.pass_s(20 * MINUTE_S)
    assert await office.sweep() == 1
    assert (await _said(office, visitor, conversation))[-1] == ("ended", "idle")
    assert office.sockets.told(ANA.who, "event")[-1]["reason"] == "idle"


async def test_an_answer_in_time_keeps_the_chat_and_asks_anew_later(office: Office) -> None:
    conversation, visitor = await _served(office)
    await _ana_says(office, conversation, "first")
    office.clock.pass_s(11 * MINUTE_S)
    assert await office.sweep() == 1
    office.clock.pass_s(15 * MINUTE_S)
    await _ana_says(office, conversation, "second")
    office.clock.pass_s(9 * MINUTE_S)
    assert await office.sweep() == 0
    office.clock.pass_s(2 * MINUTE_S)
    assert await office.sweep() == 1
    codes = [code for code, _ in await _said(office, visitor, conversation)]
    assert codes.count("still_there") == 2


async def test_a_visitor_who_waits_for_the_agent_is_not_asked(office: Office) -> None:
    conversation, visitor = await _served(office)
    office.clock.pass_s(20 * MINUTE_S)
    assert await office.sweep() == 0
    codes = [code for code, _ in await _said(office, visitor, conversation)]
    assert "still_there" not in codes


async def test_a_call_that_is_up_is_no_silence(office: Office) -> None:
    conversation, _ = await _served(office)
    office.service.lobby.talking = lambda each: each == conversation
    office.clock.pass_s(40 * MINUTE_S)
    assert await office.sweep() == 0
    office.service.lobby.talking = lambda _: False
    office.clock.pass_s(10)
    assert await office.sweep() == 1


async def test_the_time_without_a_server_is_no_silence(office: Office) -> None:
    conversation, visitor = await _served(office)
    await _ana_says(office, conversation, "first")
    office.clock.pass_s(60 * MINUTE_S)
    anew = await office.restarted()
    await anew.connect(visitor)
    await anew.connect(ANA.who)
    assert await anew.sweep() == 0
    anew.clock.pass_s(10 * MINUTE_S)
    assert await anew.sweep() == 1
    asked = anew.sockets.told(visitor, "event")[-1]
    assert (asked["code"], asked["minutes"]) == ("still_there", 20)
    anew.clock.pass_s(20 * MINUTE_S)
    assert await anew.sweep() == 1
    assert (await _said(anew, visitor, conversation))[-1] == ("ended", "idle")
    await anew.stop()
