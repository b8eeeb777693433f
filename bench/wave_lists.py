"""What long lists cost in Wave: 200 open conversations, a log of 10,000 messages, in Chromium.

`python -m bench.wave_lists` prints, for opening, scrolling and one incoming message, how long the
page's main thread worked (Chromium's own figures in processor time: script, style, layout, all).
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aiohttp
from playwright.async_api import async_playwright

from tests.support.browser import ARGUMENTS, HEADLESS_SHELL
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import CDPSession, Page

FIGURES = {"script": "ScriptDuration", "style": "RecalcStyleDuration", "layout": "LayoutDuration"}
AT_ONCE = 40
ALL_THERE = """count => [...document.querySelectorAll("[role=log] [data-seq]")]
  .some((each) => Number(each.dataset.seq) >= count)"""


class Colleague:
    """Writes over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session, self._url = session, url
        self._headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    async def of(cls, session: aiohttp.ClientSession, url: str, number: str) -> Colleague:
        """Signed in with the demonstration's password."""
        body = {"user": number, "password": f"Demo-{number}!"}
        async with session.post(f"{url}/v1/sign-in", json=body) as reply:
            return cls(session, url, (await reply.json())["token"])

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the server made of it."""
        url = f"{self._url}{path}"
        async with self._session.post(url, json=body, headers=self._headers) as reply:
            reply.raise_for_status()
            return dict(await reply.json())

    async def say(self, conversation: str, text: str) -> None:
        """One message."""
        body = {"client_id": str(uuid4()), "text": text}
        await self.post(f"/v1/conversations/{conversation}/events", body)


async def furnished(ben: Colleague, groups: int, messages: int) -> str:
    """So many groups with Ana, one of which is long; its identifier."""
    made = []
    for number in range(groups):
        body = {"client_id": f"bench-{number}", "name": f"Group {number}", "members": ["1000"]}
        made.append((await ben.post("/v1/groups", body))["conversation"])
        await ben.say(made[-1], f"Hello, group {number}")
    pool = asyncio.Semaphore(AT_ONCE)

    async def say(number: int) -> None:
        async with pool:
            words = "and some more words " * (number % 5)
            await ben.say(made[-1], f"Message {number} {words}")

    await asyncio.gather(*(say(number) for number in range(messages)))
    return str(made[-1])


class Watch:
    """What a page's main thread does."""

    def __init__(self, page: Page, devtools: CDPSession) -> None:
        self._page, self._devtools = page, devtools

    async def told(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """Print what `work` costs."""
        before = await self._figures()
        await work()
        await self._page.evaluate("new Promise((done) => requestIdleCallback(done))")
        after = await self._figures()
        spent = {name: (after[key] - before[key]) * 1000 for name, key in FIGURES.items()}
        tasks = (after["TaskDuration"] - before["TaskDuration"]) * 1000
        shown = "  ".join(f"{name} {spent[name]:7.0f} ms" for name in FIGURES)
        print(f"{what:28} {shown}  all {tasks:7.0f} ms  nodes {after['Nodes']:7.0f}")

    async def _figures(self) -> dict[str, float]:
        metrics = (await self._devtools.send("Performance.getMetrics"))["metrics"]
        return {each["name"]: each["value"] for each in metrics}


async def watch(url: str, ben: Colleague, long: str, messages: int) -> None:
    """Open Wave as Ana, and go through it."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=HEADLESS_SHELL, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(f"{url}/wave/")
        await page.get_by_label("User name", exact=True).fill("1000")
        await page.get_by_label("Password", exact=True).fill("Demo-1000!")
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.get_by_role("heading", name="Live Chat", level=1).wait_for()
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
        await devtools.send("Performance.enable")
        seen = Watch(page, devtools)
        chats = page.get_by_role("list", name="Chats", exact=True)
        log = page.get_by_role("log", name="Conversation", exact=True)

        async def list_opened() -> None:
            await page.get_by_role("link", name="Chats", exact=True).click()
            await chats.get_by_text("Group 0", exact=True).first.wait_for(state="attached")

        async def list_told() -> None:
            await ben.say(first, "News")
            await chats.get_by_text("News").first.wait_for()

        async def log_opened() -> None:
            await page.evaluate(f"location.hash = '#/chats/{long}'")
            await page.wait_for_function(ALL_THERE, arg=messages, timeout=120_000)

        async def log_told() -> None:
            await ben.say(long, "Just now")
            await log.get_by_text("Just now", exact=True).wait_for()

        async def log_scrolled() -> None:
            await log.hover()
            for _ in range(30):
                await page.mouse.wheel(0, -800)
                await page.evaluate("new Promise((done) => requestAnimationFrame(done))")

        async def written() -> None:
            await page.get_by_role("textbox", name="Message", exact=True).type(
                "twenty letters here."
            )

        first = (await ben.post("/v1/groups", {"client_id": "bench-first", "name": "First",
                                               "members": ["1000"]}))["conversation"]  # fmt: skip
        await seen.told("list of chats opened", list_opened)
        await seen.told("news in the list", list_told)
        await seen.told("log opened", log_opened)
        await seen.told("message in the open log", log_told)
        await seen.told("thirty screens scrolled", log_scrolled)
        await seen.told("twenty letters written", written)
        await browser.close()


async def measure(groups: int, messages: int) -> None:
    """Everything, on a server of its own."""
    with Server() as server:
        async with aiohttp.ClientSession() as session:
            ben = await Colleague.of(session, server.url, "1001")
            long = await furnished(ben, groups, messages)
            await watch(server.url, ben, long, messages)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--messages", type=int, default=10_000)
    given = parser.parse_args()
    asyncio.run(measure(given.groups, given.messages))
