"""What a visitor may choose instead of waiting, and instead of talking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.visiting import start_chat, write

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.browser import Agent


def test_who_waits_for_nobody_may_leave_what_is_written_as_a_message(visitor: Page) -> None:
    start_chat(visitor)
    expect(visitor.get_by_role("status")).to_contain_text("Nobody is available at the moment.")
    write(visitor, "Do you ship to Faro?")
    expect(visitor.get_by_role("log")).to_contain_text("Sent")
    visitor.get_by_role("button", name="Leave a message", exact=True).click()
    message = visitor.get_by_role("textbox", name="Message", exact=True)
    expect(message).to_have_value("Do you ship to Faro?")
    visitor.get_by_role("checkbox").check()
    visitor.get_by_role("button", name="Send", exact=True).click()
    expect(visitor.get_by_role("heading", name="Thank you for your message")).to_be_visible()


def test_an_emoji_stands_where_the_caret_was(visitor: Page) -> None:
    start_chat(visitor)
    box = visitor.get_by_role("textbox", name="Message", exact=True)
    box.fill("Well done")
    box.press("Home")
    button = visitor.get_by_role("button", name="Emoji", exact=True)
    button.press("Enter")
    board = visitor.get_by_role("group", name="Emoji", exact=True)
    expect(board.get_by_role("button").first).to_be_focused()
    visitor.keyboard.press("Escape")
    expect(board).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    board.get_by_role("button", name="👏", exact=True).click()
    expect(box).to_have_value("👏Well done")
    expect(box).to_be_focused()
    visitor.keyboard.type(" ")
    expect(box).to_have_value("👏 Well done")


def test_a_visitor_whom_the_agent_would_like_to_call_may_decline(
    visitor: Page, agent: Agent
) -> None:
    start_chat(visitor)
    agent.accept_and_say("This is easier to explain.")
    assert agent.call("call_ask", conversation=agent.conversation)["ok"]
    asked = visitor.get_by_role("region", name="Call")
    expect(asked.get_by_role("alert")).to_have_text("Ana Costa would like to talk to you.")
    asked.get_by_role("button", name="Decline", exact=True).click()
    expect(asked).to_have_count(0)
    expect(visitor.get_by_role("textbox", name="Message", exact=True)).to_be_focused()
    expect(visitor.get_by_role("log")).to_contain_text("You would rather write.")
    states = [event["state"] for event in agent.events() if event["kind"] == "call"]
    assert states == ["asked", "declined"]
