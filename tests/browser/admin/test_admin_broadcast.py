"""An administrator sends notices and sees what became of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import COLOURS, serious_faults
from tests.support.desk import (
    NARROW,
    log,
    scrolls_sideways,
    sign_in,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


def open_form(admin: Page) -> None:
    admin.get_by_role("button", name="Send Message Broadcast", exact=True).click()
    expect(admin.get_by_role("heading", name="Send Message Broadcast", level=1)).to_be_focused()
    expect(admin.get_by_label("Name", exact=True)).to_be_visible()


def choose(admin: Page, field: str, *words: str) -> None:
    """Pick from a searchable list with the keyboard alone."""
    box = admin.get_by_role("combobox", name=field, exact=True)
    for word in words:
        box.fill(word)
        expect(admin.get_by_role("option", name=re.compile(word))).to_be_visible()
        box.press("ArrowDown")
        box.press("Enter")
    box.press("Escape")


def send(admin: Page, name: str, message: str, *extensions: str) -> None:
    open_form(admin)
    admin.get_by_label("Name", exact=True).fill(name)
    admin.get_by_label("Sender").fill("Facilities")
    admin.get_by_label("Message", exact=True).fill(message)
    choose(admin, "Extensions", *extensions)
    press_send(admin)


def press_send(admin: Page) -> None:
    """Send; where these tests send too many at once, when the form allows it again."""
    button = admin.get_by_role("button", name="Send", exact=True)
    button.click()
    history = admin.get_by_role("region", name="History")
    too_many = admin.get_by_text("Please slow down")
    expect(history.or_(too_many)).to_be_visible()
    if too_many.is_visible():
        expect(button).to_be_enabled()
        button.click()
    expect(history).to_be_visible()


def row(admin: Page, name: str) -> Locator:
    return admin.get_by_role("row").filter(has=admin.get_by_role("rowheader", name=name))


def test_a_broadcast_reaches_wave_and_shows_each_recipient(desks: Desks) -> None:
    ben = desks.wave("1001")
    admin = desks.administration()
    send(admin, "Lift", "The lift is out of order.\nUse the stairs <b>please</b>.", "1001", "1002")
    entry = row(admin, "Lift")
    expect(entry).to_contain_text("Facilities")
    expect(entry).to_contain_text("The lift is out of order.")
    expect(entry).to_contain_text("Finished")
    expect(entry).to_contain_text("admin")

    ben.get_by_role("navigation").get_by_role("link", name="Chats", exact=True).click()
    ben.get_by_role("list", name="Chats").get_by_role("link", name="Facilities").click()
    expect(log(ben)).to_contain_text("Use the stairs <b>please</b>.")
    expect(ben.get_by_role("textbox", name="Message")).to_have_count(0)
    expect(ben.get_by_text("It takes no answers")).to_be_visible()

    admin.get_by_role("link", name="Lift").click()
    expect(admin.get_by_role("heading", name="Lift", level=1)).to_be_visible()
    recipients = admin.get_by_role("region", name="Deliveries").get_by_role("row")
    on_wave = recipients.filter(has_text="Ben Osei").filter(has_text="Wave")
    expect(on_wave).to_contain_text("Read", timeout=20_000)
    on_phone = recipients.filter(has_text="Ben Osei").filter(has_text="No phone registered")
    expect(on_phone).to_contain_text("Offline")
    admin.get_by_label("State", exact=True).first.click()
    admin.get_by_role("option", name="Offline").click()
    expect(recipients.filter(has_text="Wave")).to_have_count(0)
    with admin.expect_download() as downloaded:
        admin.get_by_role("button", name="Export CSV").click()
    table = downloaded.value.path().read_text(encoding="utf-8-sig")
    assert "1001,Ben Osei,Wave" in table
    assert "offline" in table


def test_the_form_says_what_is_missing_at_the_field(desks: Desks) -> None:
    admin = desks.administration()
    open_form(admin)
    admin.get_by_role("button", name="Send", exact=True).click()
    name = admin.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(re.compile("required"))
    expect(admin.get_by_role("combobox", name="Extensions")).to_have_accessible_description(
        re.compile("at least one")
    )
    name.press_sequentially("Fire drill")  # mending one field does not lead to the next
    expect(name).to_have_value("Fire drill")
    expect(name).to_be_focused()


def test_leaving_asks_before_what_was_written_is_lost(desks: Desks) -> None:
    admin = desks.administration()
    open_form(admin)
    admin.get_by_label("Message", exact=True).fill("The lift is out of order.")
    admin.get_by_role("link", name="Call Queues", exact=True).click()
    asked = admin.get_by_role("dialog", name="Leave without saving?")
    asked.get_by_role("button", name="Cancel", exact=True).click()
    expect(admin.get_by_label("Message", exact=True)).to_have_value("The lift is out of order.")
    admin.get_by_role("link", name="Call Queues", exact=True).click()
    asked.get_by_role("button", name="Leave", exact=True).click()
    expect(admin.get_by_role("heading", name="Call Queues", level=1)).to_be_visible()


def test_what_the_server_refuses_stands_at_its_field(desks: Desks) -> None:
    admin = desks.administration()
    open_form(admin)
    admin.get_by_label("Name", exact=True).fill("False friend")
    admin.get_by_label("Sender").fill("ana  costa")
    admin.get_by_label("Message", exact=True).fill("Give me your password")
    choose(admin, "Extension Groups", "Everyone")
    admin.get_by_role("button", name="Send", exact=True).click()
    expect(admin.get_by_role("combobox", name="Sender")).to_have_accessible_description(
        re.compile("user's name")
    )
    expect(admin.get_by_label("Message", exact=True)).to_have_value("Give me your password")


def test_long_texts_are_counted_and_warned_about(desks: Desks) -> None:
    admin = desks.administration()
    open_form(admin)
    message = admin.get_by_label("Message", exact=True)
    message.fill("x" * 161)
    expect(admin.get_by_text("161 of 1000 characters")).to_be_visible()
    expect(admin.get_by_text("Small phone screens")).to_be_visible()
    message.fill("漢" * 500)
    expect(admin.get_by_text("Phones over UDP")).to_be_visible()


def test_double_click_sends_once(desks: Desks) -> None:
    admin = desks.administration()
    open_form(admin)
    admin.get_by_label("Name", exact=True).fill("Only once")
    admin.get_by_label("Message", exact=True).fill("Twice pressed")
    choose(admin, "Extensions", "1003")
    with admin.expect_response("**/v1/broadcasts"):
        admin.get_by_role("button", name="Send", exact=True).dblclick()
    expect(admin.get_by_role("region", name="History")).to_be_visible()
    expect(row(admin, "Only once")).to_have_count(1)


def test_scheduled_broadcast_is_cancelled_after_a_question(desks: Desks) -> None:
    admin = desks.administration()
    open_form(admin)
    admin.get_by_label("Name", exact=True).fill("Tomorrow")
    admin.get_by_label("Message", exact=True).fill("Not yet")
    choose(admin, "Extensions", "1000")
    admin.get_by_label("Later", exact=True).check()
    tomorrow = admin.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 16)")
    admin.get_by_label("Day and time").fill(tomorrow)
    press_send(admin)
    expect(row(admin, "Tomorrow")).to_contain_text("Scheduled")
    admin.get_by_role("link", name="Tomorrow").click()
    admin.get_by_role("button", name="Cancel broadcast").click()
    admin.get_by_role("dialog").get_by_role("button", name="Cancel broadcast").click()
    expect(admin.get_by_role("status").filter(has_text="Cancelled")).to_be_visible()


def test_sending_again_begins_with_what_was_sent(desks: Desks) -> None:
    admin = desks.administration()
    send(admin, "Repeat", "Say it again", "1000")
    admin.get_by_role("link", name="Repeat").click()
    admin.get_by_role("button", name="Send again").click()
    expect(admin.get_by_label("Name", exact=True)).to_have_value("Repeat")
    expect(admin.get_by_label("Sender")).to_have_value("Facilities")
    expect(admin.get_by_label("Message", exact=True)).to_have_value("Say it again")
    press_send(admin)
    expect(row(admin, "Repeat")).to_have_count(2)


def test_history_is_searched_and_filtered(desks: Desks) -> None:
    admin = desks.administration()
    send(admin, "Kitchen", "The zebra is in the kitchen", "1002")
    admin.get_by_label("Search", exact=True).fill("zebra")
    expect(admin.get_by_role("rowheader")).to_have_count(1)
    admin.get_by_label("Search", exact=True).fill("no such words")
    expect(admin.get_by_text("No broadcast matches")).to_be_visible()


@pytest.mark.parametrize(("scheme", "rules"), [("light", ()), ("dark", COLOURS)])
def test_administration_has_no_serious_faults(
    server: Server, new_context: NewContext, scheme: str, rules: tuple[str, ...]
) -> None:
    page = new_context(color_scheme=scheme, reduced_motion="reduce").new_page()
    page.goto(f"{server.url}/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert serious_faults(page, *rules) == []
    sign_in(page, "admin", "Demo-admin!")
    send(page, f"Axe {scheme}", "Look at me", "1001", "1000")
    expect(row(page, f"Axe {scheme}")).to_contain_text("Finished")
    assert serious_faults(page, *rules) == []
    page.get_by_role("link", name=f"Axe {scheme}").click()
    expect(page.get_by_role("region", name="Deliveries")).to_be_visible()
    assert serious_faults(page, *rules) == []
    page.get_by_role("button", name="Send again").click()
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert serious_faults(page, *rules) == []
    page.get_by_role("combobox", name="Extensions", exact=True).click()
    expect(page.get_by_role("listbox", name="Extensions")).to_be_visible()
    assert serious_faults(page, *rules) == []


def test_narrow_screen_and_right_to_left(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    admin = desks.administration()
    admin.set_viewport_size(NARROW)
    send(admin, "Narrow", "Small screens too", "1000")
    assert not scrolls_sideways(admin)
    admin.get_by_role("link", name="Narrow").click()
    expect(admin.get_by_role("region", name="Deliveries")).to_be_visible()
    assert not scrolls_sideways(admin)
    admin.get_by_role("button", name="Menu", exact=True).click()
    admin.get_by_role("navigation").get_by_role("link", name="Message Broadcast").click()
    open_form(admin)
    assert not scrolls_sideways(admin)

    page = new_context(locale="ar").new_page()
    page.goto(f"{server.url}/admin/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert not scrolls_sideways(page)


def test_users_of_extensions_do_not_get_in(server: Server, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/admin/")
    sign_in(page, "1000", "Demo-1000!")
    expect(page.get_by_role("status")).to_contain_text("no access")
