"""JsSIP and SIP.js in Chromium: they register over WebSocket and write to a phone on UDP."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.background import Background
from tests.support.phone import Phone
from tests.support.program import Program
from tests.support.server import ROOT, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from tests.support.server import Server

LIBRARIES = ["JsSIP", "SIP.js"]


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's script, built from the libraries as npm brings them."""
    built = tmp_path_factory.mktemp("phones") / "phones.js"
    command = [sys.executable, str(ROOT / "tools" / "node.py"), "node", "phones/build.mjs"]
    subprocess.run([*command, str(built)], check=True, timeout=120)
    return built


@pytest.fixture
def background() -> Iterator[Background]:
    with Background() as running:
        yield running


@pytest.fixture
def desk(server: Server, background: Background) -> Iterator[Phone]:
    """A phone on UDP, registered as 1001."""
    phone = Phone("1001", "Sip-1001!", ("127.0.0.1", server.sip_port))
    background.do(phone.__aenter__())
    assert background.do(phone.register()) == 200
    yield phone
    background.do(phone.register(0))
    background.do(phone.__aexit__())


class BrowserPhone:
    """A library's phone in a page of the server's own origin."""

    def __init__(self, page: Page, origin: str, script: Path, kind: str, **options: Any) -> None:
        page.goto(f"{origin}/healthz")  # any page of this origin: Chromium looks where it is from
        page.add_script_tag(path=script)
        self._page = page
        server = origin.replace("http", "ws", 1) + "/sip"
        page.evaluate(
            "([kind, options]) => void makePhone(kind, options)",
            [
                kind,
                {"server": server, "domain": "127.0.0.1", **options},
            ],
        )

    def do(self, call: str) -> Any:
        """Have the phone do something; what it heard."""
        return self._page.evaluate(f"() => phone.{call}")

    def received(self, count: int) -> list[str]:
        """Its texts, as soon as there are so many."""
        self._page.wait_for_function(f"() => phone.received.length >= {count}")
        return list(self._page.evaluate("() => phone.received"))


def account(number: str, password: str = "") -> dict[str, str]:
    return {"user": number, "password": password or f"Sip-{number}!"}


@pytest.mark.parametrize("secure", [False, True], ids=["ws", "wss"])
@pytest.mark.parametrize("kind", LIBRARIES)
def test_browser_and_phone_write_to_each_other(
    server: Server,
    new_context: Callable[..., BrowserContext],
    script: Path,
    desk: Phone,
    background: Background,
    kind: str,
    secure: bool,
) -> None:
    page = new_context(bypass_csp=True, ignore_https_errors=True).new_page()
    origin = server.https_url if secure else server.url
    browser = BrowserPhone(page, origin, script, kind, **account("1000"))
    assert browser.do("register()") == 200
    assert browser.do("options()") == 200
    assert browser.do("send('1001', 'Grüße aus dem Browser')") == 200
    assert background.do(desk.receive(1)) == ["Grüße aus dem Browser"]
    assert background.do(desk.send("1000", "Hallo")) == 200
    assert browser.received(1) == ["Hallo"]
    assert browser.do("unregister()") == 200


@pytest.mark.parametrize("kind", LIBRARIES)
def test_wrong_password_is_refused(
    server: Server, new_context: Callable[..., BrowserContext], script: Path, kind: str
) -> None:
    page = new_context(bypass_csp=True).new_page()
    browser = BrowserPhone(page, server.url, script, kind, **account("1000", "guess"))
    assert browser.do("register()") == 401


@pytest.mark.parametrize(
    ("number", "event", "accept", "told"),
    [
        ("1000", "message-summary", "application/simple-message-summary", "Messages-Waiting: no"),
        ("1001", "presence", "application/pidf+xml", "<presence"),
        ("1001", "dialog", "application/dialog-info+xml", "<dialog-info"),
    ],
)
@pytest.mark.parametrize("kind", LIBRARIES)
def test_browser_hears_of_mail_presence_and_calls(
    server: Server,
    new_context: Callable[..., BrowserContext],
    script: Path,
    kind: str,
    number: str,
    event: str,
    accept: str,
    told: str,
) -> None:
    page = new_context(bypass_csp=True).new_page()
    browser = BrowserPhone(page, server.url, script, kind, **account("1000"))
    assert browser.do("register()") == 200
    content_type, body = browser.do(f"subscribe('{number}', '{event}', '{accept}')")
    assert content_type == accept
    assert told in body


@pytest.mark.parametrize("kind", LIBRARIES)
def test_short_lived_credentials_register_a_browser(
    server: Server, new_context: Callable[..., BrowserContext], script: Path, kind: str
) -> None:
    made = Program(server.url, "1003", "Demo-1003!").post("/v1/me/sip", {}).json()
    page = new_context(bypass_csp=True).new_page()
    named = {"authorizationUser": made["authorization_user"]}
    browser = BrowserPhone(
        page, server.url, script, kind, **account("1003", made["password"]), **named
    )
    assert browser.do("register()") == 200
    assert browser.do("unregister()") == 200


def test_jssip_comes_back_by_itself_when_the_pbx_restarts(
    server: Server,
    new_context: Callable[..., BrowserContext],
    script: Path,
    desk: Phone,
    background: Background,
) -> None:
    page = new_context(bypass_csp=True).new_page()
    browser = BrowserPhone(page, server.url, script, "JsSIP", **account("1002"))
    assert browser.do("register()") == 200
    server.kill9("pbx")
    page.wait_for_function("() => !phone.registered()")
    page.wait_for_function("() => phone.registered()", timeout=20_000)
    wait_until(lambda: background.do(desk.send("1002", "Back?")) == 200, 10, "the message")
    assert browser.received(1)[0] == "Back?"
