"""The loader on other people's web sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import Agent, WebSite
from tests.support.program import Program
from tests.support.visiting import start_chat, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page

    from tests.support.server import Server

VIEW = '<meta name="viewport" content="width=device-width">'
BUTTON = "Chat with us"
# The button's shadow root is closed to the site's scripts, and so to Playwright: open it.
OPEN_ROOTS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  return attach.call(this, { ...options, mode: "open" });
};
"""
NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage", "indexedDB"])
  Object.defineProperty(window, name, {
    get() { throw new DOMException("denied", "SecurityError") },
  });
"""


@pytest.fixture
def origin(server: Server) -> str:
    """The server under a name that is not loopback: plain HTTP, no secure context."""
    return f"http://engage.test:{server.http_port}"


@pytest.fixture
def site(origin: str) -> Iterator[WebSite]:
    script = f'<script async src="{origin}/livechat/demo/widget.js"></script>'
    pages = {
        "/": f"<!doctype html>{VIEW}<title>Shop</title><body><h1>Shop</h1>{script}",
        "/head": f"<!doctype html><head>{VIEW}<title>Shop</title>{script}</head><h1>Shop</h1>",
        "/twice": f"<!doctype html>{VIEW}<title>Shop</title><body>{script}{script}",
        "/next": "<!doctype html><title>Next</title><body><h1>Next page</h1>",
    }
    # Everything a site must allow, and nothing else: no inline style, no eval.
    policy = f"default-src 'none'; script-src {origin}; frame-src {origin}; style-src 'self'"
    with WebSite(pages, policy) as running:
        yield running


@pytest.fixture
def open_context(
    new_context: Callable[..., BrowserContext],
) -> Callable[..., BrowserContext]:
    def make(**options: object) -> BrowserContext:
        context = new_context(**options)
        context.add_init_script(OPEN_ROOTS)
        return context

    return make


@pytest.fixture
def shop(open_context: Callable[..., BrowserContext], site: WebSite) -> Page:
    page = open_context().new_page()
    page.goto(site.url)
    return page


def test_the_button_is_closed_to_the_site_and_reached_by_keyboard(
    new_context: Callable[..., BrowserContext], site: WebSite
) -> None:
    """RocketChat#9500: the keyboard never came to the input."""
    page = new_context().new_page()
    page.goto(site.url)
    page.wait_for_function("window.EngageChat")
    assert page.evaluate("document.querySelector('engage-chat').shadowRoot") is None
    with page.expect_event("frameattached"):  # the focus says that somebody means to chat
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    chat = page.frames[1]
    expect(chat.get_by_role("textbox", name="Full Name", exact=True)).to_be_visible()


def test_nothing_but_the_loader_is_loaded_before_somebody_means_to_chat(
    open_context: Callable[..., BrowserContext], site: WebSite, origin: str
) -> None:
    """obserfy#1882: the widget outweighed the site that included it."""
    page = open_context().new_page()
    requested: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.goto(site.url)
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [url for url in requested if "favicon" not in url] == [
        f"{site.url}/",
        f"{origin}/livechat/demo/widget.js",
    ]
    assert [fault for fault in faults if "Content Security Policy" in fault] == []


def test_a_visitor_chats_on_a_strict_site_of_another_origin(shop: Page, server: Server) -> None:
    with Agent(server.url) as agent:
        shop.get_by_role("button", name=BUTTON).click()
        frame = shop.frame_locator("iframe")
        start_chat(frame)
        write(frame, "From the shop")
        agent.accept_and_say("Welcome to the shop.")
        expect(frame.get_by_role("log")).to_contain_text("Welcome to the shop.")
        assert agent.texts() == ["From the shop", "Welcome to the shop."]
        path = f"/v1/conversations/{agent.conversation}/visitor"
    card = Program(server.url, "1000", "Demo-1000!").get(path).json()
    assert (card["inquiry"]["page_title"], card["inquiry"]["page_url"]) == ("Shop", shop.url)


def test_escape_closes_and_the_focus_returns(shop: Page) -> None:
    button = shop.get_by_role("button", name=BUTTON)
    button.click()
    field = shop.frame_locator("iframe").get_by_role("textbox", name="Full Name", exact=True)
    field.press("Escape")
    expect(shop.locator("iframe")).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    shop.keyboard.press("Enter")  # only what is focused opens again
    expect(shop.locator("iframe")).to_be_visible()
    shop.frame_locator("iframe").get_by_role("button", name="Close window").click()
    expect(shop.locator("iframe")).to_be_hidden()


def test_unread_messages_are_counted_on_the_button(shop: Page, server: Server) -> None:
    with Agent(server.url) as agent:
        shop.get_by_role("button", name=BUTTON).click()
        frame = shop.frame_locator("iframe")
        start_chat(frame)
        expect(frame.get_by_text("Welcome! How can we help you?")).to_be_visible()  # and is read
        shop.get_by_role("button", name=BUTTON).click()
        expect(shop.locator("iframe")).to_be_hidden()
        agent.accept_and_say("One")
        agent.say("Two")
        expect(shop.get_by_role("button", name=f"{BUTTON} (2)")).to_be_visible()


def test_the_script_in_the_head_or_twice_makes_one_button(shop: Page, site: WebSite) -> None:
    """chatwoot#2776: in the head there was no button."""
    for path in ("/head", "/twice"):
        shop.goto(f"{site.url}{path}")
        expect(shop.get_by_role("button", name=BUTTON)).to_have_count(1)


def test_a_single_page_site_that_replaces_its_body_keeps_the_button(shop: Page) -> None:
    expect(shop.get_by_role("button", name=BUTTON)).to_be_visible()
    shop.evaluate("document.body.replaceChildren(document.createElement('main'))")
    expect(shop.get_by_role("button", name=BUTTON)).to_have_count(1)


def test_the_chat_goes_on_from_page_to_page(
    open_context: Callable[..., BrowserContext], server: Server, origin: str
) -> None:
    """Of one company: another origin, but the same site, so that the frame has storage."""
    script = f'<script async src="{origin}/livechat/demo/widget.js"></script>'
    pages = {"/": f"<!doctype html>{script}", "/next": f"<!doctype html><h1>Next</h1>{script}"}
    with WebSite(pages, host="engage.test") as company, Agent(server.url) as agent:
        page = open_context().new_page()
        page.goto(company.url)
        page.get_by_role("button", name=BUTTON).click()
        start_chat(page.frame_locator("iframe"))
        agent.accept_and_say("Before")
        page.goto(f"{company.url}/next")
        agent.say("Meanwhile")
        page.get_by_role("button", name=BUTTON).click()
        expect(page.frame_locator("iframe").get_by_role("log")).to_contain_text("Meanwhile")
        page.go_back()
        page.get_by_role("button", name=BUTTON).click()
        write(page.frame_locator("iframe"), "Back again")
        expect(page.frame_locator("iframe").get_by_role("log")).to_contain_text("Sent")
        assert agent.texts() == ["Before", "Meanwhile", "Back again"]


def test_a_page_from_the_back_forward_cache_resumes(shop: Page, server: Server) -> None:
    """Playwright cannot follow a page into the cache: the page is told that it went and came."""
    with Agent(server.url) as agent:
        shop.get_by_role("button", name=BUTTON).click()
        start_chat(shop.frame_locator("iframe"))
        agent.accept_and_say("Before")
        frame = shop.frames[1]
        expect(frame.get_by_role("log")).to_contain_text("Before")
        event = "dispatchEvent(new PageTransitionEvent('{}', {{ persisted: true }}))"
        frame.evaluate(event.format("pagehide"))
        agent.say("Meanwhile")
        frame.evaluate(event.format("pageshow"))
        expect(frame.get_by_role("log")).to_contain_text("Meanwhile")
        write(shop.frame_locator("iframe"), "Still here")
        agent.say("Good.")
        expect(frame.get_by_role("log")).to_contain_text("Good.")


def test_the_page_can_open_identify_and_listen(shop: Page) -> None:
    expect(shop.get_by_role("button", name=BUTTON)).to_be_visible()
    shop.evaluate(
        """() => {
          window.heard = [];
          for (const name of ["open", "close"]) EngageChat.on(name, () => window.heard.push(name));
          EngageChat.identify({ full_name: "Kim Lee", email: "kim@example.test" });
          EngageChat.open();
        }"""
    )
    name = shop.frame_locator("iframe").get_by_role("textbox", name="Full Name", exact=True)
    expect(name).to_have_value("Kim Lee")
    shop.evaluate("EngageChat.close()")
    expect(shop.locator("iframe")).to_be_hidden()
    assert shop.evaluate("window.heard") == ["open", "close"]


def test_a_forged_message_from_the_site_closes_nothing(shop: Page) -> None:
    shop.get_by_role("button", name=BUTTON).click()
    field = shop.frame_locator("iframe").get_by_role("textbox", name="Full Name", exact=True)
    expect(field).to_be_visible()
    shop.evaluate("window.postMessage({ engage: 1, type: 'close' }, '*')")
    shop.evaluate("new Promise((done) => setTimeout(done))")  # the message has been delivered
    expect(shop.locator("iframe")).to_be_visible()


def test_denied_storage_costs_only_memory(
    open_context: Callable[..., BrowserContext], site: WebSite, server: Server
) -> None:
    """freescout#1683: denied storage ended the widget."""
    context = open_context()
    context.add_init_script(NO_STORAGE)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(site.url)
    with Agent(server.url) as agent:
        page.get_by_role("button", name=BUTTON).click()
        frame = page.frame_locator("iframe")
        start_chat(frame)
        write(frame, "No storage here")
        agent.accept_and_say("No matter.")
        expect(frame.get_by_role("log")).to_contain_text("No matter.")
    assert faults == []


def test_denied_storage_over_https_still_finds_the_chat_after_a_reload(
    open_context: Callable[..., BrowserContext], server: Server
) -> None:
    origin = f"https://engage.test:{server.https_port}"
    script = f'<script async src="{origin}/livechat/demo/widget.js"></script>'
    context = open_context(ignore_https_errors=True)
    context.add_init_script(NO_STORAGE)
    page = context.new_page()
    with WebSite({"/": f"<!doctype html><title>Shop</title><body>{script}"}) as site:
        page.goto(site.url)
        page.get_by_role("button", name=BUTTON).click()
        frame = page.frame_locator("iframe")
        start_chat(frame)
        write(frame, "I am going to reload")
        expect(frame.get_by_role("log")).to_contain_text("I am going to reload")
        page.reload()
        page.get_by_role("button", name=BUTTON).click()
        expect(frame.get_by_role("log")).to_contain_text("I am going to reload")


def test_on_a_phone_the_chat_fills_the_screen(
    open_context: Callable[..., BrowserContext], site: WebSite
) -> None:
    """chatwoot#10606: keyboard and zoom of phones were in the way."""
    context = open_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(site.url)
    page.get_by_role("button", name=BUTTON).tap()
    box = page.locator("iframe").bounding_box()
    assert box is not None
    viewport = page.evaluate("[innerWidth, innerHeight]")
    assert [box["width"], box["height"]] == viewport
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("button", name="Close window")).to_be_visible()
    assert frame.locator("html").evaluate("root => root.scrollWidth <= root.clientWidth")
