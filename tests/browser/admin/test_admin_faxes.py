"""An administrator gives faxes a number, reads what came, and sees why some did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from playwright.sync_api import expect

from pbxcore.faxes.arrival import FaxArrival
from pbxcore.faxes.library import installed
from tests.support.browser import serious_faults
from tests.support.fax_machine import pages, read_pdf, same, write_tiff
from tests.support.program import Program
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.desks import Desks

pytestmark = pytest.mark.skipif(not installed(), reason="libspandsp is not installed")

SENT = pages(2)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """It finds two faxes that a crash cut short: one with pages, one without."""
    data = tmp_path_factory.mktemp("faxes") / "data"
    folder = data / "faxes"
    folder.mkdir(parents=True)
    for at, (caller, name) in enumerate((("+4930111", "Ada Lovelace"), ("+4930222", ""))):
        path = folder / f"176400000000{at}-a.tif"
        arrival = FaxArrival(path.stem, "7200", "c1", caller, name, 1_764_000_000_000, str(path))
        path.with_suffix(".json").write_bytes(msgspec.json.encode(arrival))
        if not at:
            write_tiff(path, SENT)
    with Server(data=data) as running:
        yield running


def test_a_fax_extension_is_added_and_a_route_leads_there(desks: Desks) -> None:
    admin = desks.administration("Fax Extensions", "fax-extensions")
    expect(admin.get_by_text("No fax extensions yet")).to_be_visible()
    admin.get_by_role("button", name="Add", exact=True).first.click()
    admin.get_by_label("Name", exact=True).fill("Office fax")
    admin.get_by_label("Extension", exact=True).fill("7200")
    admin.get_by_label("Email", exact=True).fill("office@example.com; nobody")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("parted by semicolons").last).to_be_visible()
    admin.get_by_label("Email", exact=True).fill("office@example.com; boss@example.com")
    assert serious_faults(admin) == []
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("rowheader", name="7200")).to_be_visible()

    admin.get_by_role("link", name="Fax Settings", exact=True).click()
    expect(admin.get_by_label("Fax Number", exact=True)).to_be_visible()
    assert serious_faults(admin) == []

    admin.get_by_role("link", name="Inbound Routes", exact=True).click()
    admin.get_by_role("button", name="Add", exact=True).first.click()
    expect(admin.get_by_label("Auto Answer", exact=True)).to_have_count(0)
    admin.get_by_role("switch", name="Fax Detection", exact=True).check(force=True)
    expect(admin.get_by_label("Auto Answer", exact=True)).to_be_visible()
    group = admin.get_by_role("group", name="Fax Destination", exact=True)
    group.get_by_role("combobox").first.click()
    admin.get_by_role("option", name="Fax to e-mail", exact=True).click()
    group.get_by_role("combobox", name="Number", exact=True).click()
    expect(admin.get_by_role("option", name="Office fax (7200)")).to_be_visible()
    expect(admin.get_by_role("option", name="(1001)")).to_be_visible()


def test_received_faxes_are_listed_read_and_removed(server: Server, desks: Desks) -> None:
    admin = desks.administration("Received Faxes", "faxes")
    whole = admin.get_by_role("row").filter(has_text="Ada Lovelace")
    expect(whole).to_be_visible()
    expect(admin.get_by_text("The server was interrupted")).to_have_count(2)
    assert serious_faults(admin) == []
    with admin.expect_download() as download:
        whole.get_by_role("link", name="Download").click()
    received = read_pdf(download.value.path().read_bytes())
    assert same(received, SENT)

    failed = admin.get_by_role("row").filter(has_text="+4930222")
    expect(failed.get_by_role("link", name="Download")).to_have_count(0)
    failed.get_by_role("button", name="Delete").click()
    admin.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(failed).to_have_count(0)
    kept = Program(server.url, "admin", "Demo-admin!").get("/v1/faxes").json()["items"]
    assert [(each["pages"], each["state"]) for each in kept] == [(2, "incomplete")]
