"""An administrator arranges where calls go out and come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import open_administration
from tests.support.program import Program

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.desk import NewContext
    from tests.support.server import Server


def save(admin: Page) -> None:
    admin.get_by_role("button", name="Save", exact=True).click()


def choose(admin: Page, field: str, option: str) -> None:
    admin.get_by_role("combobox", name=field, exact=True).first.click()
    admin.get_by_role("option", name=option, exact=True).click()


def test_routes_are_added_with_their_trunk(server: Server, new_context: NewContext) -> None:
    program = Program(server.url, "admin", "Demo-admin!")
    trunk = {"name": "City Line", "kind": "peer", "host": "192.0.2.1", "disabled": True}
    assert program.post("/v1/trunks", trunk).status == 201
    admin = open_administration(new_context, server.url, "Outbound Routes", "outbound-routes")
    expect(admin.get_by_text("No outbound routes yet")).to_be_visible()
    admin.get_by_role("button", name="Add", exact=True).first.click()
    admin.get_by_label("Calling Rule Name", exact=True).fill("City")
    admin.get_by_label("Pattern", exact=True).fill("_9[X")
    admin.get_by_role("button", name="Add a row", exact=True).last.click()
    choose(admin, "Trunk", "City Line")
    save(admin)
    expect(admin.get_by_text("Write one pattern in each line")).to_be_visible()
    assert serious_faults(admin) == []
    admin.get_by_label("Pattern", exact=True).fill("_9X.")
    save(admin)
    expect(admin.get_by_role("rowheader", name="City")).to_be_visible()
    [added] = program.get("/v1/outbound-routes").json()["items"]
    assert (added["patterns"], len(added["ways"])) == ("_9X.", 1)
    admin.get_by_role("link", name="Inbound Routes", exact=True).click()
    admin.get_by_role("button", name="Add", exact=True).first.click()
    admin.get_by_label("Route Name", exact=True).fill("Main")
    choose(admin, "Trunks", "City Line")
    admin.keyboard.press("Escape")
    admin.get_by_role("combobox", name="Number", exact=True).first.click()
    admin.get_by_role("option", name="(1000)").click()
    save(admin)
    expect(admin.get_by_role("rowheader", name="Main")).to_be_visible()
    [added] = program.get("/v1/inbound-routes").json()["items"]
    assert added["destination"] == {"kind": "extension", "value": "1000"}
    assert serious_faults(admin) == []
