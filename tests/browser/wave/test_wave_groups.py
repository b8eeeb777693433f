"""Groups, answers, edits and deletions, as colleagues see and do them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.wave.test_wave_chats import view, write_to
from tests.support.browser import serious_faults
from tests.support.desk import NARROW, log, message_box, open_wave, say, scrolls_sideways
from tests.support.program import Program

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


def make_group(page: Page, name: str, *members: str) -> None:
    view(page, "Chats")
    page.get_by_role("button", name="New chat", exact=True).click()
    page.get_by_role("button", name="New group", exact=True).click()
    page.get_by_label("Group name").fill(name)
    for member in members:
        page.get_by_role("checkbox", name=member).check()
    page.get_by_role("button", name="Make group", exact=True).click()
    expect(page.get_by_role("heading", name=name, level=2)).to_be_visible()


def open_chat(page: Page, name: str) -> None:
    view(page, "Chats")
    entry = page.get_by_role("list", name="Chats").get_by_role("link", name=name)
    entry.press("Enter")  # a new chat moves up the list as it comes: a pointer may miss it
    expect(page.get_by_role("heading", name=name, level=2)).to_be_visible()


def message(page: Page, text: str) -> Locator:
    return log(page).locator("[data-seq]").filter(has_text=text).last


def choose(page: Page, text: str, action: str) -> None:
    """Take an entry of a message's menu by keyboard."""
    options = message(page, text).get_by_role("button", name="Message options")
    options.focus()
    page.keyboard.press("Enter")
    entry = page.get_by_role("menu").get_by_role("menuitem", name=action, exact=True)
    expect(entry).to_be_visible()
    entry.focus()
    page.keyboard.press("Enter")


def test_group_is_made_written_in_and_left(desks: Desks) -> None:
    ana = desks.wave("1000")
    ana.emulate_media(reduced_motion="reduce")
    ben = desks.wave("1001")
    chen = desks.wave("1002")
    make_group(ana, "Release party", "Ben Osei", "Chen Li")
    expect(log(ana)).to_contain_text("You made the group “Release party”.")
    open_chat(ben, "Release party")
    say(ana, "Who brings cake?")
    expect(log(ben)).to_contain_text("Who brings cake?")

    choose(ben, "Who brings cake?", "Reply")
    expect(ben.get_by_text("Answer to Ana Costa", exact=True)).to_be_visible()
    message_box(ben).fill("@Ch")
    expect(ben.get_by_role("listbox", name="People to mention")).to_be_visible()
    ben.keyboard.press("Enter")
    expect(ben.get_by_role("combobox").or_(message_box(ben))).to_have_value("@Chen Li ")
    ben.keyboard.type("does")
    ben.keyboard.press("Enter")
    answer = message(ana, "@Chen Li does")
    expect(answer).to_contain_text("Who brings cake?")
    expect(answer.locator("b").filter(has_text="@Chen Li")).to_be_visible()

    chats = chen.get_by_role("navigation").get_by_role("link", name="Chats", exact=True)
    expect(chats).to_have_accessible_description("2 unread messages")
    assert serious_faults(ana) == []

    ana.get_by_role("button", name="Group", exact=True).click()
    dialog = ana.get_by_role("dialog", name="Group")
    expect(dialog.get_by_role("list", name="3 members")).to_be_visible()
    assert serious_faults(ana) == []
    dialog.get_by_label("Name", exact=True).fill("Launch party")
    dialog.get_by_role("button", name="Save").click()
    expect(ben.get_by_role("heading", name="Launch party", level=2)).to_be_visible()
    dialog.get_by_role("button", name="Options for Chen Li").click()
    ana.get_by_role("menuitem", name="Remove from group").click()
    expect(dialog.get_by_role("list", name="2 members")).to_be_visible()
    expect(chats).to_have_accessible_description("")
    view(chen, "Chats")
    expect(chen.get_by_role("link", name="Launch party")).to_have_count(0)
    ana.keyboard.press("Escape")

    ana.get_by_role("button", name="Chat options").click()
    ana.get_by_role("menuitem", name="Leave group").click()
    ana.get_by_role("dialog").get_by_role("button", name="Leave group").click()
    expect(ana.get_by_role("link", name="Launch party")).to_have_count(0)
    expect(log(ben)).to_contain_text("You now own the group.")


def test_messages_are_edited_and_deleted_for_everybody(desks: Desks) -> None:
    ana = desks.wave("1000")
    ben = desks.wave("1001")
    write_to(ana, "Ben Osei")
    say(ana, "Met at six")
    open_chat(ben, "Ana Costa")
    message_box(ana).fill("Half a thought")
    choose(ana, "Met at six", "Edit")
    expect(message_box(ana)).to_have_value("Met at six")
    message_box(ana).fill("Meet at six")
    ana.keyboard.press("Enter")
    expect(message(ben, "Meet at six")).to_contain_text("Edited")
    expect(log(ben).get_by_text("Met at six")).to_have_count(0)
    expect(message_box(ana)).to_have_value("Half a thought")
    message_box(ana).fill("")
    ana.keyboard.press("ArrowUp")
    expect(ana.get_by_text("Edit message")).to_be_visible()
    ana.keyboard.press("Escape")
    expect(message_box(ana)).to_have_value("")

    choose(ana, "Meet at six", "Delete")
    ana.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    for page in (ana, ben):
        expect(log(page)).to_contain_text("This message was deleted.")
        expect(log(page).get_by_text("Meet at six")).to_have_count(0)
    ben.reload()
    expect(log(ben)).to_contain_text("This message was deleted.")
    entry = ben.get_by_role("list", name="Chats").get_by_role("link", name="Ana Costa")
    expect(entry).to_contain_text("This message was deleted.")


def test_others_messages_offer_no_changes(desks: Desks) -> None:
    ana = desks.wave("1000")
    ben = desks.wave("1001")
    write_to(ana, "Ben Osei")
    say(ana, "Only mine")
    open_chat(ben, "Ana Costa")
    message(ben, "Only mine").get_by_role("button", name="Message options").click()
    menu = ben.get_by_role("menu")
    expect(menu.get_by_role("menuitem")).to_have_text(["Reply", "Copy"])
    ben.keyboard.press("Escape")
    expect(message(ben, "Only mine").get_by_role("button", name="Message options")).to_be_focused()


def test_pinned_and_muted_chats_are_so_in_every_window(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    ana = desks.wave("1000")
    other = open_wave(new_context, server.url, "1000")
    write_to(ana, "Dana Novak")
    say(ana, "First")
    write_to(ana, "Chen Li")
    say(ana, "Second")
    open_chat(ana, "Dana Novak")
    ana.get_by_role("button", name="Chat options").click()
    ana.get_by_role("menuitem", name="Pin", exact=True).click()
    ana.get_by_role("button", name="Chat options").click()
    ana.get_by_role("menuitem", name="Mute", exact=True).click()
    view(other, "Chats")
    for page in (ana, other):
        first = page.get_by_role("list", name="Chats").get_by_role("listitem").first
        expect(first).to_contain_text("Dana Novak")
        expect(first).to_contain_text("Pinned")
        expect(first).to_contain_text("Muted")
    dana = desks.wave("1003")
    open_chat(dana, "Ana Costa")
    say(dana, "Quietly")
    entry = other.get_by_role("list", name="Chats").get_by_role("link", name="Dana Novak")
    expect(entry).to_contain_text("Quietly")
    chats = other.get_by_role("navigation").get_by_role("link", name="Chats", exact=True)
    expect(chats).to_have_accessible_description("")
    other.get_by_role("link", name="Dana Novak").click()
    other.get_by_role("button", name="Chat options").click()
    expect(other.get_by_role("menuitem", name="Unmute")).to_be_visible()
    expect(other.get_by_role("menuitem", name="Delete chat")).to_have_count(0)  # no privilege


def test_group_fits_a_narrow_screen_in_either_direction(
    server: Server, new_context: NewContext
) -> None:
    ana = open_wave(new_context, server.url, "1000", viewport=NARROW)
    make_group(ana, "A name that is rather long for such a screen", "Ben Osei")
    say(ana, "Hello @all " + "and averyveryverylongwordwithoutanyspace" * 3)
    choose(ana, "Hello @all", "Reply")
    assert not scrolls_sideways(ana)
    ana.evaluate("document.documentElement.dir = 'rtl'")
    assert not scrolls_sideways(ana)
    ana.get_by_role("button", name="Group", exact=True).click()
    expect(ana.get_by_role("dialog", name="Group")).to_be_visible()
    assert not scrolls_sideways(ana)
    assert serious_faults(ana) == []


def test_deleted_chat_leaves_every_window_and_comes_back_empty(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    grants = ["contacts", "chat", "group_chat", "file_transfer", "livechat", "delete_chat"]
    made = admin.post("/v1/wave-privileges", {"name": "Trusted", "grants": grants}).json()
    changed = admin.patch("/v1/extensions/1003", {"wave_privilege_id": made["id"]})
    assert changed.status == 200
    dana = open_wave(new_context, server.url, "1003")
    other = open_wave(new_context, server.url, "1003")
    write_to(dana, "Chen Li")
    say(dana, "Not for long")
    open_chat(other, "Chen Li")
    dana.get_by_role("button", name="Chat options").click()
    dana.get_by_role("menuitem", name="Delete chat").click()
    dana.get_by_role("dialog").get_by_role("button", name="Delete chat").click()
    for page in (dana, other):
        expect(page.get_by_role("link", name="Chen Li")).to_have_count(0)
        expect(page.get_by_text("No chat open")).to_be_visible()
    chen = desks.wave("1002")
    open_chat(chen, "Dana Novak")
    expect(log(chen)).to_contain_text("Not for long")
    say(chen, "New words")
    for page in (dana, other):
        open_chat(page, "Chen Li")
        expect(log(page)).to_contain_text("New words")
        expect(log(page).get_by_text("Not for long")).to_have_count(0)
