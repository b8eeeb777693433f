"""Files in Wave: between colleagues, with visitors, within the limit of the administration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.wave.test_wave_chats import view, write_to
from tests.support import pictures
from tests.support.attaching import OTHER, attach, payload, saved
from tests.support.breaking_line import BreakingLine
from tests.support.browser import serious_faults
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
from tests.support.server import Server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks


MEGABYTE = 1024 * 1024


def read_chat(page: Page, colleague: str) -> None:
    view(page, "Chats")
    page.get_by_role("list", name="Chats").get_by_role("link", name=colleague).click()


def count(folder: Path) -> int:
    return sum(each.is_file() for each in folder.rglob("*"))


def save(page: Page) -> None:
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as answer:
        page.get_by_role("button", name="Save", exact=True).click()
    assert answer.value.ok


def test_colleagues_exchange_pictures_that_keep_their_extension(
    desks: Desks, tmp_path: Path
) -> None:
    ana = desks.wave("1000")
    ben = desks.wave("1001")
    write_to(ana, "Ben Osei")
    photo = pictures.photo()
    attach(
        ana,
        payload(photo, "photo.jpg"),
        payload(pictures.drawing(), "a.b.png"),
        payload(pictures.drawing(), ""),
    )
    for name in ("photo.jpg", "a.b.png", ".png"):
        expect(log(ana).get_by_role("link", name=name).last).to_be_visible()
    read_chat(ben, "Ana Costa")
    assert pictures.opened(saved(ben, "photo.jpg", tmp_path)).size == (480, 640)
    assert pictures.opened(saved(ben, "a.b.png", tmp_path)).format == "PNG"
    nameless = log(ben).get_by_role("link").last.inner_text().split()[0]
    assert nameless.endswith(".png")
    saved(ben, nameless, tmp_path)
    ben.get_by_role("button", name="Enlarge photo.jpg").click()
    large = ben.get_by_role("dialog")
    expect(large.get_by_role("img", name="photo.jpg")).to_be_visible()
    assert serious_faults(ben) == []
    ben.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(ana.get_by_role("log").get_by_text("Read", exact=True).last).to_be_attached()


def test_a_file_taken_back_is_gone_for_both(server: Server, desks: Desks) -> None:
    ana = desks.wave("1000")
    write_to(ana, "Chen Li")
    attach(ana, payload(b"%PDF-1.7\n\x00", "wrong.pdf", "application/pdf"))
    expect(log(ana).get_by_role("link", name="wrong.pdf")).to_be_visible()
    kept = server.data / "files" / "kept"
    before = count(kept)
    log(ana).get_by_role("button", name="Message options").last.click()
    expect(ana.get_by_role("menuitem", name="Edit")).to_have_count(0)
    ana.get_by_role("menuitem", name="Delete").click()
    ana.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(log(ana)).to_contain_text("This message was deleted.")
    expect(log(ana).get_by_role("link", name="wrong.pdf")).to_have_count(0)
    wait_until(lambda: count(kept) == before - 1, 10, "the file's removal from the disk")


def test_visitor_and_agent_exchange_files(
    server: Server, desks: Desks, new_context: NewContext, tmp_path: Path
) -> None:
    agent = desks.wave("1000")
    visitor = ask(new_context, server.url, "Maria Silva")
    attach(visitor, payload(pictures.photo(), "broken lamp.jpg"))
    expect(agent.get_by_role("list", name="Inquiries")).to_contain_text("broken lamp.jpg")
    accept(agent, "Maria Silva")
    expect(log(agent).get_by_role("img", name="broken lamp.jpg")).to_be_visible()
    found = saved(agent, "broken lamp.jpg", tmp_path)
    assert pictures.PLACE.encode() not in found
    attach(agent, payload(b"%PDF-1.7\n\x00", "manual.pdf", "application/pdf"))
    assert saved(visitor, "manual.pdf", tmp_path) == b"%PDF-1.7\n\x00"
    agent.get_by_role("button", name="Note", exact=True).click()
    expect(agent.get_by_role("button", name="Attach file")).to_have_count(0)


def test_the_limit_of_im_settings_is_exact_and_named(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    admin = desks.administration("IM Settings", "im-settings")
    limit = admin.get_by_label("Max File Size Upload (MB)", exact=True)
    expect(limit).to_have_value("50")
    limit.fill("1")
    save(admin)
    assert serious_faults(admin) == []
    try:
        ana = open_wave(new_context, server.url, "1000")
        write_to(ana, "Dana Novak")
        attach(ana, payload(b"x" * MEGABYTE, "exact.bin", OTHER))
        expect(log(ana).get_by_role("link", name="exact.bin")).to_be_visible()
        attach(ana, payload(b"x" * (MEGABYTE + 1), "over.bin", OTHER))
        expect(log(ana).get_by_role("alert")).to_contain_text("at most 1 MB")
        expect(log(ana).get_by_role("button", name="Try again")).to_have_count(0)
        log(ana).get_by_role("button", name="Cancel over.bin").click()
        expect(log(ana)).not_to_contain_text("over.bin")
    finally:
        admin.get_by_label("Max File Size Upload (MB)", exact=True).fill("50")
        save(admin)


def test_with_cloud_im_the_size_is_read_only_with_a_note(desks: Desks) -> None:
    admin = desks.administration("IM Settings", "im-settings")
    limit = admin.get_by_label("Max File Size Upload (MB)", exact=True)
    for mode in ("Cloud IM", "Local"):
        admin.get_by_role("combobox", name="IM Server Mode").click()
        admin.get_by_role("option", name=mode).click()
        save(admin)
        if mode == "Cloud IM":
            expect(limit).not_to_be_editable()
            expect(limit).to_have_accessible_description(re.compile("set in the cloud"))
        else:
            expect(limit).to_be_editable()


def test_an_upload_goes_on_after_the_server_was_killed(new_context: NewContext) -> None:
    with Server() as server, BreakingLine(server.http_port) as line:
        ana = open_wave(new_context, line.url, "1000")
        write_to(ana, "Ben Osei")
        line.hold()
        attach(ana, payload(b"x" * (5 * MEGABYTE), "backup.bin", OTHER))
        expect(log(ana).get_by_role("progressbar", name="Sending backup.bin")).to_be_visible()
        server.kill9()
        line.flow()
        server.restart()
        expect(log(ana).get_by_role("link", name="backup.bin")).to_be_visible(timeout=60_000)
        expect(log(ana).get_by_role("link", name="backup.bin")).to_contain_text("5 MB")


@pytest.mark.parametrize("language", ["en-GB", "ar"])
def test_files_fit_a_narrow_wave(desks: Desks, new_context: NewContext, language: str) -> None:
    wide = desks.wave("1002")
    write_to(wide, "Dana Novak")
    say(wide, "Look")
    name = f"a-name-as-long-as-cameras-and-scanners-make-them-{language}-10-00-00-000.png"
    attach(wide, payload(pictures.drawing(size=(900, 300)), name))
    attach(wide, payload(b"MZ\x90\x00" + bytes(100), "photo.jpg"))
    expect(log(wide).get_by_role("alert")).to_be_visible()
    address = wide.url
    page = new_context(viewport=NARROW, locale=language, storage_state=wide.context.storage_state())
    narrow = page.new_page()
    narrow.goto(address)
    picture = narrow.get_by_role("log").get_by_role("img", name=name)
    expect(picture).to_be_visible()
    assert not scrolls_sideways(narrow)
    assert serious_faults(narrow) == []
    narrow.locator("form input[type=file]").set_input_files(payload(b"MZ\x90" + bytes(9), "x.jpg"))
    expect(narrow.get_by_role("log").get_by_role("alert")).to_be_visible()
    assert not scrolls_sideways(narrow)
    assert serious_faults(narrow) == []


def test_pictures_are_pasted_into_a_chat(desks: Desks) -> None:
    ana = desks.wave("1003")
    write_to(ana, "Ben Osei")
    message_box(ana).evaluate(
        """(box, data) => {
            const transfer = new DataTransfer();
            const options = {type: "image/png"};
            transfer.items.add(new File([new Uint8Array(data)], "image.png", options));
            const paste = {bubbles: true, cancelable: true, clipboardData: transfer};
            box.dispatchEvent(new ClipboardEvent("paste", paste));
        }""",
        list(pictures.drawing()),
    )
    expect(log(ana).get_by_role("link", name="image.png")).to_be_visible()
