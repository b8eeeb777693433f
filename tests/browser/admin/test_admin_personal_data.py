"""An administrator answers who asks for their data, and who wants to be forgotten."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.desk import ask, inspect_wide_and_narrow, open_administration

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.support.desk import NewContext
    from tests.support.server import Server


def test_a_person_is_found_given_their_data_and_erased(
    server: Server, new_context: NewContext
) -> None:
    visitor = ask(new_context, server.url, "Nora Blum", "Please forget me soon")
    visitor.get_by_role("button", name="End chat", exact=True).click()
    visitor.get_by_role("button", name="Yes, end it", exact=True).click()
    expect(visitor.get_by_role("button", name="Start again")).to_be_visible()
    admin = open_administration(new_context, server.url, "Personal Data", "personal-data")
    value = admin.get_by_role("textbox", name="Value", exact=True)
    value.fill("nobody@example.test")
    admin.get_by_role("button", name="Search", exact=True).click()
    expect(admin.get_by_text("Nothing is stored of this person.")).to_be_visible()
    value.fill("visitor@example.test")
    admin.get_by_role("button", name="Search", exact=True).click()
    found = admin.get_by_role("region", name="What is stored", exact=True)
    expect(found).to_contain_text("Nora Blum")
    inspect_wide_and_narrow(admin, "person")
    with admin.expect_download() as kept:
        found.get_by_role("button", name="Export", exact=True).click()
    with zipfile.ZipFile(kept.value.path()) as archive:
        assert b"Please forget me soon" in b"".join(map(archive.read, archive.namelist()))
    expect(found.get_by_role("button", name="Erase", exact=True)).to_be_enabled()
    found.get_by_role("button", name="Erase", exact=True).click()
    dialog = admin.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Erase", exact=True)).to_be_disabled()
    dialog.get_by_role("textbox").fill("visitor@example.test")
    dialog.get_by_role("button", name="Erase", exact=True).click()
    proofs = admin.get_by_role("region", name="Erasures", exact=True)
    expect(proofs).to_contain_text("Chats: 1")
    expect(found).to_have_count(0)
    inspect_wide_and_narrow(admin, "erased")
    with admin.expect_download() as proof:
        proofs.get_by_role("link", name="Download the proof").click()
    told = json.loads(proof.value.path().read_text())
    assert (told["genuine"], told["erased_by"]) == (True, "admin:admin")
    assert "Nora" not in proof.value.path().read_text()
    admin.route("**/v1/erasures", unread)
    admin.reload()
    warning = "Nobody knows whether this person is still named in: Chats, Calls."
    expect(proofs).to_contain_text(warning)
    inspect_wide_and_narrow(admin, "not-looked-through")


def unread(route: Route) -> None:
    """As if the database had been too slow for two tables."""
    answer = route.fetch()
    body = answer.json()
    body["items"][0]["not_looked_through"] = ["event", "call"]
    route.fulfill(response=answer, json=body)
