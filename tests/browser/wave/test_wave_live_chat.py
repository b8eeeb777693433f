"""Agents and visitors, each in a browser of their own, against a whole server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.desk import accept, ask, inquiry, log, message_box, say, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocketRoute

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server

pytestmark = pytest.mark.workers


def test_agent_accepts_and_both_talk(server: Server, desks: Desks, new_context: NewContext) -> None:
    agent = desks.wave("1000")
    visitor = ask(new_context, server.url, "Maria Silva", "Are you open?")
    entry = inquiry(agent, "Maria Silva")
    expect(entry).to_contain_text("Demo")
    expect(entry).to_contain_text("Are you open?")
    expect(entry.get_by_text("0:0")).to_be_visible()
    accept(agent, "Maria Silva")
    expect(log(agent)).to_contain_text("Are you open?")
    say(agent, "Until <b>six</b>.")
    expect(log(visitor)).to_contain_text("Until <b>six</b>.")
    expect(inquiry(agent, "Maria Silva")).to_have_count(0)

    details = agent.get_by_role("complementary", name="Visitor's details")
    expect(details).to_contain_text("visitor@example.test")
    expect(details).to_contain_text("Given on")


def test_agent_sees_the_visitor_type_and_read(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    visitor = ask(new_context, server.url, "Tom Reader")
    accept(agent, "Tom Reader")
    message_box(visitor).press_sequentially("Hm")
    expect(agent.get_by_text("Tom Reader is writing…")).to_be_visible()
    say(agent, "Take your time.")
    visitor.bring_to_front()
    mine = log(agent).locator("[data-mine]").filter(has_text="Take your time.")
    expect(mine.get_by_text("Read", exact=True)).to_be_attached()


def test_of_two_agents_who_press_at_once_one_wins_and_the_other_is_told(
    server: Server, new_context: NewContext
) -> None:
    agents = {"Ana Costa": deaf_agent(new_context, server, "1000")}
    agents["Ben Osei"] = deaf_agent(new_context, server, "1001")
    ask(new_context, server.url, "Race Case")
    for page in agents.values():
        expect(inquiry(page, "Race Case")).to_be_visible()
    for page in agents.values():  # neither waits for the other's answer
        button = inquiry(page, "Race Case").get_by_role("button", name="Accept")
        button.evaluate("button => { setTimeout(() => button.click(), 50) }")
    chats = {
        name: page.get_by_role("heading", name="Race Case", level=2)
        for name, page in agents.items()
    }
    for name, page in agents.items():
        expect(chats[name].or_(page.get_by_role("alert"))).to_be_visible()
    (winner,) = (name for name, chat in chats.items() if chat.is_visible())
    (loser,) = (page for name, page in agents.items() if name != winner)
    expect(loser.get_by_role("alert")).to_contain_text(winner)
    expect(inquiry(loser, "Race Case")).to_have_count(0)


def test_who_presses_too_late_is_told_who_was_faster(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    ana = desks.wave("1000")
    ben = deaf_agent(new_context, server, "1001")
    ask(new_context, server.url, "Late Press")
    accept(ana, "Late Press")
    inquiry(ben, "Late Press").get_by_role("button", name="Accept").click()
    expect(ben.get_by_role("alert")).to_contain_text("Ana Costa")
    expect(inquiry(ben, "Late Press")).to_have_count(0)
    expect(ben.get_by_role("heading", name="Late Press", level=2)).to_have_count(0)


def deaf_agent(new_context: NewContext, server: Server, number: str) -> Page:
    """An agent whose page is never told that an inquiry is gone: as if the press came first."""
    page = new_context().new_page()
    withhold(page, "inquiry_gone")
    page.goto(f"{server.url}/wave/")
    sign_in(page, number, f"Demo-{number}!")
    return page


def withhold(page: Page, event: str) -> None:
    """Let this page's socket lose what the server tells of `event`."""

    def relay(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def down(packet: str | bytes) -> None:
            if f'["{event}"' not in str(packet):
                route.send(packet)

        server.on_message(down)

    page.route_web_socket("**/socket.io/**", relay)


def test_note_is_for_colleagues_only(server: Server, desks: Desks, new_context: NewContext) -> None:
    agent = desks.wave("1000")
    visitor = ask(new_context, server.url, "Nora Note")
    accept(agent, "Nora Note")
    agent.get_by_role("button", name="Note", exact=True).click()
    agent.get_by_role("textbox", name="Note", exact=True).fill("Pays late")
    agent.get_by_role("button", name="Send", exact=True).click()
    expect(log(agent)).to_contain_text("Pays late")
    expect(log(agent)).to_contain_text("Internal note")
    say(agent, "Good morning")
    expect(log(visitor)).to_contain_text("Good morning")
    expect(visitor.get_by_text("Pays late")).to_have_count(0)
    visitor.reload()
    expect(log(visitor)).to_contain_text("Good morning")
    expect(visitor.get_by_text("Pays late")).to_have_count(0)


def test_ended_chat_stays_readable_and_takes_nothing(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    visitor = ask(new_context, server.url, "Eva End", "One question")
    accept(agent, "Eva End")
    agent.get_by_role("button", name="End chat", exact=True).click()
    agent.get_by_role("dialog").get_by_role("button", name="End chat", exact=True).click()
    expect(agent.get_by_text("This chat has ended.")).to_be_visible()
    expect(message_box(agent)).to_have_count(0)
    expect(log(agent)).to_contain_text("One question")
    expect(log(visitor)).to_contain_text("ended the chat")


def test_reload_keeps_the_draft_and_the_conversation(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    ask(new_context, server.url, "Rita Reload", "Hello there")
    accept(agent, "Rita Reload")
    message_box(agent).fill("I was just about to")
    agent.reload()
    expect(message_box(agent)).to_have_value("I was just about to")
    expect(log(agent)).to_contain_text("Hello there")


def test_what_is_written_without_a_connection_arrives_once_it_is_back(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    visitor = ask(new_context, server.url, "Otto Offline")
    accept(agent, "Otto Offline")
    server.kill9()
    expect(agent.get_by_text("No connection.")).to_be_visible()
    say(agent, "Written in the dark")
    server.start()
    expect(log(visitor)).to_contain_text("Written in the dark", timeout=30_000)
    expect(agent.get_by_text("No connection.")).to_have_count(0, timeout=30_000)
    expect(log(agent).get_by_text("Written in the dark")).to_have_count(1)


def test_two_tabs_of_one_agent_show_the_same(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    first = desks.wave("1002")
    second = first.context.new_page()
    second.goto(f"{server.url}/wave/")
    visitor = ask(new_context, server.url, "Twin Tab")
    expect(inquiry(second, "Twin Tab")).to_be_visible()
    accept(first, "Twin Tab")
    expect(inquiry(second, "Twin Tab")).to_have_count(0)
    second.get_by_role("link", name="Twin Tab").click()
    say(visitor, "Hello both")
    for tab in (first, second):
        expect(log(tab)).to_contain_text("Hello both")
    say(second, "Hello back")
    expect(log(first)).to_contain_text("Hello back")


def test_waiting_visitor_shows_in_the_title(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    agent.get_by_role("link", name="Contacts", exact=True).click()
    visitor = ask(new_context, server.url, "Tina Title")
    expect(agent.get_by_text("Tina Title waits for an answer")).to_be_visible()
    assert agent.title().startswith("(")
    visitor.get_by_role("button", name="End chat", exact=True).first.click()
