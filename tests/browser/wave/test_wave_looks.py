"""What everyone can use: axe, keyboard, narrow screens, right to left, dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import COLOURS, serious_faults
from tests.support.desk import (
    NARROW,
    accept,
    ask,
    log,
    message_box,
    open_wave,
    say,
    scrolls_sideways,
)

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


@pytest.mark.parametrize(("scheme", "rules"), [("light", ()), ("dark", COLOURS)])
def test_no_view_has_serious_faults(
    server: Server, new_context: NewContext, scheme: str, rules: tuple[str, ...]
) -> None:
    agent = open_wave(new_context, server.url, "1000", color_scheme=scheme, reduced_motion="reduce")
    ask(new_context, server.url, f"Axe {scheme}", "Hello")
    ask(new_context, server.url, f"Waiting {scheme}", "Me too")
    expect(agent.get_by_text("Me too").first).to_be_visible()
    assert serious_faults(agent, *rules) == []
    accept(agent, f"Axe {scheme}")
    say(agent, "Good day, see https://example.test")
    agent.get_by_role("button", name="Note", exact=True).click()
    agent.get_by_role("textbox", name="Note", exact=True).fill("Regular customer")
    assert serious_faults(agent, *rules) == []
    agent.get_by_role("button", name="Send", exact=True).click()
    expect(log(agent)).to_contain_text("Internal note")
    assert serious_faults(agent, *rules) == []
    agent.get_by_role("button", name="End chat", exact=True).click()
    expect(agent.get_by_role("dialog")).to_be_visible()
    assert serious_faults(agent, *rules) == []
    agent.keyboard.press("Escape")
    for name in ("Chats", "Contacts"):
        agent.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        expect(agent.get_by_role("heading", name=name, level=1)).to_be_visible()
        assert serious_faults(agent, *rules) == []
    agent.get_by_role("button", name="own menu").click()
    agent.get_by_role("menuitem", name="Settings").click()
    expect(agent.get_by_role("dialog")).to_be_visible()
    assert serious_faults(agent, *rules) == []


def test_each_view_has_one_first_heading(desks: Desks) -> None:
    agent = desks.wave("1000")
    for name in ("Chats", "Contacts", "Live Chat"):
        agent.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        expect(agent.get_by_role("heading", level=1)).to_have_text(name)


def test_a_chat_is_taken_and_answered_by_keyboard_alone(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    visitor = ask(new_context, server.url, "Kay Board", "Hello")
    agent.get_by_role("list", name="Inquiries").get_by_role("listitem").filter(
        has_text="Kay Board"
    ).get_by_role("button", name="Accept").focus()
    agent.keyboard.press("Enter")
    expect(message_box(agent)).to_be_focused()
    agent.keyboard.type("Hello Kay")
    agent.keyboard.press("Shift+Enter")
    agent.keyboard.type("How can I help?")
    agent.keyboard.press("Enter")
    expect(log(visitor)).to_contain_text("How can I help?")
    expect(message_box(agent)).to_have_value("")
    expect(message_box(agent)).to_be_focused()
    end = agent.get_by_role("button", name="End chat", exact=True)
    end.press("Enter")
    dialog = agent.get_by_role("dialog")
    dialog.get_by_role("button", name="End chat", exact=True).press("Enter")
    expect(dialog).to_have_count(0)
    expect(end).to_have_count(0)
    expect(agent.get_by_role("heading", name="Kay Board", level=2)).to_be_focused()


def test_a_new_inquiry_is_told_to_who_cannot_see_it(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    agent = desks.wave("1000")
    ask(new_context, server.url, "Told Aloud", "Hello")
    told = agent.locator("[aria-live=polite]").filter(has_text="Told Aloud waits for an answer")
    expect(told).to_be_attached()
    accept(agent, "Told Aloud")
    agent.get_by_role("button", name="End chat", exact=True).click()
    agent.get_by_role("dialog").get_by_role("button", name="End chat", exact=True).click()


def test_narrow_screen_shows_list_and_chat_one_at_a_time(
    server: Server, new_context: NewContext
) -> None:
    agent = open_wave(new_context, server.url, "1000", viewport=NARROW)
    ask(new_context, server.url, "Small Screen", "Hello")
    accept(agent, "Small Screen")
    expect(agent.get_by_role("list", name="Inquiries")).to_be_hidden()
    say(agent, "A word that is not too long, and then averyveryverylongwordwithoutanyspace" * 3)
    assert not scrolls_sideways(agent)
    agent.get_by_role("button", name="Visitor's details").click()
    expect(agent.get_by_role("complementary", name="Visitor's details")).to_be_visible()
    assert not scrolls_sideways(agent)
    agent.get_by_role("button", name="Close the details").click()
    agent.get_by_role("button", name="Back to the list").click()
    expect(agent.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()
    assert not scrolls_sideways(agent)


def test_right_to_left_language_turns_the_desk_round(
    server: Server, new_context: NewContext
) -> None:
    page = new_context(locale="ar").new_page()
    page.goto(f"{server.url}/wave/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.locator("input[autocomplete=username]").fill("1000")
    page.locator("input[autocomplete=current-password]").fill("Demo-1000!")
    page.keyboard.press("Enter")
    rail = page.get_by_role("navigation")
    expect(rail).to_be_visible()
    box = rail.bounding_box()
    assert box is not None
    assert box["x"] > 600
    assert not scrolls_sideways(page)
    assert serious_faults(page) == []


def test_chosen_appearance_is_kept(server: Server, new_context: NewContext) -> None:
    agent = open_wave(new_context, server.url, "1000", color_scheme="light")
    agent.get_by_role("button", name="own menu").click()
    agent.get_by_role("menuitem", name="Settings").click()
    agent.get_by_text("Dark", exact=True).click()
    expect(agent.locator("html")).to_have_attribute("data-theme", "dark")
    agent.reload()
    expect(agent.locator("html")).to_have_attribute("data-theme", "dark")


def test_nothing_breaks_the_pages_policy(server: Server, new_context: NewContext) -> None:
    context = new_context()
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text))
    page = context.new_page()
    page.goto(f"{server.url}/wave/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert not [each for each in complaints if "Content Security Policy" in each]
