"""An administrator arranges a hotel's rooms and its mini bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, open_administration, save, scrolls_sideways

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.server import Server


def test_a_room_and_what_its_mini_bar_holds(server: Server, new_context: NewContext) -> None:
    admin = open_administration(new_context, server.url, "Hotel Rooms", "pms-rooms")
    expect(admin.get_by_text("No hotel rooms yet")).to_be_visible()
    admin.get_by_role("button", name="Add", exact=True).first.click()
    admin.get_by_label("Room Number", exact=True).fill("101")
    admin.get_by_label("Extension", exact=True).click()
    admin.get_by_role("option", name="1001").click()
    save(admin)
    expect(admin.get_by_role("row", name="101")).to_contain_text("1001")
    assert serious_faults(admin) == []
    for page, label, code in (
        ("Mini Bar Goods", "Goods Code", "7"),
        ("Mini Bar Maids", "Maid Code", "3"),
    ):
        admin.get_by_role("link", name=page, exact=True).click()
        admin.get_by_role("button", name="Add", exact=True).first.click()
        admin.get_by_label(label, exact=True).fill(code)
        if label == "Goods Code":
            admin.get_by_label("Name", exact=True).fill("Water")
        save(admin)
        expect(admin.get_by_role("row", name=code)).to_be_visible()
    admin.set_viewport_size(NARROW)
    assert not scrolls_sideways(admin)
