"""Every page of the administration: no serious faults, on phones, from right to left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, open_administration, scrolls_sideways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.support.desk import NewContext
    from tests.support.server import Server


FORMS = (
    "extensions/new",
    "extensions/1000",
    "extensions/import",
    "extension-groups/new",
    "extension-groups/import",
    "queues/6500",
    "users/new",
    "privileges/new",
    "wave-privileges/0",
    "livechats/new",
    "api-users/new",
    "own-security",
    "api-users/new",
    "http-server/certificate",
)


SHARES = range(6)


def pages(admin: Page, url: str, share: int) -> Iterator[str]:
    """Open a share of all pages of the menu and the forms behind it, one after the other."""
    links = admin.locator("nav#menu a")
    expect(links.first).to_be_attached()
    addresses = [each.get_attribute("href") or "" for each in links.all()]
    for address in [*addresses, *(f"#/{each}" for each in FORMS)][share :: len(SHARES)]:
        admin.goto(f"{url}/admin/{address}")
        expect(admin.locator("main h1")).to_have_count(1)
        expect(
            admin.get_by_role("status").filter(has=admin.locator(".mantine-Loader-root"))
        ).to_have_count(0)
        expect(admin.locator("main :is(form, table, h1)").first).to_be_visible()
        yield address


@pytest.mark.parametrize("share", SHARES)
def test_pages_have_no_serious_faults_and_fit_a_phone(
    server: Server, new_context: NewContext, share: int
) -> None:
    admin = open_administration(
        new_context, server.url, color_scheme="light", reduced_motion="reduce"
    )
    wide = admin.viewport_size
    assert wide is not None
    for address in pages(admin, server.url, share):
        assert serious_faults(admin) == [], address
        admin.set_viewport_size(NARROW)
        assert not scrolls_sideways(admin), address
        admin.set_viewport_size(wide)


@pytest.mark.parametrize("share", SHARES)
def test_pages_read_from_right_to_left_and_in_the_dark(
    server: Server, new_context: NewContext, share: int
) -> None:
    admin = open_administration(
        new_context,
        server.url,
        heading="الرسائل الجماعية",
        locale="ar",
        viewport=NARROW,
        color_scheme="dark",
        reduced_motion="reduce",
    )
    expect(admin.locator("html")).to_have_attribute("dir", "rtl")
    expect(admin.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    for address in pages(admin, server.url, share):
        assert not scrolls_sideways(admin), address
        assert serious_faults(admin) == [], address
