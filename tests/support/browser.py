"""A real Chromium for tests, an agent at the other end, and a web site that includes the widget."""

from __future__ import annotations

import asyncio
import http.server
import json
import threading
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

from axe_playwright_python.sync_playwright import Axe

from tests.support.chatter import Chatter

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence

    import pytest
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

T = TypeVar("T")
HEADLESS_SHELL = "/usr/bin/chromium-headless-shell"
"""The same engine without windows: a profile costs it a third of the time."""
CHROMIUM = "/usr/bin/chromium"
"""With what surrounds pages, such as notifications."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    # Names that are not loopback to the browser: no secure context, and sites apart.
    "--host-resolver-rules=MAP *.test 127.0.0.1",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    # No page lives long enough for its scripts to be worth optimising.
    "--js-flags=--no-opt,--no-maglev",
]
WITHIN_S = 30.0
PATIENCE_MS = 30_000  # several browsers and servers share a few cores
WITHOUT_WORKERS = "delete Navigator.prototype.serviceWorker;"
"""As over plain HTTP from another host: what is there for closed pages costs each open one."""


@contextmanager
def chromium(driver: Playwright, program: str = HEADLESS_SHELL) -> Iterator[Browser]:
    """A browser without a screen."""
    browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def profiles(browser: Browser, of: pytest.Item) -> Iterator[Callable[..., BrowserContext]]:
    """What makes profiles for a test, or for all of a file; they end together.

    Arguments are Playwright's (`viewport`, `locale` …). Pages have service workers in files marked
    `workers` alone.
    """
    contexts: list[BrowserContext] = []
    workers = of.get_closest_marker("workers")

    def make(**options: object) -> BrowserContext:
        options.setdefault("locale", "en-GB")
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        if not workers:
            context.add_init_script(WITHOUT_WORKERS)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


AXE = Axe().axe_script
MOVED_IN = """async () => {
  const moving = () => document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().iterations !== Infinity);
  const moved = (each) => each.finished.catch(() => null);
  while (moving().length) await Promise.all(moving().map(moved));
}"""
"""What fades in has its colours only when it stands; an element that went away counts as well.
What inherits a colour that faded begins to fade when that has ended."""


JUDGE = """([rules, without]) => {
  const serious = ({ impact }) => impact === "serious" || impact === "critical";
  const slight = axe._audit.rules.filter((each) => !serious(each));
  const which = rules.length
    ? { runOnly: { type: "rule", values: rules } }
    : { rules: Object.fromEntries(slight.map(({ id }) => [id, { enabled: false }])) };
  const where = without.length ? { exclude: without } : document;
  return axe.run(where, { resultTypes: ["violations"], ...which });
}"""
"""A rule finds what is as grave as the rule: the slight ones are not asked."""
MENU = "nav#menu"
"""The administration's, the same on all its pages: `test_admin_looks` judges it."""
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules about colours: what else could another scheme of colours break?"""


def serious_faults(page: Page, *rules: str, without: Sequence[str] = (MENU,)) -> list[str]:
    """What axe finds that is serious or critical, one line each; by these rules, or by all.

    `without` are selectors of what has been judged already.
    """
    page.evaluate(MOVED_IN)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(JUDGE, [rules, list(without)])["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


class Agent:
    """A colleague at the desk, without a browser: signs in, accepts, writes.

    Lives on a thread of its own, because Playwright's synchronous driver occupies this one.
    """

    def __init__(self, url: str, number: str = "1000", password: str | None = None) -> None:
        self.url, self.number = url, number
        self._password = password or f"Demo-{number}!"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.conversation = ""
        self._epoch = 0

    def __enter__(self) -> Self:
        self._thread.start()
        signed = _post(f"{self.url}/v1/sign-in", {"user": self.number, "password": self._password})
        self.token = str(signed["token"])
        self._chatter = self._do(self._connected())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._chatter.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WITHIN_S)
        self._loop.close()

    async def _connected(self) -> Chatter:
        chatter = Chatter(self.url, "/wave", self.token, self.number)
        await chatter.connect()
        return chatter

    def _do(self, work: Coroutine[Any, Any, T], within_s: float = WITHIN_S) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within_s)

    def reconnect(self) -> None:
        """Connect anew, after the server was away."""
        self._do(self._chatter.connect(), 30)

    def call(self, event: str, **data: Any) -> dict[str, Any]:
        """Any socket event; the acknowledgement."""
        return self._do(self._chatter.call(event, **data))

    def accept(self, livechat: str | None = None) -> None:
        """Take the first inquiry, as soon as there is one; only of the live chat named, if any."""

        async def taken() -> dict[str, Any]:
            async with asyncio.timeout(WITHIN_S):
                while True:
                    listed = await self._chatter.call("inquiries")
                    found = [
                        each
                        for each in listed["inquiries"]
                        if livechat in (None, each["livechat"]["name"])
                    ]
                    if found:
                        break
                    await self._chatter.heard.get()
            first = found[0]
            return await self._chatter.call(
                "accept", conversation=first["conversation"], epoch=first["epoch"]
            )

        answer = self._do(taken(), WITHIN_S + 2)
        assert answer["ok"], answer
        summary = answer["conversation"]
        self.conversation, self._epoch = summary["conversation"], summary["epoch"]
        self._do(self._chatter.follow(self.conversation))

    def clear_the_line(self) -> None:
        """End what a failed test before this one has left waiting."""
        for each in self.call("inquiries")["inquiries"]:
            assert self.call("accept", conversation=each["conversation"], epoch=each["epoch"])["ok"]
            assert self.call("end", conversation=each["conversation"])["ok"]

    def say(self, text: str) -> None:
        """Write into the accepted conversation; returns when it is stored."""
        self._do(self._chatter.say(self.conversation, text), 30)

    def accept_and_say(self, text: str) -> None:
        """Take the inquiry and answer it."""
        self.accept()
        self.say(text)

    def types(self) -> None:
        """Let the visitor see that somebody is writing."""
        assert self.call("typing", conversation=self.conversation)["ok"]

    def reads(self) -> None:
        """Mark everything as read."""
        seq = max(event["seq"] for event in self.events())
        assert self.call("read", conversation=self.conversation, seq=seq)["ok"]

    def end(self) -> None:
        """End the conversation."""
        assert self.call("end", conversation=self.conversation)["ok"]

    def events(self) -> list[dict[str, Any]]:
        """The conversation's log as the server has it."""
        page = self.call("resume", conversation=self.conversation, after=0)
        assert page["ok"], page
        return list(page["events"])

    def watermark(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first watermark told that is as wanted."""

        async def heard() -> dict[str, Any]:
            async with asyncio.timeout(WITHIN_S):
                while True:
                    name, payload = await self._chatter.heard.get()
                    if name == "watermark" and wanted(payload):
                        return payload

        return self._do(heard(), WITHIN_S + 2)

    def texts(self) -> list[str]:
        """What was said, in order, by anybody but the system."""
        return [
            event["text"]
            for event in self.events()
            if event["kind"] == "message" and event["author"]["kind"] != "system"
        ]


def _post(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - the server under test
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310
        return dict(json.load(answer))


class WebSite:
    """Somebody's web site on an origin of its own; every page is served under the same policy."""

    def __init__(self, pages: Mapping[str, str], policy: str = "", host: str = "shop.test") -> None:
        site_pages = dict(pages)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site_pages.get(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if policy:
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write((body or "").encode())

            def log_message(self, *_: object) -> None:
                """A test prints nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://{host}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
