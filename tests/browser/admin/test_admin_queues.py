"""An administrator watches the queues and sends an agent on a break; the agent sees it in Wave."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.baresip import Baresip
from tests.support.browser import serious_faults
from tests.support.desk import NARROW, open_wave, scrolls_sideways
from tests.support.program import Program
from tests.support.tone import says

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Route

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


def test_the_switchboard_shows_agents_and_pauses_them(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    admin = desks.administration("Queue Switchboard", "queue-board")
    agents = admin.get_by_role("region", name="Agents", exact=True)
    row = agents.get_by_role("row", name="1001 Ben Osei")
    expect(row).to_be_visible()
    for head in "Since", "Answered today":
        expect(agents.get_by_role("columnheader", name=head, exact=True)).to_be_visible()
    admin.get_by_role("button", name="Pause: 1001", exact=True).click()
    admin.get_by_role("menuitem", name="Meeting", exact=True).click()
    expect(row).to_contain_text("On break: Meeting")
    assert serious_faults(admin) == []
    wave = open_wave(new_context, server.url, "1001")
    wave.get_by_role("link", name="Calls", exact=True).click()
    desk = wave.get_by_role("region", name="My queues", exact=True)
    duty = wave.get_by_role("region", name="My duty", exact=True)
    duty.get_by_role("button", name="End break", exact=True).click()
    expect(row).not_to_contain_text("On break")
    duty.get_by_role("button", name="Take a break", exact=True).click()
    wave.get_by_role("menuitem", name="Lunch", exact=True).click()
    expect(row).to_contain_text("On break: Lunch")
    expect(desk).to_contain_text("On break: Lunch")
    expect(duty.get_by_role("status")).to_have_text("On break: Lunch")
    assert serious_faults(wave) == []
    duty.get_by_role("button", name="End break", exact=True).click()
    expect(row).not_to_contain_text("On break")


@pytest.mark.timeout(240)
def test_an_operator_redirects_who_waits_and_parks_who_talks_by_keyboard_and_mouse(
    server: Server, desks: Desks, tmp_path: Path
) -> None:
    root = Program(server.url, "admin", "Demo-admin!")
    lot = {"name": "Lot", "number": "740", "first_slot": "741", "last_slot": "742"}
    assert root.post("/v1/parking-lots", lot).status == 201
    queue = {"number": "6540", "name": "Operated", "static_agents": ["1001"], "max_wait_s": 0}
    always = {"dial_in_empty": "yes", "leave_when_empty": "no", "wrap_up_s": 0}
    assert root.post("/v1/queues", {**queue, **always}).status == 201
    pause = {"change": "take_break", "queues": ["6540"]}
    assert root.post("/v1/queue-board/agents/1001/duty", pause).status == 204
    with ExitStack() as stack:

        def phone(number: str, hz: float) -> Baresip:
            folder = tmp_path / number
            made = Baresip(folder, server, number, "udp", config=says(folder, hz))
            stack.enter_context(made).shows("registered successfully")
            return made

        agent, caller = phone("1001", 1000), phone("1003", 600)
        admin = desks.administration("Queue Switchboard", "queue-board")
        board = admin.get_by_role("region", name=re.compile("^Operated"))
        caller.enters("/dial 6540")
        redirects = board.get_by_role("button", name="Redirect: 1003", exact=True)
        redirects.press("Enter")
        asked = admin.get_by_role("dialog", name=re.compile("^Redirect 1003"))
        number = asked.get_by_role("textbox", name="Number", exact=True)
        expect(number).to_be_focused()
        admin.keyboard.type("4999")
        admin.keyboard.press("Enter")
        expect(asked.get_by_role("alert")).to_contain_text("there is no such extension")
        admin.keyboard.press("Escape")
        expect(redirects).to_be_focused()
        redirects.press("Enter")
        expect(number).to_be_focused()
        admin.keyboard.type("1001")
        admin.keyboard.press("Enter")
        agent.shows("Incoming call")
        expect(board.get_by_text("Nobody waits.", exact=True)).to_be_visible()
        agent.enters("/accept")
        agent.shows("Call established")
        agent.enters("/hangup")
        caller.shows("session closed")

        agent.printed = ""
        caller.enters("/dial 6540")
        waits = board.get_by_role("row", name=re.compile("1003"))
        waits.drag_to(board.get_by_role("row", name=re.compile("^1001")))
        agent.shows("Incoming call")
        agent.enters("/accept")
        agent.shows("Call established")
        caller.printed = ""
        agent.enters("/hangup")
        caller.shows("session closed")

        ended = root.post("/v1/queue-board/agents/1001/duty", pause | {"change": "end_break"})
        assert ended.status == 204
        agent.printed = ""
        caller.enters("/dial 6540")
        agent.shows("Incoming call")
        agent.enters("/accept")
        park = board.get_by_role("button", name="Park: 1003", exact=True)
        for who, said in (
            ("caller", "The agent is on this call no more."),
            ("", "The call has ended."),
        ):
            admin.route("**/v1/calls/live", with_nobody_but(who))
            park.press("Enter")
            expect(admin.get_by_text(said, exact=True)).to_be_visible()
            admin.unroute_all(behavior="wait")
        park.press("Enter")
        expect(admin.get_by_text("Parked at 741", exact=True)).to_be_visible()
        expect(board.get_by_text("Nobody talks.", exact=True)).to_be_visible()
        expect(board.get_by_role("heading", name="Proceeding calls")).to_be_focused()
        assert serious_faults(admin) == []
        admin.goto(f"{server.url}/admin/#/active-calls")
        expect(admin.get_by_role("row", name=re.compile("1003"))).to_contain_text("Parked at 741")
        agent.printed = ""
        agent.enters("/dial 741")
        agent.shows("Call established")
        agent.enters("/hangup")


def with_nobody_but(role: str) -> Callable[[Route], None]:
    """Calls that others have left since the board was shown; no calls where nobody is left."""

    def handle(route: Route) -> None:
        told = route.fetch()
        calls = told.json()["items"]
        for call in calls:
            call["legs"] = [leg for leg in call["legs"] if leg["role"] == role]
        items = [call for call in calls if call["legs"]]
        route.fulfill(response=told, json={**told.json(), "items": items})

    return handle


def test_figures_have_a_page(desks: Desks) -> None:
    admin = desks.administration("Queue Statistics", "queue-report")
    expect(admin.get_by_role("heading", name="Call Queues", exact=True)).to_be_visible()
    expect(admin.get_by_role("link", name="XLSX", exact=True)).to_be_visible()
    assert serious_faults(admin) == []
    admin.get_by_role("combobox", name="Time", exact=True).click()
    admin.get_by_role("option", name="Own dates", exact=True).click()
    admin.get_by_label("From", exact=True).fill("2026-01-01")
    admin.get_by_role("combobox", name="Agent", exact=True).click()
    admin.get_by_role("option", name="1001 Ben Osei", exact=True).click()
    agents = admin.get_by_role("region", name="Agents", exact=True).first
    expect(agents.get_by_role("row", name="1000 Ana Costa")).to_have_count(0)
    expect(agents.get_by_role("row", name="1001 Ben Osei")).to_be_visible()
    expect(agents.get_by_role("columnheader", name="Breaks by reason", exact=True)).to_be_visible()
    assert serious_faults(admin) == []


def test_logins_and_breaks_have_a_page(desks: Desks) -> None:
    admin = desks.administration("Agent Log", "queue-agent-log")
    logins = admin.get_by_role("row", name="1001 Ben Osei Login")
    expect(logins.first).to_contain_text("Still")
    admin.get_by_role("combobox", name="Kind", exact=True).click()
    admin.get_by_role("option", name="Break", exact=True).click()
    expect(logins).to_have_count(0)
    assert serious_faults(admin) == []
    admin.set_viewport_size(NARROW)
    assert not scrolls_sideways(admin)


def test_everything_that_is_set_of_a_queue_is_in_one_form(desks: Desks) -> None:
    admin = desks.administration("Call Queues", "queues")
    admin.get_by_role("link", name="Support", exact=True).click()
    admin.get_by_role("combobox", name="Ring Strategy", exact=True).click()
    admin.get_by_role("option", name="Linear", exact=True).click()
    admin.get_by_label("Ring Time", exact=True).fill("20")
    assert serious_faults(admin) == []
    admin.get_by_role("button", name="Save", exact=True).click()
    admin.get_by_role("link", name="Support", exact=True).click()
    expect(admin.get_by_role("combobox", name="Ring Strategy", exact=True)).to_have_value("Linear")


def test_levels_and_skills_stand_in_a_tab_of_their_own(desks: Desks) -> None:
    admin = desks.administration("Call Queues", "queues")
    admin.get_by_role("link", name="Support", exact=True).click()
    admin.get_by_role("tab", name="Levels and Priorities", exact=True).click()
    levels = admin.get_by_role("group", name="Agents' Levels", exact=True)
    expect(levels).to_be_visible()
    admin.get_by_label("VIP Priority", exact=True).fill("20")
    assert serious_faults(admin) == []
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("link", name="Support", exact=True)).to_be_visible()


def test_a_report_is_scheduled_and_sent_at_once(desks: Desks) -> None:
    admin = desks.administration("Scheduled Queue Reports", "queue-report-schedules")
    admin.get_by_role("button", name="Add", exact=True).click()
    admin.get_by_label("Name", exact=True).fill("Weekly")
    admin.get_by_role("combobox", name="Repeat", exact=True).click()
    admin.get_by_role("option", name="Every week", exact=True).click()
    admin.get_by_label("Recipients").first.fill("boss@example.test")
    assert serious_faults(admin) == []
    admin.get_by_role("button", name="Save", exact=True).click()
    row = admin.get_by_role("row", name="Weekly")
    expect(row).to_contain_text("Every Monday at 07:00 (UTC)")
    expect(row).to_contain_text("Not sent yet")
    row.get_by_role("button", name="Send now", exact=True).click()
    expect(row.get_by_text("Sent", exact=True)).to_be_visible()
    assert serious_faults(admin) == []
