"""The visitor beside the chat: corrected, kept as a contact, banned; what was before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import (
    NARROW,
    accept,
    ask,
    inquiry,
    log,
    open_administration,
    open_wave,
    say,
    scrolls_sideways,
)
from tests.support.program import Program

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server

CARD = re.compile(r"/v1/conversations/[^/]+/visitor$")
WIDE = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def chairman(server: Server) -> str:
    """Chen looks after the queue that answers the demonstration's live chat."""
    program = Program(server.url, "admin", "Demo-admin!")
    assert program.patch("/v1/queues/6500", {"chairmen": ["1002"]}).status == 200
    return "1002"


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def details(agent: Page) -> Locator:
    card = agent.get_by_role("complementary", name="Visitor's details")
    expect(card.get_by_role("button", name="Save as contact")).to_be_visible()
    return card


def end(agent: Page) -> None:
    press(agent, "End chat")
    press(agent.get_by_role("dialog"), "End chat")
    expect(agent.get_by_text("This chat has ended. It stays here to be read.")).to_be_visible()


def test_the_card_tells_where_a_visitor_is_and_what_was_before(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    agent.set_viewport_size(WIDE)
    visitor = ask(new_context, server.url, "Greta Again", "First question")
    accept(agent, "Greta Again")
    say(agent, "First answer")
    card = details(agent)
    expect(card).to_contain_text("Here now")
    expect(card).to_contain_text("1 visit")
    expect(card).to_contain_text(f"{server.url.removeprefix('http://')}/livechat/demo")
    expect(card.get_by_text("UTC")).to_be_visible()
    end(agent)
    press(visitor, "Start again")
    for consent in visitor.get_by_role("checkbox").all():
        consent.check()
    press(visitor, "Start Chat")
    expect(inquiry(agent, "Greta Again")).to_contain_text("Was here before")
    accept(agent, "Greta Again")
    before = details(agent).get_by_role("region", name="Earlier chats and calls")
    entry = before.get_by_role("button", name=re.compile("Chat #"))
    expect(entry).to_contain_text("Ana Costa")
    assert serious_faults(agent) == []
    entry.click()
    past = agent.get_by_role("dialog")
    expect(past.get_by_role("list", name="What was said")).to_contain_text("First answer")
    assert serious_faults(agent) == []


def test_the_card_is_read_once_for_all_who_show_something_of_it(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    agent.set_viewport_size(WIDE)
    read: list[str] = []
    agent.on("request", lambda each: CARD.search(each.url) and read.append(each.url))
    ask(new_context, server.url, "Rita Once")
    accept(agent, "Rita Once")
    card = details(agent)
    assert len(read) == 1
    press(card, "Close the details")
    expect(card).to_have_count(0)
    assert len(read) == 1
    with agent.expect_response(CARD):  # it may be old by now
        press(agent, "Visitor's details")
    details(agent)
    assert len(read) == 2


def test_a_card_that_cannot_be_read_says_so_where_call_is_missing_and_tries_again(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    agent.set_viewport_size(WIDE)
    ask(new_context, server.url, "Olga Offline")
    agent.route(CARD, lambda route: route.abort())
    accept(agent, "Olga Offline")
    card = agent.get_by_role("complementary", name="Visitor's details")
    press(card, "Close the details")
    said = agent.get_by_role("alert").filter(has_text="until then “Call” is missing")
    expect(said).to_be_visible()
    call = agent.get_by_role("button", name="Call", exact=True)
    expect(call).to_have_count(0)
    agent.unroute(CARD)
    press(said, "Try again")
    expect(call).to_be_visible()
    expect(said).to_have_count(0)


def test_a_visitor_is_corrected_and_kept_as_a_contact(
    server: Server, new_context: NewContext
) -> None:
    agent = open_wave(new_context, server.url, "1000", viewport=NARROW)
    ask(new_context, server.url, "Cora Wrong")
    accept(agent, "Cora Wrong")
    press(agent, "Visitor's details")
    card = details(agent)
    press(card, "Edit")
    dialog = agent.get_by_role("dialog", name="Edit the visitor's details")
    dialog.get_by_label("Full Name").fill("Cora Right")
    dialog.get_by_label("Email").fill("nobody")
    press(dialog, "Save")
    expect(dialog).to_contain_text("Please enter a valid email address.")
    dialog.get_by_label("Email").fill("cora@example.test")
    assert serious_faults(agent) == []
    press(dialog, "Save")
    expect(card.get_by_text("Cora Right", exact=True)).to_be_visible()
    press(card, "Save as contact")
    dialog = agent.get_by_role("dialog", name="Save as contact")
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Cora Right")
    dialog.get_by_label("Company").fill("ACME")
    assert not scrolls_sideways(agent)
    press(dialog, "Save")
    expect(dialog).to_have_count(0)
    press(agent, "Close the details")
    expect(agent.get_by_role("heading", name="Cora Right", level=2)).to_be_visible()
    expect(log(agent)).to_contain_text("Cora Wrong → Cora Right")
    press(agent, "Back to the list")
    agent.get_by_role("navigation").get_by_role("link", name="Contacts", exact=True).click()
    agent.get_by_label("Search contacts").fill("acme")
    outside = agent.get_by_role("list", name="People outside")
    expect(outside.get_by_role("listitem")).to_contain_text("Cora Right")
    expect(outside.get_by_role("button", name="Call Cora Right")).to_be_visible()
    assert serious_faults(agent) == []
    assert not scrolls_sideways(agent)
    press(outside, "Delete Cora Right")
    press(agent.get_by_role("dialog"), "Delete")
    expect(outside.get_by_role("listitem")).to_have_count(0)


def test_an_agent_asks_for_a_ban_and_the_chairman_decides(
    server: Server, desks: Desks, new_context: NewContext, chairman: str
) -> None:
    agent = desks.wave("1000")
    agent.set_viewport_size(WIDE)
    chen = open_wave(new_context, server.url, chairman, viewport=WIDE)
    visitor = ask(new_context, server.url, "Bruno Bad", "Rude words")
    accept(agent, "Bruno Bad")
    card = details(agent)
    press(card, "More about this visitor")
    agent.get_by_role("menuitem", name="Ask for a ban").click()
    dialog = agent.get_by_role("dialog", name="Ask for a ban of Bruno Bad?")
    dialog.get_by_label("For how long").select_option("1 hour")
    dialog.get_by_label("Reason").fill("Insults")
    assert serious_faults(agent) == []
    press(dialog, "Ask for a ban")
    expect(card).to_contain_text("A ban is asked for")
    expect(chen.get_by_text("Ana Costa asks to ban Bruno Bad")).to_be_visible()
    press(chen, "Open")
    bans = chen.get_by_role("dialog", name="Bans")
    expect(bans.get_by_role("list", name="Bans")).to_contain_text("Insults")
    assert serious_faults(chen) == []
    press(bans, "Ban Bruno Bad")
    expect(bans.get_by_role("button", name="Unban Bruno Bad")).to_be_visible()
    expect(visitor.get_by_text("This chat is no longer available").first).to_be_visible()
    expect(log(agent)).to_contain_text("The chat has ended: its visitor was banned.")
    visitor.reload()
    expect(visitor.get_by_text("This chat is no longer available").first).to_be_visible()


def test_administrators_list_bans_and_let_visitors_in_again(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    agent.set_viewport_size(WIDE)
    visitor = ask(new_context, server.url, "Lena Let", "Hello")
    accept(agent, "Lena Let")
    program = Program(server.url, "admin", "Demo-admin!")
    conversation = agent.url.rpartition("/")[2]
    path = f"/v1/conversations/{conversation}/ban"
    assert program.post(path, {"duration": "permanent", "reason": "A test"}).status == 201
    expect(visitor.get_by_text("This chat is no longer available").first).to_be_visible()
    admin = open_administration(new_context, server.url, "Bans", "livechats/bans")
    row = admin.get_by_role("row").filter(has_text="Lena Let")
    expect(row).to_contain_text("A test")
    assert serious_faults(admin) == []
    row.get_by_role("button", name="Unban").click()
    press(admin.get_by_role("dialog"), "Unban")
    expect(row).to_contain_text("Lifted")
    visitor.reload()
    expect(visitor.get_by_role("button", name="Start again")).to_be_visible()
