"""A chat that is given to an agent opens by itself, and goes on when nobody is at the desk."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import ask, log, message_box, open_wave, say, sign_in
from tests.support.program import Program

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


def assign_automatically(url: str, within_s: int) -> None:
    root = Program(url, "admin", "Demo-admin!")
    [demo] = [x for x in root.get("/v1/livechats").json()["items"] if x["public_id"] == "demo"]
    change = {"assignment_mode": "auto", "answer_within_s": within_s, "version": demo["version"]}
    changed = root.patch(f"/v1/livechats/{demo['id']}", change)
    assert changed.status == 200, changed.body


def details_are_there(page: Page) -> None:
    """They come later than the chat, and take a part of its width: buttons move."""
    expect(page.get_by_role("button", name="Save as contact", exact=True)).to_be_visible()


def test_assigned_chat_opens_by_itself(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    assign_automatically(server.url, 600)
    ana = desks.wave("1000")
    visitor = ask(new_context, server.url, "Gina Given", "Are you open?")
    expect(ana.get_by_role("heading", name="Gina Given", level=2)).to_be_visible()
    news = ana.get_by_text("Gina Given is assigned to you", exact=True)
    expect(news).to_be_visible()
    assert serious_faults(ana) == []
    details_are_there(ana)
    message_box(ana).click()  # she is there: it stays hers
    expect(news).to_have_count(0)
    say(ana, "Until six.")
    expect(log(visitor)).to_contain_text("Until six.")


def test_how_long_an_assigned_chat_stays_is_shown_until_it_is_opened(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    assign_automatically(server.url, 600)
    ana = desks.wave("1000")
    ask(new_context, server.url, "First Comer", "Hello")
    expect(ana.get_by_role("heading", name="First Comer", level=2)).to_be_visible()
    message_box(ana).click()  # busy with this one, so that the next does not open by itself
    message_box(ana).fill("One moment")
    ask(new_context, server.url, "Nina Next", "Are you open?")
    given = ana.get_by_role("list", name="Assigned to you").get_by_role("listitem")
    expect(given).to_have_count(1)
    expect(given).to_contain_text("Nina Next")
    timer = given.get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"^(10:00|9:\d\d) left$"))
    first = timer.inner_text()
    expect(timer).not_to_have_text(first)  # it counts
    assert timer.evaluate("each => each.closest('[aria-live]')") is None  # silently
    assert serious_faults(ana) == []
    if folder := os.environ.get("ENGAGE_PICTURES"):
        ana.screenshot(path=f"{folder}/assigned.png")
    ana.reload()
    expect(given.get_by_role("timer")).to_have_text(re.compile(r"^9:\d\d left$"))
    given.get_by_role("link", name="Open the chat with Nina Next").click()
    expect(ana.get_by_role("heading", name="Nina Next", level=2)).to_be_visible()
    expect(given).to_have_count(0)
    ana.reload()
    expect(ana.get_by_role("heading", name="Nina Next", level=2)).to_be_visible()
    expect(ana.get_by_role("timer")).to_have_count(0)


def test_assigned_chat_goes_on_when_nobody_reacts(
    server: Server, desks: Desks, new_context: NewContext
) -> None:
    assign_automatically(server.url, 10)
    ana = desks.wave("1000")
    visitor = ask(new_context, server.url, "Otto Onward", "Are you open?")
    expect(log(visitor)).to_contain_text("Somebody else will be with you soon.")
    expect(ana.get_by_role("heading", name="Otto Onward", level=2)).to_have_count(0)
    assign_automatically(server.url, 600)
    ben = open_wave(new_context, server.url, "1001")
    expect(ben.get_by_role("heading", name="Otto Onward", level=2)).to_be_visible()
    details_are_there(ben)
    say(ben, "Until six.")
    expect(log(visitor)).to_contain_text("Until six.")


def test_the_form_tells_how_visitors_come_to_agents(
    server: Server, new_context: NewContext
) -> None:
    admin = new_context().new_page()
    admin.goto(f"{server.url}/admin/#/livechats/new")
    sign_in(admin, "admin", "Demo-admin!")
    mode = admin.get_by_role("combobox", name="Assignment mode", exact=True)
    within = admin.get_by_label("Answer an assigned chat within (s)", exact=True)
    expect(mode).to_be_visible()
    expect(within).to_have_count(0)
    mode.click()
    admin.get_by_role("option", name="Auto-assign (least busy)", exact=True).click()
    expect(within).to_have_value("30")
    expect(admin.get_by_label("Concurrent sessions per agent", exact=True)).to_have_value("10")
