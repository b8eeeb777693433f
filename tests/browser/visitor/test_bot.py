"""The guide's bot serves a visitor, until a person does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import Agent, serious_faults
from tests.support.program import Program
from tests.support.server import Reply, Server, free_port, wait_until
from tests.support.visiting import start_chat, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext

BOT = Path(__file__).parents[3] / "docs/guide/examples/bot.py"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--webhook-networks", "127.0.0.0/8") as running:
        yield running


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wanted(port: int, **more: str) -> dict[str, object]:
    address = f"http://127.0.0.1:{port}/"
    return {"name": "Robo", "url": address, "answer_within_s": 30, **more}


@pytest.fixture(scope="module")
def bot(server: Server) -> Iterator[int]:
    """The demonstration's live chat has the bot of the guide."""
    admin, port = Program(server.url, "admin", "Demo-admin!"), free_port()
    [demo] = admin.get("/v1/livechats").json()["items"]
    put = set_bot(admin, demo["id"], wanted(port))
    command = ["setpriv", "--pdeathsig", "KILL", sys.executable, str(BOT), str(port)]
    surroundings = {**os.environ, "WEBHOOK_SECRET": put.json()["secret"]}
    with subprocess.Popen(command, env=surroundings, stderr=subprocess.DEVNULL) as running:
        wait_until(lambda: listens(port), 20, "the bot listens")
        yield port
        running.kill()


def set_bot(admin: Program, livechat: str, terms: dict[str, object]) -> Reply:
    path, body = f"/v1/livechats/{livechat}/bot", json.dumps(terms).encode()
    put = admin.send("PUT", path, body, "application/json")
    assert put.status == 200, put.body
    return put


@pytest.mark.usefixtures("bot")
def test_a_bot_answers_and_a_person_takes_over(
    new_context: Callable[..., BrowserContext], server: Server
) -> None:
    page = new_context(viewport={"width": 360, "height": 640}).new_page()
    with Agent(server.url) as agent:
        page.goto(f"{server.url}/livechat/demo")
        start_chat(page)
        log, choices = page.get_by_role("log"), page.get_by_role("group", name="Answers")
        expect(log).to_contain_text("Robo, an automatic assistant, joined the chat.")
        expect(log).to_contain_text("What would you like to know?")
        expect(page.get_by_role("banner")).to_contain_text("an automatic assistant")
        assert agent.call("inquiries")["inquiries"] == []
        choices.get_by_role("button", name="Opening hours").click()
        expect(log).to_contain_text("from nine to six")
        assert serious_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if folder := os.environ.get("ENGAGE_PICTURES"):
            page.screenshot(path=f"{folder}/bot.png")
        write(page, "Do you repair shoes?")
        expect(log).to_contain_text("A person will be with you soon.")
        expect(page.get_by_role("button", name="Talk to a person")).to_have_count(0)
        agent.accept_and_say("We do.")
        expect(log).to_contain_text("We do.")
        assert [each["text"] for each in agent.events() if each["kind"] == "note"] == [
            "The visitor asked: Do you repair shoes?"
        ]
        agent.end()


@pytest.mark.usefixtures("bot")
def test_the_visitor_asks_for_a_person(
    new_context: Callable[..., BrowserContext], server: Server
) -> None:
    page = new_context().new_page()
    with Agent(server.url) as agent:
        page.goto(f"{server.url}/livechat/demo")
        start_chat(page)
        page.get_by_role("button", name="Talk to a person").click()
        expect(page.get_by_role("log")).to_contain_text("A person will be with you soon.")
        agent.accept_and_say("Here I am.")
        expect(page.get_by_role("log")).to_contain_text("Here I am.")
        agent.end()


def test_who_wants_a_person_outside_the_working_hours_leaves_a_message(
    new_context: Callable[..., BrowserContext], server: Server, bot: int
) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    [demo] = admin.get("/v1/livechats").json()["items"]
    never = (datetime.now(UTC).isoweekday() + 3) % 7 + 1  # no day that is today anywhere
    hours = {"start": "09:00", "end": "10:00", "weekdays": [never]}
    path = f"/v1/livechats/{demo['id']}"
    changed = admin.patch(path, {"working_hours": 6, "working_rows": [hours]})
    assert changed.status == 200, changed.body
    set_bot(admin, demo["id"], wanted(bot, serve="always"))
    try:
        page = new_context(viewport={"width": 360, "height": 640}).new_page()
        page.goto(f"{server.url}/livechat/demo")
        start_chat(page)
        expect(page.get_by_role("log")).to_contain_text("What would you like to know?")
        write(page, "Do you repair shoes?")  # which the bot leaves to people
        left = page.get_by_role("textbox", name="Message", exact=True)
        expect(left).to_have_value("Do you repair shoes?")
        expect(page.get_by_role("button", name="Start again")).to_be_visible()
        assert serious_faults(page) == []
        if folder := os.environ.get("ENGAGE_PICTURES"):
            page.screenshot(path=f"{folder}/bot-by-night.png")
        page.get_by_role("button", name="Start again").click()
        start_chat(page)
        expect(page.get_by_role("banner")).to_contain_text("an automatic assistant")
    finally:
        set_bot(admin, demo["id"], wanted(bot))
        assert admin.patch(path, {"working_hours": 0}).status == 200
