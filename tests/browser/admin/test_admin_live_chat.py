"""An administrator makes a live chat; its page follows every field; Wave shows what was left."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import Agent, WebSite, serious_faults
from tests.support.desk import (
    NARROW,
    inquiry,
    log,
    message_box,
    open_administration,
    say,
    scrolls_sideways,
    sign_in,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


FIELDS = ("Full Name", "Email", "Phone Number")
FILLED = {"Full Name": "Lena", "Email": "lena@example.test", "Phone Number": "+49 30 1234"}


def row(admin: Page, name: str) -> Locator:
    return admin.get_by_role("row").filter(
        has=admin.get_by_role("rowheader", name=name, exact=True)
    )


def add(admin: Page, name: str) -> None:
    """Open the form and fill what must be filled; the rest is the caller's."""
    admin.get_by_role("button", name="Add", exact=True).click()
    expect(admin.get_by_role("heading", name="Add Live Chat", level=1)).to_be_visible()
    admin.get_by_role("textbox", name="Name", exact=True).fill(name)
    admin.get_by_role("combobox", name="Destination", exact=True).click()
    admin.get_by_role("option", name="Support (6500)").click()


def save(admin: Page) -> None:
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("button", name="Add", exact=True)).to_be_visible()


def link_in(admin: Page, name: str) -> Locator:
    return row(admin, name).get_by_role("link").filter(has_text="/livechat/")


def address(admin: Page, name: str) -> str:
    """A live chat's link, as its button copies it."""
    link = link_in(admin, name).get_attribute("href")
    row(admin, name).get_by_role("button", name="Copy", exact=True).click()
    admin.wait_for_function(
        "async link => (await navigator.clipboard.readText()) === link", arg=link
    )
    assert link is not None
    return link


def visit(new_context: NewContext, link: str, **options: object) -> Page:
    """A visitor's page; the server's certificate is its own."""
    page = new_context(ignore_https_errors=True, **options).new_page()
    page.goto(link)
    return page


@pytest.fixture
def admin(desks: Desks) -> Page:
    """Messaging → Live Chat, signed in as the administrator."""
    page = desks.administration("Live Chat", "livechats")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(row(page, "Demo")).to_be_visible()
    return page


def test_the_form_has_every_field_of_the_release_notes(admin: Page) -> None:
    admin.get_by_role("button", name="Add", exact=True).click()
    expect(admin.get_by_role("textbox", name="Name", exact=True)).to_be_visible()
    expect(admin.get_by_role("combobox", name="Destination", exact=True)).to_be_visible()
    expect(admin.get_by_role("combobox", name="Web Page Language", exact=True)).to_have_value(
        "Use Browser Language"
    )
    expect(admin.get_by_role("switch", name="Require Visitor Info", exact=True)).to_be_checked()
    expect(admin.get_by_role("textbox", name="Info Request Message", exact=True)).to_be_visible()
    kinds = admin.get_by_role("group", name="Info Type", exact=True)
    for field in FIELDS:
        expect(kinds.get_by_role("checkbox", name=field, exact=True)).to_be_checked()
    control = admin.get_by_role("switch", name="Privacy Control", exact=True)
    expect(control).not_to_be_checked()
    notice = admin.get_by_role("textbox", name="Privacy Control Notice Description", exact=True)
    expect(notice).to_be_visible()
    calls = admin.get_by_role("switch", name="Allow Visitor to Call", exact=True)
    expect(calls).not_to_be_checked()
    expect(admin.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
    assert serious_faults(admin) == []


def test_mistakes_stand_at_their_fields(admin: Page) -> None:
    admin.get_by_role("button", name="Add", exact=True).click()
    for field in FIELDS:
        admin.get_by_role("checkbox", name=field, exact=True).uncheck()
    admin.get_by_role("button", name="Save", exact=True).click()
    name = admin.get_by_role("textbox", name="Name", exact=True)
    expect(name).to_have_accessible_description(re.compile("Please give it a name"))
    expect(name).to_be_focused()
    destination = admin.get_by_role("combobox", name="Destination", exact=True)
    expect(destination).to_have_accessible_description(re.compile("Please choose who answers"))
    expect(admin.get_by_text("Please choose at least one, or do not require")).to_be_visible()
    assert serious_faults(admin) == []
    name.fill("dEMO")
    destination.click()
    admin.get_by_role("option", name="Support (6500)").click()
    admin.get_by_role("checkbox", name="Email", exact=True).check()
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(name).to_have_accessible_description(re.compile("Another live chat has this name"))


@pytest.mark.parametrize("asked", [("Email",), ("Full Name", "Phone Number"), ()])
def test_visitors_are_asked_exactly_what_is_chosen(
    new_context: NewContext, admin: Page, asked: tuple[str, ...]
) -> None:
    name = f"Asks {' '.join(asked) or 'nothing'}"
    add(admin, name)
    admin.get_by_role("textbox", name="Info Request Message", exact=True).fill("Who are you?")
    if asked:
        for field in set(FIELDS) - set(asked):
            admin.get_by_role("checkbox", name=field, exact=True).uncheck()
    else:
        admin.get_by_role("switch", name="Require Visitor Info", exact=True).uncheck()
    save(admin)
    visitor = visit(new_context, address(admin, name))
    start = visitor.get_by_role("button", name="Start Chat", exact=True)
    expect(start).to_be_visible()
    expect(visitor.get_by_text("Who are you?")).to_have_count(1 if asked else 0)
    for field in FIELDS:
        box = visitor.get_by_role("textbox", name=field, exact=True)
        expect(box).to_have_count(1 if field in asked else 0)
    if asked:
        start.click()
        expect(visitor.get_by_text("Please fill in this field.").first).to_be_visible()
    if "Email" in asked:
        visitor.get_by_role("textbox", name="Email", exact=True).fill("nobody")
        start.click()
        expect(visitor.get_by_text("Please enter a valid email address.")).to_be_visible()
    for field in asked:
        visitor.get_by_role("textbox", name=field, exact=True).fill(FILLED[field])
    start.click()
    expect(visitor.get_by_role("status").filter(has_text="number 1 in line")).to_be_visible()


def test_consent_is_asked_for_in_the_visitors_language(
    new_context: NewContext, admin: Page
) -> None:
    add(admin, "Careful")
    admin.get_by_role("switch", name="Privacy Control", exact=True).check()
    admin.get_by_role("textbox", name="Privacy Control Notice Description", exact=True).fill(
        "We keep this for ${RETENTION_DAYS} days."
    )
    admin.get_by_role("textbox", name="Data Retention (days)", exact=True).fill("7")
    admin.get_by_role("combobox", name="Language", exact=True).click()
    admin.get_by_role("option", name="Deutsch").click()
    admin.get_by_role("button", name="Add language", exact=True).click()
    admin.get_by_label("Privacy Control Notice Description (Deutsch)").fill(
        "Wir behalten das ${RETENTION_DAYS} Tage."
    )
    texts = admin.get_by_role("group", name="Deutsch", exact=True)
    missing = re.compile(r"^Not translated: (?!.*Privacy Control).*Welcome message")
    expect(texts).to_have_accessible_description(missing)
    save(admin)
    link = address(admin, "Careful")
    visitor = visit(new_context, link)
    start = visitor.get_by_role("button", name="Start Chat", exact=True)
    expect(start).to_be_disabled()
    visitor.get_by_role("checkbox", name="We keep this for 7 days.", exact=True).check()
    expect(start).to_be_enabled()
    german = visit(new_context, link, locale="de-DE")
    expect(german.get_by_role("checkbox", name="Wir behalten das 7 Tage.")).to_be_visible()
    spanish = visit(new_context, link, locale="es-ES")
    expect(spanish.get_by_role("checkbox", name="We keep this for 7 days.")).to_be_visible()


def test_language_can_be_fixed_and_texts_show_the_place(
    new_context: NewContext, admin: Page
) -> None:
    add(admin, "Deutsch")
    admin.get_by_role("combobox", name="Web Page Language", exact=True).click()
    admin.get_by_role("option", name="Deutsch").click()
    admin.get_by_role("switch", name="Require Visitor Info", exact=True).uncheck()
    admin.get_by_role("textbox", name="Queueing message", exact=True).fill("Platz ${POSITION}!")
    admin.get_by_role("textbox", name="Welcome message", exact=True).fill("Moin!")
    save(admin)
    link = address(admin, "Deutsch")
    with Agent(admin.url.partition("/admin")[0], "1001"):
        visitor = visit(new_context, link, locale="fr-FR")
        expect(visitor.locator("html")).to_have_attribute("lang", "de")
        visitor.get_by_role("button").filter(has_text=re.compile("Chat")).click()
        expect(visitor.get_by_role("status").filter(has_text="Platz 1!")).to_be_visible()
        expect(visitor.get_by_role("log")).to_contain_text("Moin!")


def test_script_is_downloaded_and_works_on_a_web_site(new_context: NewContext, admin: Page) -> None:
    faults: list[str] = []
    admin.on("console", lambda each: faults.append(each.text) if each.type == "error" else None)
    with admin.expect_download() as started:
        row(admin, "Demo").get_by_role("button", name="Download Script", exact=True).click()
    script = Path(started.value.path()).read_text(encoding="utf-8")
    assert started.value.suggested_filename == "livechat-demo.js"
    assert '<script async src="' in script
    assert faults == []
    page = '<!doctype html><html lang="en"><title>Shop</title><script src="/chat.js"></script>'
    with WebSite({"/": page, "/chat.js": script}) as site:
        shop = visit(new_context, site.url)
        shop.wait_for_function("window.EngageChat")
        with shop.expect_event("frameattached"):
            shop.evaluate("EngageChat.open()")
        start = shop.frames[1].get_by_role("button", name="Start Chat", exact=True)
        expect(start).to_be_visible()


def test_each_outcome_can_be_looked_at_and_nothing_is_sent(
    new_context: NewContext, admin: Page
) -> None:
    row(admin, "Demo").get_by_role("button", name="Preview", exact=True).click()
    dialog = admin.get_by_role("dialog")
    seen = {
        "Chat now": ("button", "Start Chat"),
        "In line": ("status", "You are number 2 in line."),
        "In line, nobody there": ("button", "Leave a message"),
        "Leave a message": ("button", "Send"),
    }
    for outcome, (role, words) in seen.items():
        with admin.context.expect_page() as opened:
            dialog.get_by_role("link", name=outcome, exact=True).click()
        page = opened.value
        expect(page.get_by_text("This is a preview: nothing is sent.", exact=True)).to_be_visible()
        shown = page.get_by_role(role)  # type: ignore[arg-type]
        expect(shown.filter(has_text=words)).to_be_visible()
        assert serious_faults(page) == []
        page.close()
    admin.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(row(admin, "Demo").get_by_role("button", name="Preview", exact=True)).to_be_focused()


def test_link_is_shown_as_a_code_and_can_be_renewed(new_context: NewContext, admin: Page) -> None:
    add(admin, "Moving")
    save(admin)
    old = address(admin, "Moving")
    row(admin, "Moving").get_by_role("button", name="Link and QR code").click()
    picture = admin.get_by_role("img", name=f"QR code of {old}")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert serious_faults(admin) == []
    admin.keyboard.press("Escape")
    more = row(admin, "Moving").get_by_role("button", name="More", exact=True)
    more.press("Enter")
    expect(admin.get_by_role("menuitem").first).to_be_focused()
    admin.keyboard.press("ArrowDown")
    expect(admin.get_by_role("menuitem").nth(1)).to_be_focused()
    admin.keyboard.press("Escape")
    expect(more).to_be_focused()
    more.click()
    admin.get_by_role("menuitem", name="Regenerate link", exact=True).click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_role("button", name="Regenerate link", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(link_in(admin, "Moving")).not_to_have_attribute("href", old)
    new = address(admin, "Moving")
    assert new != old
    visitor = new_context(ignore_https_errors=True).new_page()
    answer = visitor.goto(old)
    assert answer is not None
    assert answer.status == 404
    expect(visitor.get_by_role("heading", name="This chat is not available.")).to_be_visible()
    visitor.goto(new)
    expect(visitor.get_by_role("button", name="Start Chat", exact=True)).to_be_visible()


def test_deleting_tells_what_is_open_and_ends_it_before_everybodys_eyes(
    new_context: NewContext, server: Server, admin: Page
) -> None:
    add(admin, "Short-lived")
    admin.get_by_role("switch", name="Require Visitor Info", exact=True).uncheck()
    save(admin)
    link = address(admin, "Short-lived")
    with Agent(server.url, "1000") as agent:
        served = visit(new_context, link)
        served.get_by_role("button", name="Start Chat", exact=True).click()
        agent.accept("Short-lived")
        agent.say("Hello!")
        expect(log(served)).to_contain_text("Hello!")
        waiting = visit(new_context, link, locale="de-DE")
        waiting.get_by_role("button", name="Chat starten", exact=True).click()
        expect(waiting.get_by_role("log")).to_be_visible()
        row(admin, "Short-lived").get_by_role("button", name="Delete", exact=True).click()
        dialog = admin.get_by_role("dialog")
        expect(dialog).to_contain_text("1 visitor is waiting, 1 conversation is going on")
        dialog.get_by_role("button", name="Delete", exact=True).click()
        expect(row(admin, "Short-lived")).to_have_count(0)
        over = served.get_by_role("status").filter(has_text="This chat is no longer available.")
        expect(over).to_be_visible()
        expect(message_box(served)).to_have_count(0)
        assert agent.events()[-1]["reason"] == "channel_deleted"
    answer = served.reload()
    assert answer is not None
    assert answer.status == 404


def test_message_left_while_closed_stands_in_wave_until_answered(
    new_context: NewContext, server: Server, desks: Desks, admin: Page
) -> None:
    add(admin, "Closed")
    admin.get_by_role("combobox", name="Working hours", exact=True).click()
    admin.get_by_role("option", name="Specific time", exact=True).click()
    times = admin.get_by_role("group", name="Specific time", exact=True)
    times.get_by_role("button", name="Add a row", exact=True).click()
    hours = admin.get_by_role("group", name="Specific time 1", exact=True)
    hours.get_by_label("Start time", exact=True).fill("04:00")
    hours.get_by_label("End time", exact=True).fill("04:01")
    hours.get_by_role("combobox", name="Days of the month", exact=True).click()
    admin.get_by_role("option", name="31", exact=True).click()
    admin.get_by_role("textbox", name="Offline message", exact=True).fill("Back on Monday.")
    save(admin)
    wave = desks.wave("1002")
    visitor = visit(new_context, address(admin, "Closed"))
    expect(visitor.get_by_text("Back on Monday.")).to_be_visible()
    for field, value in FILLED.items():
        visitor.get_by_role("textbox", name=field, exact=True).fill(value)
    visitor.get_by_role("textbox", name="Message", exact=True).fill("Call me, please.")
    assert serious_faults(visitor) == []
    visitor.get_by_role("button", name="Send", exact=True).click()
    expect(visitor.get_by_role("heading", name="Thank you for your message")).to_be_visible()

    offline = wave.get_by_role("list", name="Offline", exact=True)
    offline.get_by_role("link").filter(has_text="Lena").click()
    expect(wave.get_by_role("heading", name="Lena", level=2)).to_be_visible()
    expect(wave.get_by_role("article")).to_contain_text("Call me, please.")
    reply = wave.get_by_role("link", name="Reply by e-mail", exact=True)
    expect(reply).to_have_attribute("href", re.compile(r"^mailto:lena@example\.test\?subject="))
    details = wave.get_by_role("complementary", name="Visitor's details")
    expect(details).to_contain_text("+49 30 1234")
    assert serious_faults(wave) == []
    wave.get_by_role("button", name="Mark as answered", exact=True).click()
    expect(offline.get_by_role("link").filter(has_text="Lena")).to_contain_text(
        "Answered by Chen Li"
    )
    arabic = new_context(viewport=NARROW, locale="ar").new_page()
    arabic.goto(wave.url)
    arabic.locator("input").nth(0).fill("1001")
    arabic.locator("input[type=password]").fill("Demo-1001!")
    arabic.keyboard.press("Enter")
    expect(arabic.get_by_role("article")).to_contain_text("Call me, please.")
    assert not scrolls_sideways(arabic)
    assert serious_faults(arabic) == []


def test_link_of_a_mail_opens_the_inquiry_after_sign_in(
    new_context: NewContext, server: Server, admin: Page
) -> None:
    add(admin, "Linked")
    save(admin)
    visitor = visit(new_context, address(admin, "Linked"))
    for field, value in FILLED.items():
        visitor.get_by_role("textbox", name=field, exact=True).fill(value)
    visitor.get_by_role("button", name="Start Chat", exact=True).click()
    say(visitor, "Is anybody there?")
    with Agent(server.url, "1001") as agent:
        [found] = [
            each
            for each in agent.call("inquiries")["inquiries"]
            if each["livechat"]["name"] == "Linked"
        ]
    wave = new_context().new_page()
    wave.goto(f"{server.url}/wave/#/live-chat/{found['conversation']}")
    sign_in(wave, "1000", "Demo-1000!")
    asked = wave.get_by_role("region", name="Inquiry from Lena", exact=True)
    expect(asked).to_contain_text("Is anybody there?")
    expect(inquiry(wave, "Is anybody there?")).to_be_visible()
    asked.get_by_role("button", name="Accept", exact=True).click()
    expect(wave.get_by_role("heading", name="Lena", level=2)).to_be_visible()
    expect(visitor.get_by_text("You are talking to Ana Costa")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_pages_fit_a_phone_and_are_free_of_serious_faults(
    new_context: NewContext, server: Server, locale: str
) -> None:
    heading = {"en-GB": "Live Chat", "ar": "الدردشة المباشرة"}[locale]
    page = open_administration(
        new_context, server.url, heading, "livechats", viewport=NARROW, locale=locale
    )
    for place in ("livechats", "livechats/new", "livechats/limits", "time"):
        page.goto(f"{server.url}/admin/#/{place}")
        expect(page.locator("main form, main table").first).to_be_visible()
        assert not scrolls_sideways(page), place
        assert serious_faults(page) == [], place
