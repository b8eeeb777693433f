"""An administrator arranges a conference room and sees who is there; lots, groups and codes too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.baresip import Baresip
from tests.support.browser import serious_faults
from tests.support.desk import NARROW, at, save, scrolls_sideways
from tests.support.program import Program
from tests.support.tone import says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.desks import Desks
    from tests.support.server import Server


def test_a_conference_room_shows_who_is_there(server: Server, desks: Desks, tmp_path: Path) -> None:
    admin = desks.administration("Conference Rooms", "conference-rooms")
    expect(admin.get_by_role("row", name="Meeting")).to_contain_text("6300")
    admin.get_by_role("button", name="Add", exact=True).first.click()
    admin.get_by_label("Name", exact=True).fill("Monday")
    admin.get_by_label("Extension", exact=True).fill("1000")
    save(admin)
    expect(admin.get_by_role("alert")).to_contain_text("belongs to the extension “Ana Costa”")
    admin.get_by_label("Extension", exact=True).fill("6301")
    save(admin)
    admin.get_by_role("link", name="Monday", exact=True).click()
    expect(admin.get_by_text("Nobody is in this room right now.")).to_be_visible()
    folder = tmp_path / "1000"
    with Baresip(folder, server, "1000", "udp", config=says(folder, 440)) as phone:
        phone.shows("registered successfully")
        phone.enters(f"/dial sip:6301@127.0.0.1:{server.sip_port}")
        phone.shows("Call established")
        people = admin.get_by_role("region", name="Participants", exact=True)
        expect(people.get_by_role("listitem")).to_contain_text("Ana Costa")
        people.get_by_role("button", name="Mute", exact=True).click()
        expect(people.get_by_text("Muted", exact=True)).to_be_visible()
        people.get_by_role("button", name="Lock the room", exact=True).click()
        expect(people.get_by_role("button", name="Unlock the room", exact=True)).to_be_visible()
        assert serious_faults(admin) == []
        admin.set_viewport_size(NARROW)
        assert not scrolls_sideways(admin)
        people.get_by_role("button", name="Remove", exact=True).click()
        expect(admin.get_by_text("Nobody is in this room right now.")).to_be_visible()
        phone.shows("terminated (duration")


def test_lots_groups_and_codes_are_arranged(server: Server, desks: Desks) -> None:
    program = Program(server.url, "admin", "Demo-admin!")
    admin = desks.administration("Add Parking Lot", "parking-lots/new")
    admin.get_by_label("Name", exact=True).fill("Lobby")
    save(admin)
    expect(admin.get_by_role("rowheader", name="Lobby")).to_be_visible()
    expect(admin.get_by_role("row", name="Lobby")).to_contain_text("720")
    assert serious_faults(admin) == []
    for path, heading, name in (
        ("pickup-groups", "Add Pickup Group", "Sales"),
        ("paging-groups", "Add Paging/Intercom Group", "Hall"),
    ):
        at(admin, server.url, f"{path}/new", heading)
        admin.get_by_label("Name", exact=True).fill(name)
        if path == "paging-groups":
            admin.get_by_label("Extension", exact=True).fill("6800")
        save(admin)
        expect(admin.get_by_text("Choose at least one member.")).to_be_visible()
        admin.get_by_role("combobox", name="Members", exact=True).click()
        admin.get_by_role("option", name="Ana Costa").click()
        admin.keyboard.press("Escape")
        save(admin)
        expect(admin.get_by_role("rowheader", name=name)).to_be_visible()
    at(admin, server.url, "feature-codes", "Feature Codes")
    admin.get_by_label("Call Park", exact=True).fill("#70")
    save(admin)
    expect(admin.get_by_role("button", name="Cancel", exact=True)).to_be_disabled()
    assert program.get("/v1/settings/feature_codes").json()["values"]["park"] == "#70"
