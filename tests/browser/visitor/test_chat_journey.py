"""From the form to the end of a chat, on a real server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import Agent, serious_faults
from tests.support.visiting import fill_form, start_chat, texts, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from tests.support.server import Server


def test_start_waits_for_consent(visitor: Page) -> None:
    start = visitor.get_by_role("button", name="Start Chat", exact=True)
    expect(start).to_be_disabled()
    visitor.get_by_role("checkbox", name=re.compile("I agree")).check()
    expect(start).to_be_enabled()


def test_wrong_fields_are_named_and_focused(visitor: Page) -> None:
    fill_form(visitor)
    email = visitor.get_by_role("textbox", name="Email", exact=True)
    email.fill("nobody")
    visitor.get_by_role("button", name="Start Chat", exact=True).click()
    expect(email).to_be_focused()
    expect(email).to_have_accessible_description("Please enter a valid email address.")


def test_what_the_server_refuses_stands_at_its_field(visitor: Page) -> None:
    fill_form(visitor)
    phone = visitor.get_by_role("textbox", name="Phone Number", exact=True)
    phone.fill("call me")  # the page leaves this rule to the server
    visitor.get_by_role("button", name="Start Chat", exact=True).click()
    expect(phone).to_have_accessible_description(re.compile("3 to 32 characters"))
    expect(phone).to_be_focused()


def test_visitor_waits_writes_and_talks_to_an_agent(visitor: Page, agent: Agent) -> None:
    start_chat(visitor)
    expect(visitor.get_by_role("status")).to_contain_text("You are number 1 in line.")
    write(visitor, "Are you open?")
    expect(visitor.get_by_role("log")).to_contain_text("Sent")
    agent.accept_and_say("Until <b>six</b>.")
    log = visitor.get_by_role("log", name="Conversation")
    expect(log).to_contain_text("Ana Costa joined the chat.")
    expect(log).to_contain_text("Until <b>six</b>.")
    assert log.locator("b").count() == 0
    box = visitor.get_by_role("textbox", name="Message", exact=True)
    box.fill("Two lines")
    box.press("Shift+Enter")
    box.press_sequentially("in one message")
    box.press("Enter")
    expect(box).to_have_value("")
    expect(log).to_contain_text("Two lines\nin one message", use_inner_text=True)
    expect(log).not_to_contain_text("Sending …")
    agent.types()
    expect(log).to_contain_text("Ana Costa is typing")
    agent.reads()
    expect(log).to_contain_text("Read")
    assert agent.texts() == ["Are you open?", "Until <b>six</b>.", "Two lines\nin one message"]
    visitor.get_by_role("button", name="End chat", exact=True).click()
    visitor.get_by_role("button", name="Yes, end it").click()
    expect(visitor.get_by_role("button", name="Start again")).to_be_visible()
    expect(visitor.get_by_role("textbox", name="Message", exact=True)).to_be_hidden()
    visitor.get_by_role("button", name="Start again").click()
    expect(visitor.get_by_role("textbox", name="Full Name", exact=True)).to_have_value(
        "Lena Fischer"
    )


def test_an_agent_who_ends_the_chat_ends_it_here(visitor: Page, agent: Agent) -> None:
    start_chat(visitor)
    agent.accept_and_say("Goodbye.")
    agent.end()
    expect(visitor.get_by_role("log")).to_contain_text("Ana Costa ended the chat.")
    expect(visitor.get_by_role("button", name="Start again")).to_be_visible()


def test_a_visitor_says_how_the_chat_was(visitor: Page, agent: Agent) -> None:
    start_chat(visitor)
    agent.accept_and_say("Goodbye.")
    agent.end()
    visitor.get_by_role("radio", name="4 stars", exact=True).check()
    visitor.get_by_role("textbox", name="Comment", exact=True).fill("Kind and quick")
    assert serious_faults(visitor) == []
    visitor.get_by_role("button", name="Send rating", exact=True).click()
    expect(visitor.get_by_text("Thank you for your rating.")).to_be_visible()
    visitor.reload()
    expect(visitor.get_by_role("log")).to_contain_text(
        "You gave this chat 4 stars. “Kind and quick”"
    )
    expect(visitor.get_by_role("radio")).to_have_count(0)


def test_reading_is_told_to_the_agent(visitor: Page, agent: Agent) -> None:
    start_chat(visitor)
    agent.accept_and_say("Please read this.")
    expect(visitor.get_by_role("log")).to_contain_text("Please read this.")
    visitor.get_by_role("textbox", name="Message", exact=True).focus()
    seq = agent.events()[-1]["seq"]
    mark = agent.watermark(lambda mark: mark["who"].startswith("visitor:") and mark["read"] >= seq)
    assert mark["read"] >= seq


def test_a_reload_keeps_the_conversation_and_the_text_being_written(
    visitor: Page, agent: Agent
) -> None:
    start_chat(visitor)
    write(visitor, "First")
    expect(visitor.get_by_role("log")).to_contain_text("Sent")
    agent.accept_and_say("Second")
    expect(visitor.get_by_role("log")).to_contain_text("Second")
    visitor.get_by_role("textbox", name="Message", exact=True).fill("Half a sen")
    visitor.reload()
    expect(visitor.get_by_role("log")).to_contain_text("Second")
    expect(visitor.get_by_role("textbox", name="Message", exact=True)).to_have_value("Half a sen")
    assert texts(visitor)[-2:] == ["First", "Second"]


def test_three_tabs_stay_equal(visitor: Page, context: BrowserContext, agent: Agent) -> None:
    start_chat(visitor)
    tabs = [visitor, context.new_page(), context.new_page()]
    for tab in tabs[1:]:
        tab.goto(visitor.url)
        expect(tab.get_by_role("log", name="Conversation")).to_be_visible()
    agent.accept()
    for number, tab in enumerate(tabs):
        write(tab, f"From tab {number}")
        expect(tab.get_by_role("log")).to_contain_text(f"From tab {number}")
        agent.say(f"Answer {number}")
    for tab in tabs:
        expect(tab.get_by_role("log")).to_contain_text("Answer 2")
    assert texts(tabs[0]) == texts(tabs[1]) == texts(tabs[2])
    assert agent.texts() == texts(visitor)[1:]  # the welcome comes first


def test_what_is_written_offline_is_sent_later_and_once(
    visitor: Page, context: BrowserContext, agent: Agent
) -> None:
    """chatwoot#9314: one click on a weak line, two messages."""
    start_chat(visitor)
    agent.accept_and_say("Hello.")
    expect(visitor.get_by_role("log")).to_contain_text("Hello.")
    context.set_offline(True)
    expect(visitor.get_by_text("No connection.")).to_be_visible()
    write(visitor, "Written in a tunnel")
    write(visitor, "and another")
    expect(visitor.get_by_role("log")).to_contain_text("Sending …")
    agent.say("Said meanwhile")
    context.set_offline(False)
    expect(visitor.get_by_text("No connection.")).to_be_hidden()
    expect(visitor.get_by_role("log")).to_contain_text("Said meanwhile")
    expect(visitor.get_by_role("log")).not_to_contain_text("Sending …")
    assert agent.texts() == ["Hello.", "Said meanwhile", "Written in a tunnel", "and another"]
    assert texts(visitor)[1:] == agent.texts()


def test_what_is_unsent_survives_a_reload(
    visitor: Page, context: BrowserContext, agent: Agent
) -> None:
    """LibreDesk: what was not sent within ten seconds was gone."""
    start_chat(visitor)
    agent.accept_and_say("Hello.")
    expect(visitor.get_by_role("log")).to_contain_text("Hello.")
    context.route("**/events", lambda route: route.abort())  # one way out is cut …
    visitor.evaluate("WebSocket.prototype.send = () => undefined")  # … and the other is deaf
    write(visitor, "Not yet sent")
    expect(visitor.get_by_role("log")).to_contain_text("Sending …")
    context.unroute("**/events")
    visitor.reload()
    expect(visitor.get_by_role("log")).to_contain_text("Not yet sent")
    expect(visitor.get_by_role("log")).not_to_contain_text("Sending …")
    assert agent.texts() == ["Hello.", "Not yet sent"]


def test_a_socket_that_does_not_answer_is_passed_over(visitor: Page, agent: Agent) -> None:
    """RocketChat#36023: the page went on sending, and heard nothing any more."""
    start_chat(visitor)
    agent.accept()
    visitor.evaluate("WebSocket.prototype.send = () => undefined")
    write(visitor, "By another way")
    expect(visitor.get_by_role("log")).not_to_contain_text("Sending …")
    assert agent.texts() == ["By another way"]


def test_polling_serves_where_sockets_are_blocked(
    new_context: Callable[..., BrowserContext], server: Server, agent: Agent
) -> None:
    context = new_context()
    context.route_web_socket("**/*", lambda socket: socket.close())
    page = context.new_page()
    page.goto(f"{server.url}/livechat/demo")
    start_chat(page)
    write(page, "Through a strict proxy")
    agent.accept_and_say("Heard you.")
    expect(page.get_by_role("log")).to_contain_text("Heard you.")


def test_no_serious_faults_for_assistive_technology(visitor: Page, agent: Agent) -> None:
    assert serious_faults(visitor) == []
    start_chat(visitor)
    write(visitor, "Hello")
    assert serious_faults(visitor) == []
    agent.accept_and_say("Hello, how can I help?")
    expect(visitor.get_by_role("log")).to_contain_text("how can I help")
    visitor.emulate_media(color_scheme="dark")
    assert serious_faults(visitor) == []
    visitor.get_by_role("button", name="End chat", exact=True).click()
    assert serious_faults(visitor) == []
