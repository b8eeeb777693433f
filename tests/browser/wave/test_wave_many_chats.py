"""Two hundred visitors at a time: all can be reached, and what is out of sight is not laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import Agent, serious_faults
from tests.support.desk import log, message_box, open_wave, say
from tests.support.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.support.desk import NewContext
    from tests.support.server import Server

COUNT = 200
FORM = {"email": "vera@example.test", "phone": "+4930123456", "consent": True, "language": "en"}
LAID_OUT = """list => [...list.querySelectorAll('a')]
  .filter((each) => each.checkVisibility({ contentVisibilityAuto: true })).length"""


@pytest.fixture(scope="module")
def ana(server: Server) -> Iterator[Agent]:
    """She serves all of them."""
    admin = Program(server.url, "admin", "Demo-admin!")
    demo = next(x for x in admin.get("/v1/livechats").json()["items"] if x["name"] == "Demo")
    assert admin.patch(f"/v1/livechats/{demo['id']}", {"sessions_per_agent": 0}).status == 200
    with Agent(server.url) as agent:
        for number in range(COUNT):
            form = {**FORM, "full_name": f"Visitor {number:03}"}
            begun = admin.post("/v1/livechat/demo/sessions", form).json()
            taken = agent.call("accept", conversation=begun["conversation"], epoch=0)
            assert taken["ok"], taken
        yield agent


@pytest.mark.timeout(240)
def test_two_hundred_open_chats_are_served_by_keyboard(
    ana: Agent, server: Server, new_context: NewContext
) -> None:
    page = open_wave(new_context, server.url, ana.number)
    chats = page.get_by_role("list", name="My chats", exact=True)
    expect(chats.get_by_role("listitem")).to_have_count(COUNT)
    assert 0 < chats.evaluate(LAID_OUT) < 60
    assert serious_faults(page) == []
    open_by_keyboard(page, f"Visitor {COUNT - 1:03}")
    say(page, "Good day, how can I help?")
    first = chats.get_by_role("link", name="Visitor 000")
    first.focus()
    expect(first).to_be_in_viewport()
    assert chats.evaluate(LAID_OUT) < 60, "what went out of sight is laid out no more"
    open_by_keyboard(page, "Visitor 000")
    message_box(page).press_sequentially("Twenty letters here.")
    message_box(page).press("Enter")
    expect(log(page)).to_contain_text("Twenty letters here.")
    expect(message_box(page)).to_have_value("")


def open_by_keyboard(page: Page, name: str) -> None:
    """Follow the link of a chat as the keyboard does."""
    page.get_by_role("link", name=name).press("Enter")
    expect(page.get_by_role("heading", name=name, level=2)).to_be_visible()
