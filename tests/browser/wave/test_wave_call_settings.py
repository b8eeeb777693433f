"""Call settings in Wave: forwarding and no disturbance, filled in by who is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, open_wave, scrolls_sideways
from tests.support.program import Program

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.server import Server


def test_forwarding_is_set_by_who_is_called(server: Server, new_context: NewContext) -> None:
    page = open_wave(new_context, server.url, "1000")
    page.get_by_role("button", name="own menu").click()
    page.get_by_role("menuitem", name="Forwarding and presence").click()
    expect(page.get_by_role("heading", name="Forwarding and presence")).to_be_visible()
    page.get_by_role("switch", name="Do Not Disturb", exact=True).check()
    forwarding = page.get_by_role("group", name="Call Forwarding", exact=True)
    forwarding.get_by_role("button", name="Add").click()
    forwarding.get_by_role("textbox", name="Number").fill("1001")
    assert serious_faults(page) == []
    with page.expect_response("**/v1/me/call-settings") as answer:
        page.get_by_role("button", name="Save").press("Enter")  # wherever it stands by now
    assert answer.value.ok
    admin = Program(server.url, "admin", "Demo-admin!")
    page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    assert not scrolls_sideways(page)
    shown = admin.get("/v1/extensions/1000").json()
    assert shown["do_not_disturb"]
    assert [each["value"] for each in shown["forwards"]] == ["1001"]


def test_somebody_arranges_to_be_woken(server: Server, new_context: NewContext) -> None:
    page = open_wave(new_context, server.url, "1001")
    page.get_by_role("button", name="own menu").click()
    page.get_by_role("menuitem", name="Forwarding and presence").click()
    expect(page.get_by_role("group", name="Call Forwarding", exact=True)).to_be_visible()
    calls = page.get_by_role("region", name="Wake-up calls")
    calls.get_by_role("combobox", name="Repeat").select_option("daily")
    calls.get_by_label("Time", exact=True).fill("06:45")
    calls.get_by_role("button", name="Add").press("Enter")
    expect(calls.get_by_role("listitem")).to_contain_text("06:45")
    calls.scroll_into_view_if_needed()
    [kept] = Program(server.url, "admin", "Demo-admin!").get("/v1/wake-up-calls").json()["items"]
    assert (kept["number"], kept["mode"], kept["time"]) == ("1001", "daily", "06:45")
    assert serious_faults(page) == []
    calls.get_by_role("button", name="Delete").click()
    expect(calls.get_by_role("listitem")).to_have_count(0)
