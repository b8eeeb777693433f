"""A chairman in Wave: callers in another order, a talk that is heard, an agent on a break."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.baresip import Baresip
from tests.support.browser import serious_faults
from tests.support.desk import NARROW, open_wave
from tests.support.program import Program
from tests.support.tone import says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.desk import NewContext
    from tests.support.server import Server

QUEUE = {
    "number": "6530", "name": "Chaired", "static_agents": ["1001"], "chairmen": ["1000"],
    "dial_in_empty": "yes", "leave_when_empty": "no", "max_wait_s": 0, "wrap_up_s": 0,
}  # fmt: skip


def test_a_chairman_leads_a_queue_from_wave(
    server: Server, new_context: NewContext, tmp_path: Path
) -> None:
    root = Program(server.url, "admin", "Demo-admin!")
    assert root.post("/v1/queues", QUEUE).status == 201
    with ExitStack() as stack:

        def phone(number: str, hz: float, account: str = "") -> Baresip:
            folder = tmp_path / number
            made = Baresip(folder, server, number, "udp", account=account, config=says(folder, hz))
            stack.enter_context(made).shows("registered successfully")
            return made

        agent = phone("1001", 1000)
        first, second = phone("1002", 440), phone("1003", 600)
        wave = open_wave(new_context, server.url, "1000")
        wave.get_by_role("link", name="Calls", exact=True).click()
        desk = wave.get_by_role("group", name="Chairman of Chaired", exact=True)
        agents = desk.get_by_role("list", name="Agents of Chaired", exact=True)
        agents.get_by_role("button", name="Pause: Ben Osei", exact=True).click()
        wave.get_by_role("menuitem", name="Lunch", exact=True).click()
        expect(agents).to_contain_text("On break: Lunch")
        leaving = agents.get_by_role("button", name="Log out: Ben Osei", exact=True)
        expect(leaving).to_have_count(0)
        assert root.patch("/v1/queues/6530", {"static_login": True}).status == 200
        expect(leaving).to_be_visible(timeout=30_000)

        callers = desk.get_by_role("list", name="Callers of Chaired who wait", exact=True)
        first.enters("/dial 6530")
        expect(callers.get_by_role("listitem")).to_have_count(1)
        second.enters("/dial 6530")
        expect(callers.get_by_role("listitem")).to_have_count(2)
        expect(callers.get_by_role("listitem").first).to_contain_text("1002")
        callers.get_by_role("button", name=re.compile(r"^Serve next: .*1003$")).click()
        expect(callers.get_by_role("listitem").first).to_contain_text("1003")
        assert serious_faults(wave) == []

        agents.get_by_role("button", name="Unpause: Ben Osei", exact=True).click()
        agent.shows("Incoming call")
        agent.enters("/accept")
        talks = desk.get_by_role("list", name="Talks of Chaired", exact=True)
        expect(talks).to_contain_text("1003")
        talks.get_by_role("button", name=re.compile("^Transfer: .*1003$")).click()
        asked = wave.get_by_role("dialog", name=re.compile("^Transfer .*1003$"))
        number = asked.get_by_role("textbox", name="Number", exact=True)
        number.fill("(99) 99-98")
        with wave.expect_request("**/v1/me/queue-board/callers/*/transfer") as told:
            asked.get_by_role("button", name="Transfer", exact=True).click()
        assert told.value.post_data_json == {"target": "999998"}
        expect(wave.get_by_text("This was not done")).to_be_visible()
        expect(number).to_have_value("(99) 99-98")
        asked.get_by_role("button", name="Cancel", exact=True).click()
        talks.get_by_role("button", name=re.compile("^Hear ")).click()
        wave.get_by_role("menuitem", name="Listen", exact=True).click()
        ringing = wave.get_by_role("alertdialog").or_(wave.get_by_role("dialog"))
        expect(ringing.first).to_be_visible()
        callers.get_by_role("button", name=re.compile("^Take out: ")).press("Enter")
        first.shows("session closed")
        expect(desk).to_be_focused()
        wave.set_viewport_size(NARROW)
        talks.get_by_role("button", name=re.compile("^Hang Up: .*1003$")).click()
        asked = wave.get_by_role("dialog", name="Hang Up", exact=True)
        expect(asked.get_by_role("button", name="Cancel", exact=True)).to_be_focused()
        asked.get_by_role("button", name="Hang Up", exact=True).click()
        expect(talks).to_have_count(0)
        first.enters("/dial 6530")
        freeing = agents.get_by_role("button", name="Free: Ben Osei", exact=True)
        freeing.press("Enter")
        asked = wave.get_by_role("dialog", name="Free Ben Osei?", exact=True)
        expect(asked.get_by_role("button", name="Cancel", exact=True)).to_be_focused()
        wave.keyboard.press("Escape")
        expect(freeing).to_be_focused()
        freeing.press("Enter")
        with wave.expect_response("**/v1/me/queue-board/agents/1001/duty") as told:
            asked.get_by_role("button", name="Free", exact=True).press("Enter")
        assert told.value.status == 204
        wave.get_by_role("button", name="Figures of today", exact=True).click()
        figures = wave.get_by_role("dialog", name="Figures of today", exact=True)
        expect(figures.get_by_role("row", name="6530 Chaired")).to_be_visible()
        assert serious_faults(wave) == []
