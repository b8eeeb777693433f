"""Colleagues who write to each other, in Wave and from a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import log, message_box, open_wave, say

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


def view(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def write_to(page: Page, colleague: str) -> None:
    view(page, "Chats")
    page.get_by_role("button", name="New chat", exact=True).click()
    page.get_by_label("Search contacts").fill(colleague)
    page.get_by_role("dialog").get_by_role("button", name=colleague).click()
    expect(page.get_by_role("heading", name=colleague, level=2)).to_be_visible()


def test_colleagues_write_to_each_other(desks: Desks) -> None:
    ana = desks.wave("1000")
    ben = desks.wave("1001")
    write_to(ana, "Ben Osei")
    say(ana, "Lunch at one?")
    chats = ben.get_by_role("navigation").get_by_role("link", name="Chats", exact=True)
    expect(chats).to_have_accessible_description("1 unread message")
    expect(ben.get_by_text("Lunch at one?").first).to_be_visible()  # the toast
    view(ben, "Chats")
    entry = ben.get_by_role("list", name="Chats").get_by_role("link", name="Ana Costa")
    expect(entry).to_contain_text("1 unread message")
    entry.click()
    expect(log(ben)).to_contain_text("Lunch at one?")
    expect(chats).to_have_accessible_description("")
    message_box(ben).press_sequentially("Ye")
    expect(ana.get_by_text("Ben Osei is writing…")).to_be_visible()
    message_box(ben).press_sequentially("s")
    ben.get_by_role("button", name="Emoji", exact=True).press("Enter")
    board = ben.get_by_role("dialog", name="Emoji", exact=True)
    expect(board.get_by_role("button").first).to_be_focused()
    ben.keyboard.press("ArrowRight")
    ben.keyboard.press("Enter")
    expect(message_box(ben)).to_have_value("Yes😃")
    expect(message_box(ben)).to_be_focused()
    message_box(ben).press_sequentially("!\n")
    expect(log(ana)).to_contain_text("Yes😃!")
    expect(log(ana).get_by_text("Read", exact=True)).to_be_attached()


def test_chats_are_found_by_what_was_said(desks: Desks) -> None:
    ana = desks.wave("1000")
    write_to(ana, "Chen Li")
    say(ana, "The quokka report is done")
    write_to(ana, "Dana Novak")
    say(ana, "Good morning")
    listed = ana.get_by_role("list", name="Chats")
    ana.get_by_label("Search chats").fill("quokka")
    expect(listed.get_by_role("listitem")).to_have_count(1)
    expect(listed).to_contain_text("Chen Li")
    ana.get_by_label("Search chats").fill("nothing of that kind")
    expect(ana.get_by_text("No chat matches")).to_be_visible()


def test_a_draft_is_shown_in_the_list_and_kept(server: Server, new_context: NewContext) -> None:
    ana = open_wave(new_context, server.url, "1000")
    write_to(ana, "Chen Li")
    message_box(ana).fill("Not finished")
    write_to(ana, "Dana Novak")
    expect(message_box(ana)).to_have_value("")
    entry = ana.get_by_role("list", name="Chats").get_by_role("link", name="Chen Li")
    expect(entry).to_contain_text("Draft: Not finished")
    entry.click()
    expect(message_box(ana)).to_have_value("Not finished")
    ana.reload()
    expect(message_box(ana)).to_have_value("Not finished")


def test_markup_from_people_is_shown_as_text(desks: Desks) -> None:
    ana = desks.wave("1000")
    ben = desks.wave("1001")
    text = "<img src=x onerror=document.title='owned'> \u202etxt.exe https://example.test/a?b=1"
    write_to(ana, "Ben Osei")
    message_box(ana).fill(text)
    message_box(ana).press("Enter")
    expect(log(ana)).to_contain_text("<img src=x")
    view(ben, "Chats")
    ben.get_by_role("list", name="Chats").get_by_role("link", name="Ana Costa").click()
    expect(log(ben)).to_contain_text("<img src=x")
    expect(log(ben).get_by_role("link", name="https://example.test/a?b=1")).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    assert "owned" not in ben.title()
    assert log(ben).locator("img").count() == 0


def test_too_long_a_text_is_refused_before_it_is_sent(desks: Desks) -> None:
    ana = desks.wave("1000")
    write_to(ana, "Ben Osei")
    message_box(ana).fill("x" * 8001)
    expect(ana.get_by_text("1 character too long")).to_be_visible()
    expect(ana.get_by_role("button", name="Send", exact=True)).to_be_disabled()


def test_presence_is_told_in_words(server: Server, desks: Desks, new_context: NewContext) -> None:
    ana = desks.wave("1000")
    view(ana, "Contacts")
    contacts = ana.get_by_role("list", name="Contacts")
    dana = contacts.get_by_role("listitem").filter(has_text="Dana Novak")
    expect(dana).to_contain_text("Offline")
    open_wave(new_context, server.url, "1003")
    expect(dana).to_contain_text("Available")


def test_a_message_is_found_and_shown_in_its_place(desks: Desks) -> None:
    ana = desks.wave("1000")
    ana.emulate_media(reduced_motion="reduce")
    write_to(ana, "Chen Li")
    say(ana, "Der Café-Termin steht")
    for number in range(30):
        message_box(ana).fill(f"Line {number}")
        message_box(ana).press("Enter")
    expect(log(ana)).to_contain_text("Line 29")
    view(ana, "Contacts")
    view(ana, "Chats")
    ana.get_by_label("Search chats").fill("cafe termin")
    hits = ana.get_by_role("list", name="Messages")
    expect(hits.get_by_role("listitem")).to_have_count(1)
    expect(hits).to_contain_text("Chen Li")
    expect(hits.get_by_role("mark").or_(hits.locator("mark"))).to_have_text("Café")
    assert serious_faults(ana) == []
    hits.get_by_role("link").click()
    found = log(ana).locator("[data-marked]")
    expect(found).to_contain_text("Der Café-Termin steht")
    expect(found).to_be_in_viewport()
    ana.get_by_label("Search chats").fill("nothing of that kind")
    expect(ana.get_by_text("No message holds these words.")).to_be_visible()
