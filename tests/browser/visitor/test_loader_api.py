"""What a web site can ask of the loader: before it came, twice, for signed visitors, on leaving."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import Agent, WebSite
from tests.support.visiting import write
from tests.support.vouching import identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Frame, Page

    from tests.support.server import Server

BUTTON = "Chat with us"
QUEUE = """
window.heard = [];
window.EngageChat = window.EngageChat || [];
for (const name of ["ready", "open", "close", "chat-started", "message", "identified",
                    "identity-refused", "unread"])
  EngageChat.push(["on", name, (value) => heard.push([name, value])]);
EngageChat.push(["setVisitor", { name: "Kim Lee", email: "kim@example.test" }]);
"""
NONCE = "cmFuZG9t"


def asked(server: Server, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    wanted = urllib.request.Request(server.url + path, json.dumps(body).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(wanted, timeout=30) as answer:  # noqa: S310
        told: dict[str, Any] = json.load(answer)
    return told


@pytest.fixture
def secret(server: Server) -> str:
    """What the shop signs with."""
    signed_in = asked(server, "/v1/sign-in", {"user": "admin", "password": "Demo-admin!"})
    token = signed_in["token"]
    found = urllib.request.Request(  # noqa: S310
        f"{server.url}/v1/livechats", headers={"authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(found, timeout=30) as answer:  # noqa: S310
        [demo] = [each for each in json.load(answer)["items"] if each["public_id"] == "demo"]
    made = asked(server, f"/v1/livechats/{demo['id']}/identity-secrets", {}, token)
    return str(made["secret"])


@pytest.fixture
def shop(server: Server) -> Iterator[WebSite]:
    """A page of the same site as the server, so that the frame has storage; with a strict CSP."""
    origin = f"http://chat.engage.test:{server.http_port}"
    widget = f'<script async src="{origin}/livechat/demo/widget.js"></script>'
    page = (
        "<!doctype html><meta name=viewport content='width=device-width'><title>Shop</title>"
        f'<body><h1>Shop</h1><script nonce="{NONCE}">{QUEUE}</script>{widget}{widget}'
    )
    policy = (
        f"default-src 'none'; script-src {origin} 'nonce-{NONCE}'; frame-src {origin};"
        " style-src 'self'"
    )
    with WebSite({"/": page}, policy, host="shop.engage.test") as running:
        yield running


@pytest.fixture
def visit(new_context: Callable[..., BrowserContext], shop: WebSite) -> Callable[[], Page]:
    def opened() -> Page:
        page = new_context().new_page()
        page.goto(shop.url)
        page.wait_for_function("heard.some(([name]) => name == 'ready')")
        return page

    return opened


def chat(page: Page) -> Frame:
    """The frame: the root around it is closed, so that it is found as the only one."""
    if len(page.frames) < 2:
        page.wait_for_event("frameattached")
    return page.frames[1]


def heard(page: Page, name: str) -> list[Any]:
    return [value for what, value in page.evaluate("heard") if what == name]


def told(page: Page, name: str) -> Any:
    page.wait_for_function("name => heard.some(([what]) => what == name)", arg=name)
    return heard(page, name)[-1]


def test_calls_wait_for_the_script_and_two_of_it_are_one(visit: Callable[[], Page]) -> None:
    page = visit()
    page.wait_for_load_state("load")
    assert page.evaluate("document.querySelectorAll('engage-chat').length") == 1
    assert heard(page, "ready") == [None]
    page.evaluate("EngageChat.on('ready', () => heard.push(['late']))")  # it is ready already
    assert heard_names(page).count("late") == 1
    page.evaluate("EngageChat.push(['open'])")
    name = chat(page).get_by_role("textbox", name="Full Name", exact=True)
    expect(name).to_have_value("Kim Lee")
    page.evaluate("EngageChat.off('close'); EngageChat.close()")
    assert "open" in heard_names(page)
    assert "close" not in heard_names(page)


def heard_names(page: Page) -> list[str]:
    return [each[0] for each in page.evaluate("heard")]


def test_a_signed_visitor_is_known_on_another_device_and_forgotten_on_leaving(
    visit: Callable[[], Page], secret: str, server: Server
) -> None:
    claims = {"name": "Kim Lee", "email": "kim@shop.example", "phone_number": "+49 30 5"}
    jwt = identity(secret, "customer-7", **claims)
    desk = visit()
    with Agent(server.url) as agent:
        agent.clear_the_line()
        desk.evaluate("jwt => { EngageChat.identify({ jwt }); EngageChat.open(); }", jwt)
        frame = chat(desk)
        frame.get_by_role("checkbox").check()  # nothing but consent is asked for
        expect(frame.get_by_role("textbox")).to_have_count(0)
        frame.get_by_role("button", name="Start Chat", exact=True).click()
        expect(frame.get_by_role("log")).to_be_visible()
        told(desk, "chat-started")
        agent.accept_and_say("Hello Kim")
        told(desk, "message")

        phone = visit()  # the same person elsewhere
        phone.evaluate("jwt => { EngageChat.identify({ jwt }); EngageChat.open(); }", jwt)
        there = chat(phone)
        expect(there.get_by_role("log")).to_contain_text("Hello Kim")
        assert told(phone, "identified")["name"] == "Kim Lee"

        # Somebody else signs in on that device: nothing of Kim's is to be seen.
        other = identity(secret, "customer-8", name="Liz Mayer", email="liz@shop.example")
        phone.evaluate("jwt => { EngageChat.logout(); EngageChat.identify({ jwt }); }", other)
        expect(there.get_by_role("button", name="Start Chat", exact=True)).to_be_visible()
        expect(there.locator("body")).not_to_contain_text("Hello Kim")
        assert (
            there.evaluate("Object.keys(localStorage).filter(k => /token|details/.test(k))") == []
        )

        # Logging out before the frame was ever opened leaves nothing either.
        desk.reload()
        desk.wait_for_function("heard.some(([name]) => name == 'ready')")
        desk.evaluate("EngageChat.logout()")
        desk.evaluate("EngageChat.open()")
        fresh = chat(desk)
        expect(fresh.get_by_role("textbox", name="Full Name", exact=True)).to_be_visible()
        expect(fresh.locator("body")).not_to_contain_text("Hello Kim")
        agent.end()


def test_a_token_that_does_not_hold_shows_nobodys_chat(
    visit: Callable[[], Page], server: Server
) -> None:
    page = visit()
    forged = identity("guessed", "customer-7", name="Kim Lee")
    page.evaluate("jwt => { EngageChat.identify({ jwt }); EngageChat.open(); }", forged)
    frame = chat(page)
    expect(frame.get_by_role("textbox", name="Full Name", exact=True)).to_be_visible()
    assert "signature" in told(page, "identity-refused")


def test_a_single_page_site_that_logs_in_later_switches_the_open_chat(
    visit: Callable[[], Page], secret: str, server: Server
) -> None:
    page = visit()
    with Agent(server.url) as agent:
        agent.clear_the_line()
        page.evaluate("EngageChat.open()")
        frame = chat(page)
        frame.get_by_role("textbox", name="Phone Number", exact=True).fill("+49 30 5")
        frame.get_by_role("checkbox").check()
        frame.get_by_role("button", name="Start Chat", exact=True).click()
        expect(frame.get_by_role("log")).to_be_visible()
        jwt = identity(secret, "customer-9", name="Kim Lee")
        page.evaluate("jwt => EngageChat.identify({ jwt })", jwt)
        assert told(page, "identified")["name"] == "Kim Lee"
        expect(frame.get_by_role("log")).to_be_visible()  # the same chat, vouched for now
        write(frame, "Still me")  # type: ignore[arg-type]
        expect(frame.get_by_role("log")).to_contain_text("Sent")
        agent.accept()
        assert agent.texts() == ["Still me"]
        agent.end()
