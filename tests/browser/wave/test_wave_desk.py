"""An agent's desk: one place for calls, chats and callbacks, worked by keyboard too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import (
    NARROW,
    accept,
    ask,
    inquiry,
    message_box,
    open_wave,
    say,
    scrolls_sideways,
)
from tests.support.program import Program

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


def ready(server: Server, agent: str) -> None:
    """Calls of the queue may come."""
    root = Program(server.url, "admin", "Demo-admin!")
    for change in ("end_break", "ready"):
        root.post(f"/v1/queue-board/agents/{agent}/duty", {"change": change})


def dial(page: Page, url: str, number: str) -> None:
    """Call from Wave."""
    page.goto(f"{url}/wave/#/calls")
    page.get_by_label("Number or name", exact=True).fill(number)
    page.get_by_role("button", name="Call", exact=True).click()


def test_call_of_a_queue_is_offered_with_its_queue_and_the_time_left(
    server: Server, desks: Desks
) -> None:
    ready(server, "1001")
    agent = desks.wave("1001")
    agent.context.grant_permissions(["microphone"])
    duty = agent.get_by_role("region", name="My duty", exact=True)
    expect(duty.get_by_role("status")).to_have_text("Available")
    caller = desks.wave("1003")
    caller.context.grant_permissions(["microphone"])
    dial(caller, server.url, "6500")
    offer = agent.get_by_role("list", name="Offers", exact=True).get_by_role("listitem")
    expect(offer).to_contain_text("Dana Novak")
    expect(offer).to_contain_text("Call from Support")
    expect(offer.get_by_role("timer")).to_contain_text("left")
    expect(duty.get_by_role("status")).to_have_text("A call rings")
    assert serious_faults(agent) == []
    offer.get_by_role("button", name="Answer Dana Novak", exact=True).click()
    mine = agent.get_by_role("list", name="My calls", exact=True)
    expect(mine).to_contain_text("Dana Novak")
    expect(duty.get_by_role("status")).to_have_text("On a queue call")
    caller.get_by_role("button", name="Hang up", exact=True).click()
    expect(mine).to_have_count(0)
    expect(duty.get_by_role("status")).to_have_text("Wrap-up")
    duty.get_by_role("button", name="One more minute", exact=True).click()
    expect(duty).to_contain_text("1:0")  # more than a minute is left
    duty.get_by_role("button", name="Ready", exact=True).click()
    expect(duty.get_by_role("status")).to_have_text("Available")


def test_desk_is_worked_by_keyboard_alone(server: Server, new_context: NewContext) -> None:
    agent = open_wave(new_context, server.url, "1000")
    ask(new_context, server.url, "Key One", "First")
    ask(new_context, server.url, "Key Two", "Second")
    expect(inquiry(agent, "Key Two")).to_be_visible()
    agent.locator("body").press("a")
    expect(agent.get_by_role("heading", name="Key One", level=2)).to_be_visible()
    expect(message_box(agent)).to_be_focused()
    agent.keyboard.type("as b")  # letters are words here
    expect(message_box(agent)).to_have_value("as b")
    agent.keyboard.press("Escape")
    agent.get_by_role("log", name="Conversation", exact=True).focus()
    agent.keyboard.press("a")
    expect(agent.get_by_role("heading", name="Key Two", level=2)).to_be_visible()
    expect(message_box(agent)).to_be_focused()
    agent.keyboard.press("Alt+ArrowDown")
    expect(agent.get_by_role("heading", name="Key One", level=2)).to_be_visible()
    expect(message_box(agent)).to_have_value("as b")  # the draft is kept
    agent.reload()
    expect(message_box(agent)).to_have_value("as b")
    agent.get_by_role("log", name="Conversation", exact=True).focus()
    agent.keyboard.press("2")
    expect(agent.get_by_role("heading", name="Chats", level=1)).to_be_visible()
    agent.keyboard.press("?")
    keys = agent.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Accept the inquiry that waits longest")
    assert serious_faults(agent) == []
    keys.get_by_role("switch", name="Single keys").uncheck()
    agent.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    agent.locator("body").press("1")
    expect(agent.get_by_role("heading", name="Chats", level=1)).to_be_visible()


def test_note_stays_a_note_and_the_focus_comes_back(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    ask(new_context, server.url, "Nora Noted", "Hello")
    accept(agent, "Nora Noted")
    agent.get_by_role("button", name="Note", exact=True).click()
    agent.get_by_role("textbox", name="Note", exact=True).fill("Pays late")
    own = agent.get_by_role("button", name="Ana Costa: own menu", exact=True)
    for chosen in ("Settings", "Quick replies"):
        own.focus()
        agent.keyboard.press("Enter")
        agent.get_by_role("menuitem", name=chosen, exact=True).click()
        dialog = agent.get_by_role("dialog", name=chosen, exact=True)
        expect(dialog).to_be_visible()
        agent.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(own).to_be_focused()
    agent.reload()
    expect(agent.get_by_role("textbox", name="Note", exact=True)).to_have_value("Pays late")


def test_first_stops_of_the_keyboard_lead_past_the_navigation(desks: Desks) -> None:
    agent = desks.wave("1000")
    agent.reload()
    expect(agent.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()
    agent.keyboard.press("Tab")
    skip = agent.get_by_role("button", name="Skip to the content", exact=True)
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    agent.keyboard.press("Enter")
    expect(agent.get_by_role("heading", name="Live Chat", level=1)).to_be_focused()


def test_desk_fits_a_phone(server: Server, new_context: NewContext) -> None:
    agent = open_wave(new_context, server.url, "1002", viewport=NARROW, color_scheme="dark")
    visitor = ask(new_context, server.url, "Narrow Nell", "Hello")
    accept(agent, "Narrow Nell")
    say(agent, "Hello Nell")
    say(visitor, "My order?")
    agent.get_by_role("button", name="Back to the list").click()
    mine = agent.get_by_role("list", name="My chats", exact=True)
    expect(mine.get_by_role("listitem").filter(has_text="Narrow Nell")).to_contain_text(
        "Waits for your answer:"
    )
    expect(agent.get_by_role("region", name="My duty", exact=True)).to_be_visible()
    assert not scrolls_sideways(agent)
    assert serious_faults(agent) == []


def test_alerts_are_tried_and_what_is_wrong_is_said(desks: Desks) -> None:
    """chatwoot#14295: the sound was silent until it was chosen again."""
    agent = desks.wave("1000")
    agent.get_by_role("region", name="My duty").get_by_role("button", name="Test my alerts").click()
    told = agent.get_by_role("dialog", name="Test my alerts")
    expect(told).to_contain_text("You should hear a chime.")
    expect(told).to_contain_text("Notifications are blocked in this browser.")
    expect(told.get_by_role("button", name="Test again")).to_be_enabled()
    assert serious_faults(agent) == []
