"""One's own settings: valid at once, in every window, and on the next device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.wave.test_wave_chats import write_to
from tests.support.browser import serious_faults
from tests.support.desk import NARROW, message_box, open_wave, scrolls_sideways

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.server import Server


def settings(page: Page) -> Locator:
    page.get_by_role("button", name="own menu").click()
    page.get_by_role("menuitem", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog).to_be_visible()
    return dialog


def test_settings_follow_the_user(server: Server, new_context: NewContext) -> None:
    chen = open_wave(new_context, server.url, "1002", reduced_motion="reduce", viewport=NARROW)
    other = open_wave(new_context, server.url, "1002")
    dialog = settings(chen)
    assert serious_faults(chen) == []
    assert not scrolls_sideways(chen)
    dialog.get_by_text("Dark", exact=True).click()
    for page in (chen, other):
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dialog.get_by_role("switch", name="Enter sends the message").click()
    chen.keyboard.press("Escape")
    write_to(chen, "Dana Novak")
    message_box(chen).press_sequentially("One")
    message_box(chen).press("Enter")
    message_box(chen).press_sequentially("Two")
    expect(message_box(chen)).to_have_value("One\nTwo")
    message_box(chen).press("Control+Enter")
    expect(message_box(chen)).to_have_value("")
    later = open_wave(new_context, server.url, "1002")
    expect(later.locator("html")).to_have_attribute("data-theme", "dark")


def test_language_is_the_users_own(server: Server, new_context: NewContext) -> None:
    dana = open_wave(new_context, server.url, "1003")
    settings(dana).get_by_label("Language").select_option("ar")
    expect(dana.locator("html")).to_have_attribute("dir", "rtl")
    dana.locator("nav button").last.click()
    dana.get_by_role("menuitem").nth(0).click()
    expect(dana.get_by_role("dialog")).to_be_visible()
    dana.locator("select").select_option("")
    expect(dana.locator("html")).to_have_attribute("dir", "ltr")
