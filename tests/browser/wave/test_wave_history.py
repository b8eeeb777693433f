"""History in Wave: an agent's own chats, and those that a chairman watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.desk import accept, ask, inspect_wide_and_narrow, log, open_wave, say
from tests.support.program import Program

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.server import Server


def test_an_agent_reads_their_own_chats(server: Server, new_context: NewContext) -> None:
    agent = open_wave(new_context, server.url, "1001")
    ask(new_context, server.url, "Mia", "Do you ship to Malta?")
    accept(agent, "Mia")
    agent.get_by_role("link", name="History", exact=True).click()
    agent.get_by_role("link", name="Mia", exact=True).click()
    said = agent.get_by_role("region", name="Conversation", exact=True)
    expect(said).to_contain_text("Do you ship to Malta?")
    inspect_wide_and_narrow(agent, "own")
    agent.get_by_role("link", name="Open the chat", exact=True).click()
    expect(agent.get_by_role("heading", name="Mia", level=2)).to_be_visible()
    agent.goto(f"{server.url}/wave/#/history")
    expect(agent.get_by_role("region", name="History", exact=True)).to_contain_text("Mia")
    inspect_wide_and_narrow(agent, "history")


def test_a_chairman_watches_a_running_chat_and_comes_in(
    server: Server, new_context: NewContext
) -> None:
    root = Program(server.url, "admin", "Demo-admin!")
    assert root.patch("/v1/queues/6500", {"chairmen": ["1003"]}).status == 200
    agent = open_wave(new_context, server.url, "1000")
    visitor = ask(new_context, server.url, "Ole", "My order is late")
    accept(agent, "Ole")
    chairman = open_wave(new_context, server.url, "1003")
    chairman.goto(f"{server.url}/wave/#/history")
    chairman.get_by_role("link", name="Ole", exact=True).click()
    said = chairman.get_by_role("region", name="Conversation", exact=True)
    expect(said).to_contain_text("My order is late")
    expect(chairman.get_by_role("link", name="Text", exact=True)).to_have_count(0)
    say(agent, "I look it up.")
    expect(said).to_contain_text("I look it up.")  # as it happens
    inspect_wide_and_narrow(chairman, "watched")
    chairman.get_by_role("button", name="Back into the line", exact=True).click()
    asked = chairman.get_by_role("dialog", name="Put Ole back into the line?", exact=True)
    asked.get_by_role("button", name="Back into the line", exact=True).click()
    expect(said).to_contain_text("Somebody else will be with you soon.")
    accept(agent, "Ole")  # to whom it is offered as to all others
    chairman.get_by_role("button", name="Join the chat", exact=True).click()
    expect(chairman.get_by_role("heading", name="Ole", level=2)).to_be_visible()
    say(chairman, "It arrives tomorrow.")
    expect(log(visitor)).to_contain_text("It arrives tomorrow.")
    expect(log(agent)).to_contain_text("It arrives tomorrow.")
