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
def test_pages_have_no_serious_faults_fit_a_phone_and_are_legible_in_the_dark(
    server: Server, new_context: NewContext, share: int
) -> None:
    admin = open_administration(
        new_context, server.url, color_scheme="light", reduced_motion="reduce"
    )
    wide = admin.viewport_size
    assert wide is not None
    html = admin.locator("html")
    for address in pages(admin, server.url, share):
        assert serious_faults(admin) == [], address
        admin.set_viewport_size(NARROW)
        assert not scrolls_sideways(admin), address
        admin.set_viewport_size(wide)
        admin.emulate_media(color_scheme="dark")
        expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
        assert serious_faults(admin, "color-contrast") == [], address
        admin.emulate_media(color_scheme="light")
        expect(html).to_have_attribute("data-mantine-color-scheme", "light")


@pytest.mark.parametrize("share", SHARES)
def test_pages_read_from_right_to_left_in_arabic(
    server: Server, new_context: NewContext, share: int
) -> None:
    admin = new_context(locale="ar", viewport=NARROW).new_page()
    admin.goto(f"{server.url}/admin/")
    expect(admin.locator("html")).to_have_attribute("dir", "rtl")
    admin.locator("input").first.fill("admin")
    admin.locator("input[type=password]").fill("Demo-admin!")
    admin.locator("form button[type=submit]").click()
    expect(admin.locator("main h1")).to_be_visible()
    for address in pages(admin, server.url, share):
        assert not scrolls_sideways(admin), address
        assert serious_faults(admin) == [], address
