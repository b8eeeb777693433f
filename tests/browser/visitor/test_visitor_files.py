"""Files from the visitor's page: over lines that break, after reloads, and what is refused."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support import pictures
from tests.support.attaching import OTHER, attach, payload, saved
from tests.support.breaking_line import BreakingLine
from tests.support.browser import serious_faults
from tests.support.desk import NARROW, scrolls_sideways
from tests.support.visiting import start_chat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.support.browser import Agent
    from tests.support.server import Server

MEGABYTE = 1024 * 1024


@pytest.fixture
def line(server: Server) -> Iterator[BreakingLine]:
    with BreakingLine(server.http_port, [700_000, 2_500_000, 150_000, 3_300_000]) as running:
        yield running


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def said(agent: Agent) -> list[str]:
    return [event["file"]["name"] for event in agent.events() if event["kind"] == "file"]


def test_a_photo_of_10_mb_arrives_over_a_line_that_breaks(
    new_context: Callable[..., BrowserContext], line: BreakingLine, agent: Agent, tmp_path: Path
) -> None:
    page = new_context().new_page()
    page.goto(f"{line.url}/livechat/demo")
    start_chat(page)
    agent.accept()
    photo = pictures.photo(4400, 3300, quality=95)
    assert len(photo) > 9 * MEGABYTE
    attach(page, payload(photo, "holiday.jpg"))
    expect(log(page).get_by_role("progressbar", name="Sending holiday.jpg")).to_be_visible()
    expect(log(page).get_by_role("link", name="holiday.jpg")).to_be_visible(timeout=60_000)
    assert line.breaks == 4
    assert said(agent) == ["holiday.jpg"]
    expect(log(page).get_by_role("progressbar")).to_have_count(0)
    found = saved(page, "holiday.jpg", tmp_path)
    picture = Image.open(io.BytesIO(found))
    assert picture.size == (3300, 4400)
    assert not picture.getexif()
    assert pictures.PLACE.encode() not in found


KEPT = """async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    const count = await done(database.transaction("entries").objectStore("entries").count());
    database.close();
    if (count) return true;
  }
  return false;
}"""
"""Whether something is in an outbox on the device's disk."""


def test_an_upload_goes_on_after_a_reload(
    new_context: Callable[..., BrowserContext], line: BreakingLine, agent: Agent
) -> None:
    page = new_context().new_page()
    page.goto(f"{line.url}/livechat/demo")
    start_chat(page)
    agent.accept()
    line.hold()
    attach(page, payload(b"x" * (3 * MEGABYTE), "notes.bin", OTHER))
    expect(log(page).get_by_role("progressbar", name="Sending notes.bin")).to_be_visible()
    page.wait_for_function(KEPT)
    page.reload()
    expect(log(page).get_by_role("progressbar", name="Sending notes.bin")).to_be_visible()
    line.flow()
    expect(log(page).get_by_role("link", name="notes.bin")).to_be_visible(timeout=60_000)
    assert said(agent) == ["notes.bin"]


def test_pictures_are_shown_and_enlarged(visitor: Page, agent: Agent) -> None:
    start_chat(visitor)
    agent.accept()
    attach(visitor, payload(pictures.photo(), "tree.jpg"), payload(pictures.drawing(), "a.b.png"))
    thumb = log(visitor).get_by_role("img", name="tree.jpg")
    expect(thumb).to_be_visible()
    visitor.wait_for_function(
        "(img) => img.complete && img.naturalWidth > 0", arg=thumb.element_handle()
    )
    assert thumb.evaluate("(img) => img.naturalWidth") == 360
    expect(log(visitor).get_by_role("link", name="a.b.png")).to_be_visible()
    assert said(agent) == ["tree.jpg", "a.b.png"]
    visitor.get_by_role("button", name="Enlarge tree.jpg").click()
    large = visitor.get_by_role("dialog", name="tree.jpg")
    expect(large.get_by_role("img", name="tree.jpg")).to_be_visible()
    assert serious_faults(visitor) == []
    visitor.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(visitor.get_by_role("button", name="Enlarge tree.jpg")).to_be_focused()


def test_what_cannot_be_taken_says_why_and_can_be_removed(
    visitor: Page, agent: Agent, server: Server
) -> None:
    start_chat(visitor)
    agent.accept()
    attach(visitor, payload(b"MZ\x90\x00" + bytes(500), "photo.jpg"))
    expect(log(visitor).get_by_role("alert")).to_contain_text("Files that can run as programs")
    visitor.get_by_role("button", name="Cancel photo.jpg").click()
    expect(log(visitor)).not_to_contain_text("photo.jpg")
    huge = server.data / "huge.bin"
    with huge.open("wb") as file:
        file.truncate(51 * MEGABYTE)
    attach(visitor, huge)
    expect(log(visitor).get_by_role("alert")).to_contain_text("at most 50 MB")
    assert said(agent) == []
    assert serious_faults(visitor) == []


def test_a_file_on_its_way_can_be_cancelled(
    new_context: Callable[..., BrowserContext], line: BreakingLine, agent: Agent, server: Server
) -> None:
    page = new_context().new_page()
    page.goto(f"{line.url}/livechat/demo")
    start_chat(page)
    agent.accept()
    line.hold()
    attach(page, payload(b"x" * (3 * MEGABYTE), "big.bin", OTHER))
    progress = log(page).get_by_role("progressbar", name="Sending big.bin")
    expect(progress).to_be_visible()
    page.get_by_role("textbox", name="Message", exact=True).fill("Meanwhile")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(log(page)).to_contain_text("Meanwhile")
    page.get_by_role("button", name="Cancel big.bin").click()
    expect(progress).to_have_count(0)
    line.flow()
    page.reload()
    expect(log(page)).to_contain_text("Meanwhile")
    expect(log(page)).not_to_contain_text("big.bin")
    assert said(agent) == []


def test_a_chat_of_text_alone_offers_no_files(visitor: Page, agent: Agent) -> None:
    # The page draws what its configuration says; the server refuses by itself.
    visitor.route(
        "**/livechat/demo",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace('"file_upload":"all"', '"file_upload":"none"'),
        ),
    )
    visitor.reload()
    start_chat(visitor)
    agent.accept()
    expect(visitor.get_by_role("textbox", name="Message", exact=True)).to_be_visible()
    expect(visitor.get_by_role("button", name="Attach file")).to_have_count(0)


def test_pictures_are_pasted_and_dropped(visitor: Page, agent: Agent) -> None:
    start_chat(visitor)
    agent.accept()
    data = list(pictures.drawing())
    for kind in ("paste", "drop"):
        visitor.evaluate(
            """([kind, data]) => {
                const transfer = new DataTransfer();
                const bytes = new Uint8Array(data);
                transfer.items.add(new File([bytes], `${kind}.png`, {type: "image/png"}));
                const target = document.getElementById("message");
                const options = {bubbles: true, cancelable: true};
                if (kind === "paste")
                    target.dispatchEvent(
                        new ClipboardEvent("paste", {...options, clipboardData: transfer}));
                else
                    for (const name of ["dragenter", "dragover", "drop"])
                        target.dispatchEvent(
                            new DragEvent(name, {...options, dataTransfer: transfer}));
            }""",
            [kind, data],
        )
        expect(log(visitor).get_by_role("link", name=f"{kind}.png")).to_be_visible()
    assert said(agent) == ["paste.png", "drop.png"]


@pytest.mark.parametrize("language", ["en-GB", "ar"])
def test_files_fit_a_narrow_page(
    new_context: Callable[..., BrowserContext], server: Server, agent: Agent, language: str
) -> None:
    page = new_context(viewport=NARROW, locale=language).new_page()
    page.goto(f"{server.url}/livechat/demo")
    for field, words in (("full_name", "Lena"), ("email", "l@example.test"), ("phone", "123456")):
        page.locator(f"#field-{field}").fill(words)
    page.get_by_role("checkbox").check()
    page.locator("form button[type=submit]").click()
    expect(page.locator("#message")).to_be_visible()
    agent.accept()
    name = "a-name-as-long-as-cameras-and-scanners-make-them-2026-11-26-10-00-00-000.png"
    page.locator("input[type=file]").set_input_files(
        [payload(pictures.photo(), "photo.jpg"), payload(pictures.drawing(), name)]
    )
    expect(page.get_by_role("log").get_by_role("link")).to_have_count(2)
    assert not scrolls_sideways(page)
    assert serious_faults(page) == []
