"""An administrator arranges speed dials, emergency numbers and PINs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import save
from tests.support.program import Program

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.support.desks import Desks
    from tests.support.server import Server


def choose(admin: Page, field: str, option: str) -> None:
    admin.get_by_role("combobox", name=field, exact=True).first.click()
    admin.get_by_role("option", name=option, exact=True).click()


def begin(admin: Page, page: str, empty: str) -> None:
    """Open a page that has nothing yet, and its form."""
    admin.get_by_role("link", name=page, exact=True).click()
    expect(admin.get_by_text(empty)).to_be_visible()
    assert serious_faults(admin) == []
    admin.get_by_role("button", name="Add", exact=True).first.click()


def test_speed_dials_emergency_numbers_and_pins_are_arranged(server: Server, desks: Desks) -> None:
    program = Program(server.url, "admin", "Demo-admin!")
    trunk = {"name": "Emergency Line", "kind": "peer", "host": "192.0.2.9", "disabled": True}
    added = program.post("/v1/trunks", trunk)
    assert added.status == 201
    admin = desks.administration()

    begin(admin, "Speed Dial", "No speed dials yet")
    admin.get_by_label("Speed Dial Code", exact=True).fill("1000")
    choose(admin, "Number", "Ben Osei (1001)")
    save(admin)
    expect(admin.get_by_role("alert")).to_contain_text("belongs to the extension “Ana Costa”")
    admin.get_by_label("Speed Dial Code", exact=True).fill("*7")
    save(admin)
    expect(admin.get_by_role("rowheader", name="*7")).to_be_visible()
    assert serious_faults(admin) == []

    begin(admin, "Emergency Calls", "No emergency numbers yet")
    admin.get_by_label("Name", exact=True).fill("Police")
    admin.get_by_label("Emergency Number", exact=True).fill("110")
    admin.get_by_role("button", name="Add a row", exact=True).first.click()
    choose(admin, "Trunk", "Emergency Line")
    save(admin)
    expect(admin.get_by_role("rowheader", name="Police")).to_be_visible()
    assert serious_faults(admin) == []

    begin(admin, "PIN Groups", "No PIN groups yet")
    admin.get_by_label("Name", exact=True).fill("Sales")
    admin.get_by_role("button", name="Add a row", exact=True).first.click()
    admin.get_by_label("PIN", exact=True).fill("12")
    save(admin)
    expect(admin.get_by_role("rowheader", name="Sales")).to_have_count(0)
    admin.get_by_label("PIN", exact=True).fill("4711")
    admin.get_by_label("PIN Name", exact=True).fill("Ana")
    save(admin)
    expect(admin.get_by_role("rowheader", name="Sales")).to_be_visible()
    [group] = program.get("/v1/pin-groups").json()["items"]
    assert group["members"] == [{"pin": "4711", "name": "Ana"}]
    for path, name in (("emergency-numbers", "Police"), ("speed-dials", "*7")):
        [item] = program.get(f"/v1/{path}").json()["items"]
        assert name in (item.get("name"), item.get("code"))
        assert program.delete(f"/v1/{path}/{item['id']}").status == 204
    assert program.delete(f"/v1/pin-groups/{group['id']}").status == 204
    assert program.delete(f"/v1/trunks/{added.json()['id']}").status == 204


def test_inbound_mode_and_signed_callers_are_settings(desks: Desks) -> None:
    admin = desks.administration()
    for page in ("Inbound Mode", "STIR/SHAKEN"):
        admin.get_by_role("link", name=page, exact=True).click()
        expect(admin.get_by_role("heading", name=page, level=1, exact=True)).to_be_visible()
        assert serious_faults(admin) == []


def test_codes_are_reset_callers_blocked_and_a_caller_id_given(
    server: Server, desks: Desks, tmp_path: Path
) -> None:
    program = Program(server.url, "admin", "Demo-admin!")
    trusted = {"remote_callers": ["1000"], "priority_callers": ["1001"], "mode_callers": ["1002"]}
    program.patch("/v1/settings/feature_codes", {"values": trusted})
    admin = desks.administration()
    saved = admin.get_by_text("Saved", exact=True)

    admin.get_by_role("link", name="Feature Codes", exact=True).click()
    park = admin.get_by_role("textbox", name="Call Park", exact=True)
    park.fill("#73")
    save(admin)
    expect(saved).to_be_visible()
    admin.get_by_role("button", name="Reset All", exact=True).click()
    expect(park).to_have_value("#72")
    save(admin)
    expect(admin.get_by_text("Not saved yet")).to_have_count(0)
    codes = program.get("/v1/settings/feature_codes").json()
    assert codes["values"].items() >= {"park": "#72", **trusted}.items()

    admin.get_by_role("link", name="Blacklist", exact=True).click()
    sheet = tmp_path / "blocked.csv"
    sheet.write_text("number,note\n0301234,at night\n_0190X.,\n")
    admin.get_by_role("button", name="Import CSV").click()
    admin.get_by_label("CSV file").set_input_files(sheet)
    admin.get_by_role("button", name="Import", exact=True).click()
    expect(admin.get_by_role("textbox", name="Blacklist", exact=True)).to_have_value(
        "0301234 /* at night */\n_0190X."
    )
    choose(admin, "Answer", "Announcement")
    expect(admin.get_by_role("combobox", name="Announcement", exact=True)).to_be_visible()
    assert serious_faults(admin) == []
    admin.get_by_role("button", name="Cancel", exact=True).click()

    pin = {"outbound_pin": "4711", "voicemail_pin": "4712"}
    assert program.patch("/v1/extensions/1003", pin).status == 200
    admin.get_by_role("link", name="Extensions", exact=True).click()
    admin.get_by_role("link", name="1003", exact=True).click()
    admin.get_by_role("tab", name="Features").click()
    admin.get_by_label("Caller ID Number", exact=True).fill("5551003")
    choose(admin, "Skip PIN of Outbound Routes", "By time")
    expect(admin.get_by_role("combobox", name="Skip PIN: Time Condition")).to_be_visible()
    removed = admin.get_by_text("It is removed when you save.")
    remove = admin.get_by_role("button", name="Remove PIN for Outbound Routes", exact=True)
    remove.press("Enter")
    expect(removed).to_be_visible()
    admin.get_by_role("button", name="Keep PIN for Outbound Routes", exact=True).press("Enter")
    expect(removed).to_have_count(0)
    remove.press("Enter")
    assert serious_faults(admin) == []
    save(admin)
    expect(admin.get_by_role("heading", name="Extensions", level=1)).to_be_visible()
    kept = program.get("/v1/extensions/1003").json()
    assert (kept["caller_id"], kept["skip_outbound_pin"]) == ("5551003", "at_times")
    assert (kept["outbound_pin_set"], kept["voicemail_pin_set"]) == (False, True)
