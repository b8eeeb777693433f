"""Web sites that make it hard: what others' widgets were complained about, and ours outlives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.visitor.test_widget import BUTTON, NO_STORAGE, OPEN_ROOTS
from tests.support.browser import ARGUMENTS, HEADLESS_SHELL, Agent, WebSite
from tests.support.program import Program
from tests.support.visiting import start_chat, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

    from tests.support.server import Server


NONCE = "r4nd0m"


@pytest.fixture(scope="module")
def browser_process(driver: Playwright) -> Iterator[Browser]:
    """One that keeps no cookies of third parties."""
    arguments = [*ARGUMENTS, "--test-third-party-cookie-phaseout"]
    browser = driver.chromium.launch(executable_path=HEADLESS_SHELL, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def origin(server: Server) -> str:
    return f"https://engage.test:{server.https_port}"


@pytest.fixture
def shop(new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A page of somebody's site, in which the button can be pressed."""

    def opened(site: WebSite, *scripts: str, **options: object) -> Page:
        context = new_context(ignore_https_errors=True, **options)
        for script in (OPEN_ROOTS, *scripts):
            context.add_init_script(script)
        page = context.new_page()
        page.goto(site.url)
        return page

    return opened


def script(origin: str, livechat: str = "demo", more: str = "") -> str:
    return f'<script async {more} src="{origin}/livechat/{livechat}/widget.js"></script>'


def html(body: str, attributes: str = "lang=en") -> dict[str, str]:
    view = '<meta name="viewport" content="width=device-width">'
    return {"/": f"<!doctype html><html {attributes}>{view}<title>Shop</title><h1>Shop</h1>{body}"}


def test_blocked_by_a_strict_policy_cookies_and_denied_storage_at_once(
    server: Server, origin: str, shop: Callable[..., Page]
) -> None:
    """Others' widgets die of it (chatwoot#13763, freescout#1683)."""
    policy = f"default-src 'none'; script-src 'nonce-{NONCE}'; frame-src {origin}"
    faults: list[str] = []
    with (
        WebSite(html(script(origin, more=f'nonce="{NONCE}"')), policy) as site,
        Agent(server.url) as agent,
    ):
        page = shop(site, NO_STORAGE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.get_by_role("button", name=BUTTON).click()
        frame = page.frame_locator("iframe")
        start_chat(frame, "Strict Steve")
        write(frame, "Nothing is allowed here")
        agent.accept_and_say("And yet we talk.")
        expect(frame.get_by_role("log")).to_contain_text("And yet we talk.")
        agent.end()
    assert faults == []


def test_blocked_cookies_of_third_parties_still_find_the_chat_after_a_reload(
    server: Server, origin: str, shop: Callable[..., Page]
) -> None:
    """Others begin anew (privacybadger#1917)."""
    with WebSite(html(script(origin))) as site, Agent(server.url) as agent:
        page = shop(site)
        page.get_by_role("button", name=BUTTON).click()
        start_chat(page.frame_locator("iframe"), "Cookie Carl")
        write(page.frame_locator("iframe"), "Before the reload")
        agent.accept_and_say("Still there?")
        page.reload()
        page.get_by_role("button", name=BUTTON).click()
        expect(page.frame_locator("iframe").get_by_role("log")).to_contain_text("Still there?")
        agent.end()


def test_language_and_direction_of_an_arabic_site_on_a_phone(
    origin: str, shop: Callable[..., Page]
) -> None:
    """Others turn nothing round, or zoom (chatwoot#10606)."""
    phone = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
    with WebSite(html(script(origin), "lang=ar dir=rtl")) as site:
        page = shop(site, locale="ar", **phone)
        page.locator("engage-chat button").tap()
        frame = page.frame_locator("iframe")
        expect(frame.locator("html")).to_have_attribute("dir", "rtl")
        expect(frame.locator("form")).to_be_visible()
        assert frame.locator("html").evaluate("root => root.scrollWidth <= root.clientWidth")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_widgets_on_one_page_are_one_button(
    server: Server, origin: str, shop: Callable[..., Page]
) -> None:
    """The first one counts; others fight each other (Livechat#546)."""
    root = Program(server.url, "admin", "Demo-admin!")
    wanted = {"name": "Second", "destination": {"kind": "queue", "values": ["6500"]}}
    second = root.post("/v1/livechats", wanted).json()["public_id"]
    with WebSite(html(script(origin) + script(origin, second))) as site:
        page = shop(site)
        expect(page.locator("engage-chat")).to_have_count(1)
        page.locator("engage-chat button").click()
        expect(page.frame_locator("iframe").get_by_role("textbox").first).to_be_visible()


def test_typed_text_does_not_disappear_when_a_single_page_site_goes_on_and_back(
    server: Server, origin: str, shop: Callable[..., Page]
) -> None:
    """Others lose it."""
    with WebSite(html(script(origin))) as site, Agent(server.url) as agent:
        page = shop(site)
        page.get_by_role("button", name=BUTTON).click()
        frame = page.frame_locator("iframe")
        start_chat(frame, "Router Rita")
        box = frame.get_by_role("textbox", name="Message", exact=True)
        box.fill("Half a sent")
        page.evaluate(
            "history.pushState({}, '', '/basket'); document.querySelector('h1').remove();"
            "document.title = 'Basket'"
        )
        expect(box).to_have_value("Half a sent")
        page.go_back()
        expect(box).to_have_value("Half a sent")
        expect(page.locator("iframe")).to_be_visible()
        agent.accept_and_say("Go on.")
        expect(frame.get_by_role("log")).to_contain_text("Go on.")
        agent.end()


def test_accessibility_whoever_wants_little_motion_gets_none(
    origin: str, shop: Callable[..., Page]
) -> None:
    """Nothing moves by itself."""
    with WebSite(html(script(origin))) as site:
        page = shop(site, reduced_motion="reduce")
        page.get_by_role("button", name=BUTTON).click()
        frame = page.frame_locator("iframe")
        expect(frame.locator("form")).to_be_visible()
        moving = (
            "() => document.getAnimations().filter((each) => each.playState === 'running').length"
        )
        assert page.evaluate(moving) == 0
        assert frame.locator("html").evaluate(moving) == 0
