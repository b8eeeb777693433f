"""A log of many hundred messages: part of it is drawn, all of it can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import log
from tests.support.program import Program

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.desks import Desks
    from tests.support.server import Server

COUNT = 700
DRAWN = "document.querySelectorAll('[role=log] [data-seq]').length"


@pytest.fixture(scope="module")
def ben(server: Server) -> Program:
    return Program(server.url, "1001", "Demo-1001!")


@pytest.fixture(scope="module")
def group(ben: Program) -> str:
    """A group of Ben and Ana, in which Ben has written much."""
    body = {"client_id": str(uuid4()), "name": "Long", "members": ["1000"]}
    made = str(ben.post("/v1/groups", body).json()["conversation"])
    for number in range(COUNT):
        say(ben, made, f"Message {number}.")
    return made


def say(ben: Program, group: str, text: str) -> None:
    path = f"/v1/conversations/{group}/events"
    assert ben.post(path, {"client_id": str(uuid4()), "text": text}).status in (200, 201)


@pytest.fixture
def ana(server: Server, desks: Desks, group: str) -> Page:
    """Ana reads the end of it."""
    page = desks.wave("1000")
    page.goto(f"{server.url}/wave/#/chats/{group}")
    expect(log(page)).to_contain_text(f"Message {COUNT - 1}.")
    return page


def test_a_long_log_is_drawn_in_part_and_walked_by_keyboard(
    ana: Page, ben: Program, group: str
) -> None:
    expect(log(ana).get_by_text(f"Message {COUNT - 1}.", exact=True)).to_be_in_viewport()
    assert ana.evaluate(DRAWN) < 450
    assert serious_faults(ana) == []
    log(ana).press("Home")
    expect(log(ana).get_by_text("Message 0.", exact=True)).to_be_in_viewport()
    assert ana.evaluate(DRAWN) < 450
    say(ben, group, "While you read the beginning.")
    jump = ana.get_by_role("button", name="New messages", exact=True)
    expect(jump).to_be_visible()
    expect(log(ana).get_by_text("Message 0.", exact=True)).to_be_in_viewport()  # it stands still
    jump.click()
    newest = log(ana).get_by_text("While you read the beginning.", exact=True)
    expect(newest).to_be_in_viewport()
    expect(jump).to_have_count(0)
    say(ben, group, "And now at the end.")
    expect(log(ana).get_by_text("And now at the end.", exact=True)).to_be_in_viewport()


def test_what_is_read_stays_in_its_place_while_more_is_drawn(ana: Page) -> None:
    log(ana).hover()
    for _ in range(200):
        ana.mouse.wheel(0, -1_500)
        ana.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        assert ana.evaluate(DRAWN) < 450
        if log(ana).get_by_text("Message 0.", exact=True).count():
            break
    log(ana).evaluate("each => each.scrollTo(0, 0)")
    expect(log(ana).get_by_text("Message 0.", exact=True)).to_be_in_viewport()
    for _ in range(200):
        ana.mouse.wheel(0, 1_500)
        ana.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        if log(ana).get_by_text(f"Message {COUNT - 1}.", exact=True).count():
            break
    assert ana.evaluate(DRAWN) < 450


def test_a_message_that_was_searched_for_is_drawn(ana: Page, server: Server, group: str) -> None:
    ana.goto(f"{server.url}/wave/#/chats/{group}/52")
    expect(ana.locator("[data-marked]")).to_contain_text("Message 5")
    expect(ana.locator("[data-marked]")).to_be_in_viewport()
    log(ana).press("End")
    expect(log(ana).get_by_text(f"Message {COUNT - 1}.", exact=True)).to_have_count(1)
