"""What an agent has at hand: quick replies after a slash, and the words said when a chat ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import (
    NARROW,
    accept,
    ask,
    log,
    message_box,
    open_administration,
    scrolls_sideways,
)
from tests.support.program import Program

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.fixture(scope="module")
def livechat(server: Server) -> str:
    """The demonstration's live chat, with words for the end of a chat."""
    program = Program(server.url, "admin", "Demo-admin!")
    found = program.get("/v1/livechats").json()["items"][0]["id"]
    words = {"dispositions": ["Solved", "To be called back"], "tags": ["Billing", "Delivery"]}
    program.patch(f"/v1/livechats/{found}", {**words, "require_disposition": True})
    reply = {"title": "Opening hours", "body": "${LIVECHAT_NAME} is open until six."}
    program.post(f"/v1/livechats/{found}/quick-replies", reply)
    return str(found)


def add_reply(dialog: Locator, title: str, body: str) -> None:
    press(dialog, "Add")
    dialog.get_by_label("Title", exact=True).fill(title)
    dialog.get_by_label("Text", exact=True).fill(body)
    press(dialog, "Save")
    expect(dialog.get_by_role("listitem").filter(has_text=title)).to_be_visible()


def test_a_quick_reply_is_found_by_keyboard_edited_and_sent(
    server: Server, desks: Desks, new_context: NewContext, livechat: str
) -> None:
    agent = desks.wave("1000")
    visitor = ask(new_context, server.url, "Quinn Quick")
    accept(agent, "Quinn Quick")
    press(agent, "Quick replies")
    dialog = agent.get_by_role("dialog", name="Quick replies")
    add_reply(dialog, "Greeting", "Hello ${VISITOR_NAME}, this is ${AGENT_NAME}.")
    assert serious_faults(agent) == []
    press(dialog, "Close")
    box = agent.get_by_label("Message", exact=True)
    box.focus()
    agent.keyboard.type("/")
    replies = agent.get_by_role("listbox", name="Quick replies")
    expect(replies.get_by_role("option")).to_have_count(2)
    assert serious_faults(agent) == []
    expect(box).to_have_attribute("role", "combobox")
    agent.keyboard.press("ArrowDown")
    expect(replies.get_by_role("option", name="Opening hours")).to_have_attribute(
        "aria-selected", "true"
    )
    agent.keyboard.press("Escape")
    expect(replies).to_have_count(0)
    expect(box).to_have_value("/")
    agent.keyboard.press("Backspace")
    agent.keyboard.type("/gree")
    expect(replies.get_by_role("option")).to_have_count(1)
    agent.keyboard.press("Enter")
    expect(box).to_have_value("Hello Quinn Quick, this is Ana Costa.")
    expect(box).to_be_focused()
    agent.keyboard.type(" Good day!")
    agent.keyboard.press("Enter")
    expect(log(visitor)).to_contain_text("Hello Quinn Quick, this is Ana Costa. Good day!")


def test_quick_replies_are_kept_changed_deleted_and_brought_back(desks: Desks) -> None:
    agent = desks.wave("1001")
    agent.set_viewport_size(NARROW)
    agent.get_by_role("button", name="own menu").click()
    agent.get_by_role("menuitem", name="Quick replies").click()
    dialog = agent.get_by_role("dialog", name="Quick replies")
    add_reply(dialog, "Thanks", "Thank you!")
    add_reply(dialog, "Address", "1 Main Street")
    assert serious_faults(agent) == []
    assert not scrolls_sideways(agent)
    press(dialog, "Edit Thanks")
    dialog.get_by_label("Text", exact=True).fill("Thank you very much!")
    press(dialog, "Save")
    expect(dialog).to_contain_text("Thank you very much!")
    dialog.get_by_label("Search quick replies").fill("main")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    dialog.get_by_label("Search quick replies").fill("")
    press(dialog, "Delete Thanks")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    press(agent, "Undo")
    expect(dialog.get_by_role("listitem").filter(has_text="Thank you very much!")).to_be_visible()


def test_administrators_keep_a_live_chats_quick_replies(
    server: Server, new_context: NewContext, livechat: str
) -> None:
    admin = open_administration(new_context, server.url)
    admin.goto(f"{server.url}/admin/#/livechats/{livechat}/quick-replies")
    expect(admin.get_by_role("heading", name="Quick replies", level=1)).to_be_visible()
    replies = admin.get_by_role("list", name="Quick replies")
    expect(replies).to_contain_text("Opening hours")
    main = admin.get_by_role("main")
    add_reply(main, "Prices", "Our prices are on the page.")
    assert serious_faults(admin) == []
    press(main, "Delete Prices")
    expect(replies.get_by_role("listitem")).to_have_count(1)


def test_the_end_of_a_chat_asks_what_came_of_it(
    server: Server, desks: Desks, new_context: NewContext, livechat: str
) -> None:
    agent = desks.wave("1000")
    agent.set_viewport_size({"width": 1280, "height": 800})
    ask(new_context, server.url, "Enda Chat")
    accept(agent, "Enda Chat")
    press(agent, "End chat")
    dialog = agent.get_by_role("dialog", name="End this chat?")
    expect(dialog.get_by_role("radiogroup", name="Disposition")).to_be_visible()
    assert serious_faults(agent) == []
    press(dialog, "End chat")
    expect(dialog.get_by_role("alert")).to_have_text("Please choose what came of this chat.")
    dialog.get_by_label("Solved", exact=True).check()
    dialog.get_by_label("Delivery", exact=True).check()
    press(dialog, "End chat")
    expect(agent.get_by_text("This chat has ended. It stays here to be read.")).to_be_visible()
    details = agent.get_by_role("complementary", name="Visitor's details")
    if not details.is_visible():
        press(agent, "Visitor's details")
    outcome = details.get_by_role("region", name="What came of it")
    expect(outcome).to_contain_text("Solved")
    expect(outcome.get_by_role("list", name="Tags")).to_have_text("Delivery")
    press(outcome, "Change")
    change = agent.get_by_role("dialog", name="What came of this chat?")
    change.get_by_label("To be called back", exact=True).check()
    press(change, "Save")
    expect(outcome).to_contain_text("To be called back")
    expect(message_box(agent)).to_have_count(0)
