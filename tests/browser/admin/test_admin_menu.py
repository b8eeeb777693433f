"""The administration's menu: all pages by group, found by name, by keyboard and on phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.desk import NARROW, open_administration, scrolls_sideways

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


GROUPS = [
    "Extension / Trunk",
    "Call Features",
    "PBX Settings",
    "Messaging",
    "System Settings",
    "Maintenance",
    "CDR",
    "Other Features",
]


MESSAGING = [
    "Live Chat",
    "Live Visitors",
    "Chat Records",
    "Webhooks",
    "Message Broadcast",
    "IM Settings",
]


IN_SIGHT = """() => {
  const { top, bottom } = document.activeElement.getBoundingClientRect();
  const bar = document.querySelector("header").getBoundingClientRect();
  const buttons = document.querySelector("form [type=submit]").getBoundingClientRect();
  return top >= bar.bottom && bottom <= buttons.top;
}"""
"""What has the focus lies neither under the bar above nor under the buttons below."""


def menu(admin: Page) -> Locator:
    return admin.get_by_role("navigation", name="Administration")


def test_groups_stand_in_their_order(desks: Desks) -> None:
    admin = desks.administration()
    shown = menu(admin).get_by_role("heading").all_inner_texts()
    assert shown == [each for each in GROUPS if each in shown]
    messaging = menu(admin).get_by_role("list", name="Messaging").get_by_role("link")
    expect(messaging).to_have_text(MESSAGING)


def test_typing_finds_a_page_and_enter_opens_it(desks: Desks) -> None:
    admin = desks.administration()
    box = menu(admin).get_by_role("searchbox", name="Find a page")
    box.fill("oper log")
    expect(menu(admin).get_by_role("link")).to_have_text(["Operation Log"])
    expect(menu(admin).get_by_role("status")).to_have_text("1 page found")
    box.press("Enter")
    expect(admin.get_by_role("heading", name="Operation Log", level=1)).to_be_visible()
    expect(box).to_have_value("")
    box.fill("no such page")
    expect(menu(admin).get_by_text("No page has this name.")).to_be_visible()
    box.press("Escape")
    expect(menu(admin).get_by_role("link", name="Message Broadcast")).to_be_visible()


def test_a_folded_group_stays_folded(server: Server, new_context: NewContext) -> None:
    admin = open_administration(new_context, server.url)
    fold = menu(admin).get_by_role("button", name="Messaging", exact=True)
    fold.focus()
    fold.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(menu(admin).get_by_role("link", name="Message Broadcast")).to_be_hidden()
    admin.reload()
    expect(fold).to_have_attribute("aria-expanded", "false")
    menu(admin).get_by_role("searchbox").fill("broadcast")
    expect(menu(admin).get_by_role("link", name="Message Broadcast")).to_be_visible()


def test_menu_unfolds_on_phones_and_folds_when_a_page_is_chosen(
    server: Server, new_context: NewContext
) -> None:
    admin = open_administration(new_context, server.url, viewport=NARROW)
    expect(menu(admin)).to_be_hidden()
    admin.get_by_role("button", name="Menu", exact=True).click()
    assert not scrolls_sideways(admin)
    menu(admin).get_by_role("link", name="Operation Log").click()
    expect(menu(admin)).to_be_hidden()
    expect(admin.get_by_role("heading", name="Operation Log", level=1)).to_be_visible()
    assert not scrolls_sideways(admin)


def test_the_page_that_an_address_opens_is_in_sight_in_the_menu(
    server: Server, desks: Desks
) -> None:
    admin = desks.administration()
    admin.goto(f"{server.url}/admin/#/api-users")
    expect(menu(admin).get_by_role("link", name="API Configuration")).to_be_in_viewport()
    admin.go_back()
    expect(menu(admin).get_by_role("link", name="Message Broadcast")).to_be_in_viewport()


def test_the_keyboard_goes_past_the_menu_and_never_under_the_buttons(
    server: Server, new_context: NewContext
) -> None:
    admin = open_administration(new_context, server.url)
    admin.goto(f"{server.url}/admin/#/extensions/new")
    expect(admin.get_by_label("Wave Password", exact=True)).to_be_visible()
    admin.reload()
    expect(admin.get_by_label("Wave Password", exact=True)).to_be_visible()
    admin.keyboard.press("Tab")
    expect(admin.get_by_role("button", name="Skip to the content", exact=True)).to_be_focused()
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", level=1)).to_be_focused()
    save = admin.get_by_role("button", name="Save", exact=True)
    admin.keyboard.press("Tab")
    while not save.evaluate("each => each === document.activeElement"):
        assert admin.evaluate(IN_SIGHT), admin.evaluate("document.activeElement.outerHTML")
        admin.keyboard.press("Tab")


def test_unknown_addresses_say_so(server: Server, desks: Desks) -> None:
    admin = desks.administration()
    admin.goto(f"{server.url}/admin/#/no-such-page")
    expect(admin.get_by_role("heading", level=1)).to_have_text("This page does not exist")
