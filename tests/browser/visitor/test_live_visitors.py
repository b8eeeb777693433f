"""Agents see who is on a web site and speak to them first; visitors accept by opening the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import WebSite, serious_faults
from tests.support.desk import NARROW, open_wave, scrolls_sideways, sign_in
from tests.support.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page

    from tests.support.server import Server

# The roots are closed to the site's scripts, and so to Playwright: open them.
OPEN_ROOTS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  return attach.call(this, { ...options, mode: "open" });
};
"""


@pytest.fixture
def shop(server: Server) -> Iterator[WebSite]:
    """A site that allows what the guide says, and nothing else."""
    root = Program(server.url, "admin", "Demo-admin!")
    [demo] = [x for x in root.get("/v1/livechats").json()["items"] if x["public_id"] == "demo"]
    shown = {"show_live_visitors": True, "version": demo["version"]}
    root.patch(f"/v1/livechats/{demo['id']}", shown)
    origin = f"http://engage.test:{server.http_port}"
    script = f'<script async src="{origin}/livechat/demo/widget.js"></script>'
    view = '<meta name="viewport" content="width=device-width">'
    pages = {
        "/": f"<!doctype html><html lang=en>{view}<title>Shoes</title><body><h1>Shoes</h1>{script}",
        "/ar": f"<!doctype html><html lang=ar>{view}<title>أحذية</title><body><h1>أ</h1>{script}",
    }
    policy = f"default-src 'none'; script-src {origin}; frame-src {origin}; connect-src {origin}"
    with WebSite(pages, policy) as running:
        yield running


def visit(new_context: Callable[..., BrowserContext], url: str, **options: object) -> Page:
    context = new_context(**options)
    context.add_init_script(OPEN_ROOTS)
    page = context.new_page()
    page.goto(url)
    return page


def test_an_invitation_is_shown_and_followed(
    server: Server, shop: WebSite, new_context: Callable[..., BrowserContext]
) -> None:
    ana = open_wave(new_context, server.url, "1000")
    visitor = visit(new_context, shop.url)
    there = ana.get_by_role("list", name="On the web site").get_by_role("listitem")
    expect(there).to_contain_text("Shoes")
    expect(there).to_contain_text("Looks around")
    assert serious_faults(ana) == []
    there.get_by_role("button", name="Start a chat", exact=True).click()
    expect(there).to_contain_text("Invited by Ana Costa")
    visitor.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # it tells now
    invitation = visitor.get_by_role("status")
    expect(invitation).to_contain_text("Ana Costa would like to help you.")
    assert serious_faults(visitor) == []
    invitation.get_by_role("button", name="Start a chat", exact=True).click()
    frame = visitor.frame_locator("iframe")
    expect(frame.get_by_role("button", name="Start Chat", exact=True)).to_be_visible()
    expect(invitation).to_have_count(0)
    expect(there).to_contain_text("Has the chat open")
    visitor.close()
    expect(there).to_have_count(0)


def test_arabic_on_a_phone_can_be_refused_and_administrators_see_who_is_there(
    server: Server, shop: WebSite, new_context: Callable[..., BrowserContext]
) -> None:
    ana = open_wave(new_context, server.url, "1000")
    visitor = visit(new_context, f"{shop.url}/ar", viewport=NARROW, locale="ar")
    there = ana.get_by_role("list", name="On the web site").get_by_role("listitem")
    there.get_by_role("button", name="Start a chat", exact=True).click()
    expect(there).to_contain_text("Invited by Ana Costa")
    visitor.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    invitation = visitor.get_by_role("status")
    expect(invitation).to_contain_text("Ana Costa")
    expect(invitation).to_have_attribute("dir", "rtl")
    assert not scrolls_sideways(visitor)
    with visitor.expect_response("**/presence"):
        invitation.get_by_role("button").nth(1).click()
    expect(invitation).to_have_count(0)
    expect(there).to_contain_text("Looks around")
    admin = new_context().new_page()
    admin.goto(f"{server.url}/admin/#/live-visitors")
    sign_in(admin, "admin", "Demo-admin!")
    row = admin.get_by_role("row").filter(has_text="أحذية")
    expect(row).to_contain_text("Looks around")
    assert serious_faults(admin) == []
    phone = open_wave(new_context, server.url, "1001", viewport=NARROW)
    expect(phone.get_by_role("list", name="On the web site")).to_contain_text("أحذية")
    assert not scrolls_sideways(phone)
    assert serious_faults(phone) == []
