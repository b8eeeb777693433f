"""What needs a profile on disk: storage in a frame of another site, and the back-forward cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import Agent, WebSite, everyday_profile
from tests.support.server import Server
from tests.support.visiting import start_chat, write

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

BUTTON = "Chat with us"
OPEN_ROOTS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  return attach.call(this, { ...options, mode: "open" });
};
addEventListener("pageshow", (event) => { window.fromCache = event.persisted });
"""


def open_chat(page: Page) -> None:
    if page.locator("iframe").is_hidden():
        page.get_by_role("button", name=BUTTON).click()
    expect(page.locator("iframe")).to_be_visible()


def test_the_chat_goes_on_after_the_back_button_and_a_reload(tmp_path: Path) -> None:
    with Server() as server:
        origin = f"http://engage.test:{server.http_port}"
        script = f'<script async src="{origin}/livechat/demo/widget.js"></script>'
        pages = {"/": f"<!doctype html><title>Shop</title>{script}", "/next": "<h1>Next</h1>"}
        with (
            WebSite(pages) as site,
            Agent(server.url) as agent,
            everyday_profile(tmp_path) as profile,
        ):
            profile.add_init_script(OPEN_ROOTS)
            page = profile.new_page()
            page.goto(site.url)
            open_chat(page)
            frame = page.frame_locator("iframe")
            start_chat(frame)
            agent.accept_and_say("Before")
            page.goto(f"{site.url}/next")
            agent.say("Meanwhile")
            page.go_back(wait_until="commit")  # from the cache it never loads
            open_chat(page)
            expect(frame.get_by_role("log")).to_contain_text("Meanwhile")
            write(frame, "I am back")
            expect(frame.get_by_role("log")).to_contain_text("Sent")
            page.reload()
            open_chat(page)
            expect(frame.get_by_role("log")).to_contain_text("I am back")
            assert agent.texts() == ["Before", "Meanwhile", "I am back"]
