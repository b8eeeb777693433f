"""Getting into Wave, being kept out of it, and coming back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import COLOURS, serious_faults
from tests.support.desk import message_box, open_wave, sign_in

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.server import Server


def test_wrong_password_is_said_and_the_right_one_lets_in(
    server: Server, new_context: NewContext
) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/wave/")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    sign_in(page, "1000", "not it")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.get_by_label("User name")).to_have_value("1000")
    password = page.get_by_label("Password", exact=True)
    password.press("Tab")
    expect(page.get_by_role("button", name="Show what is typed")).to_be_focused()
    page.keyboard.press("Enter")
    expect(password).to_have_attribute("type", "text")
    sign_in(page, "1000", "Demo-1000!")
    expect(page.get_by_role("navigation").get_by_role("link", name="Chats")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()


def test_lock_out_counts_the_time_down(server: Server, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/wave/")
    button = page.get_by_role("button", name="Sign in", exact=True)
    for _ in range(10):
        with page.expect_response("**/v1/sign-in") as answered:
            sign_in(page, "1003", "not it")
        if answered.value.status == 429:
            break
        expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.get_by_role("alert")).to_contain_text("locked")
    left = page.get_by_role("timer")
    expect(left).to_contain_text("Try again in 4:")
    before = left.inner_text()
    expect(left).not_to_have_text(before)
    expect(button).to_be_disabled()


def test_administrator_has_no_desk(server: Server, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/wave/")
    sign_in(page, "admin", "Demo-admin!")
    expect(page.get_by_role("status")).to_contain_text("no access")


def test_session_that_ends_gives_back_what_was_typed(
    server: Server, new_context: NewContext
) -> None:
    page = open_wave(new_context, server.url, "1000")
    page.get_by_role("navigation").get_by_role("link", name="Contacts").click()
    page.get_by_role("button", name="Write to Ben Osei").click()
    message_box(page).fill("Half a sentence")
    page.get_by_role("button", name="New chat").click()
    page.get_by_label("Search contacts").fill("Chen")
    page.context.clear_cookies()
    page.keyboard.press("Enter")  # whichever request comes first learns that the session is over
    expect(page.get_by_text("Your session is over")).to_be_visible()
    expect(page.get_by_label("User name")).to_have_value("1000")
    sign_in(page, "1000", "Demo-1000!")
    expect(message_box(page)).to_have_value("Half a sentence")


def test_signing_out_leaves_nothing_open(server: Server, new_context: NewContext) -> None:
    page = open_wave(new_context, server.url, "1001")
    page.get_by_role("button", name="own menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_signing_out_in_one_tab_closes_the_other(server: Server, new_context: NewContext) -> None:
    first = open_wave(new_context, server.url, "1001")
    second = first.context.new_page()
    second.goto(f"{server.url}/wave/")
    expect(second.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()
    first.get_by_role("button", name="own menu").click()
    first.get_by_role("menuitem", name="Sign out").click()
    expect(second.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(second.get_by_text("Your session is over")).to_be_visible()


def test_sign_in_page_has_no_serious_faults(server: Server, new_context: NewContext) -> None:
    page = new_context(color_scheme="light").new_page()
    page.goto(f"{server.url}/wave/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert serious_faults(page) == []
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert serious_faults(page, *COLOURS) == []
