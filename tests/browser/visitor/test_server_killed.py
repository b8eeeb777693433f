"""`kill -9` in the middle of a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.visiting import start_chat, texts, write

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.browser import Agent
    from tests.support.server import Server


def test_the_chat_goes_on_where_it_was(visitor: Page, agent: Agent, server: Server) -> None:
    """chatwoot#995: what was said during an outage was missing afterwards."""
    start_chat(visitor)
    agent.accept_and_say("Before the crash")
    log = visitor.get_by_role("log")
    expect(log).to_contain_text("Before the crash")
    server.kill9()
    expect(visitor.get_by_text("No connection.")).to_be_visible()
    write(visitor, "Written while it was dead")
    visitor.get_by_role("textbox", name="Message", exact=True).fill("and half a sen")
    server.restart()
    agent.reconnect()
    expect(log).not_to_contain_text("Sending …", timeout=30_000)
    expect(visitor.get_by_text("No connection.")).to_be_hidden(timeout=30_000)
    agent.say("After the crash")
    expect(log).to_contain_text("After the crash")
    expect(visitor.get_by_role("textbox", name="Message", exact=True)).to_have_value(
        "and half a sen"
    )
    said = ["Before the crash", "Written while it was dead", "After the crash"]
    assert agent.texts() == said
    assert texts(visitor)[1:] == said
