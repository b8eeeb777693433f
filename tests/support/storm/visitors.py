"""Who visits: chats that agents take and hand over, and pages in Chromium that call."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error, TimeoutError, expect, sync_playwright  # noqa: A004

from tests.integration.livechat.test_livechat_survives_kill import FORM, ask, wave
from tests.support.browser import chromium
from tests.support.desk import ask as open_chat
from tests.support.desk import message_box, say
from tests.support.softphone import speaks
from tests.support.storm.hall import LIVE_CHAT

if TYPE_CHECKING:
    import random
    from collections import Counter
    from collections.abc import Collection

    import socketio
    from playwright.sync_api import Browser, Page

    from tests.support.server import Server

VISITOR_HZ = 700
PATIENCE_MS = 30_000
OVER = "The call has ended"
DONE = ("conversation_closed", "conflict")
"""What is refused since it was done already, by the first try."""


class Chats:
    """Two agents, and visitors whom both want, whom one serves and hands over to the other."""

    def __init__(
        self, server: Server, agents: tuple[str, str], chance: random.Random, done: Counter[str]
    ) -> None:
        self._server, self._numbers, self._chance, self._done = server, agents, chance, done

    async def go_on(self, until: float) -> None:
        """One chat after the other."""
        loop = asyncio.get_running_loop()
        first, second = self._numbers
        async with wave(self._server, first) as one, wave(self._server, second) as other:
            while loop.time() < until:
                await self._chat(one, other)
                self._done["chats"] += 1

    async def _chat(self, one: socketio.AsyncClient, other: socketio.AsyncClient) -> None:
        visitor = await ask(self._server, "/v1/livechat/demo/sessions", FORM)
        chat = {"conversation": visitor["conversation"]}
        takes = [_asked(each, "accept", chat) for each in (one, other)]
        taken = [answer["ok"] for answer in await asyncio.gather(*takes)]
        assert sorted(taken) == [False, True], "one of two has a visitor"
        owner, helper = (one, other) if taken[0] else (other, one)
        await self._told(owner, "send", chat, client_id="one", text="Hello", epoch=1)
        if self._chance.random() < 0.6:
            to = self._numbers[0 if helper is one else 1]
            kind = self._chance.choice(("agent", "queue"))
            taker = {"kind": kind, "value": to if kind == "agent" else LIVE_CHAT}
            await self._told(owner, "transfer", chat, to=taker)
            await self._told(helper, "accept", chat)
            stale = {"client_id": "late", "text": "I have it", "epoch": 1, **chat}
            answer = await _asked(owner, "send", stale)
            assert not answer["ok"], "whoever has handed a chat over writes in it no more"
            await self._told(helper, "send", chat, client_id="two", text="Now I", epoch=2)
            owner = helper
            self._done[f"chats handed to the {kind}"] += 1
        await self._told(owner, "end", chat)
        await asyncio.sleep(self._chance.uniform(0.1, 1))

    async def _told(
        self, agent: socketio.AsyncClient, event: str, chat: dict[str, Any], **more: Any
    ) -> None:
        answer = await _asked(agent, event, {**chat, **more})
        assert answer["ok"], (event, answer)


async def _asked(agent: socketio.AsyncClient, event: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask as Wave does: again where the server had no time; what was done then is done."""
    repeated = False
    while True:
        answer: dict[str, Any] = await agent.call(event, body, namespace="/wave", timeout=60)
        if answer["ok"]:
            return answer
        code = answer["error"]["code"]
        if code != "unavailable":
            done = repeated and event in ("transfer", "end") and code in DONE
            return {"ok": True} if done else answer
        repeated = True


VANISHED = "visitors who vanished"


def browse(
    server: Server, until: float, tones: Collection[float], done: Counter[str], seed: random.Random
) -> list[str]:
    """Visitors with Chromium, one after the other, who write and call; for a thread of its own.

    `until` is a moment of the monotonic clock; `tones` are the voices of who may answer. Returns
    the names of those who vanished in mid talk.
    """
    vanished = []
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver, chromium(driver) as browser:
        for number in count(1):
            if time.monotonic() > until:
                break
            name, before = f"Vera {number}", done[VANISHED]
            _visit(browser, server, name, tones, done, seed)
            if done[VANISHED] > before:
                vanished.append(name)
    return vanished


def _visit(
    browser: Browser,
    server: Server,
    name: str,
    tones: Collection[float],
    done: Counter[str],
    chance: random.Random,
) -> None:
    context = browser.new_context(locale="en-GB")
    try:
        context.set_default_timeout(PATIENCE_MS)
        speaks(context, VISITOR_HZ)
        page = open_chat(lambda: context, server.url, name, "Are you there?")
        if _called(page):
            done["visitors' calls"] += 1
            done["visitors who heard an agent"] += _hears_one_of(page, tones)
            if chance.random() < 0.3:
                page.reload()  # a call outlives it
                done["visitors who heard one after a reload"] += _hears_one_of(page, tones)
            if chance.random() < 0.3:
                done[VANISHED] += 1
                return  # the page is closed in mid talk
            _hang_up(page)
        else:
            done["visitors' calls that nobody took"] += 1
        say(page, "Thank you.")
        page.get_by_role("button", name="End chat", exact=True).click()
        page.get_by_role("button", name="Yes, end it").click()
        expect(message_box(page)).to_have_count(0)
    except Error as failed:
        failed.add_note(name)
        raise
    finally:
        context.close()


def _called(page: Page) -> bool:
    """Whether somebody answered."""
    page.get_by_role("button", name="Call", exact=True).click()
    bar = page.get_by_role("region", name="Call", exact=True)
    expect(bar).to_be_visible()  # a press leads to a call, or to a sentence
    answered = bar.get_by_text("You are talking to")
    over = bar.get_by_role("button", name="Close", exact=True)
    expect(answered.or_(over).first).to_be_visible(timeout=90_000)
    if over.is_visible():
        over.click()
        return False
    return True


def _hears_one_of(page: Page, tones: Collection[float]) -> bool:
    """Wait for an agent's voice, or the end: one who vanished says nothing and does not hang up."""
    heard = "tones => tones.some((hz) => Math.abs(heardHz() - hz) < 15)"
    wanted = f"tones => ({heard})(tones) || document.body.innerText.includes('{OVER}')"
    with suppress(TimeoutError):
        page.wait_for_function(wanted, arg=list(tones))
    return bool(page.evaluate(heard, list(tones)))


def _hang_up(page: Page) -> None:
    """Unless the other side is faster."""
    over = page.get_by_role("log").get_by_text(OVER)
    with suppress(Error):
        page.get_by_role("button", name="Hang up", exact=True).click(timeout=5_000)
    expect(over.first).to_be_visible()
