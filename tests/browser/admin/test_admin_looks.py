"""Every page of the administration: found by the menu, no faults, on phones, right to left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import MENU, serious_faults
from tests.support.desk import NARROW, open_administration, scrolls_sideways
from tests.support.desks import WIDE

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


def addresses(admin: Page, share: int) -> Iterator[str]:
    """A share of all pages of the menu and the forms behind it."""
    links = admin.locator(f"{MENU} a")
    expect(links.first).to_be_attached()
    listed = [each.get_attribute("href") or "" for each in links.all()]
    yield from [*listed, *(f"#/{each}" for each in FORMS)][share :: len(SHARES)]


def go(admin: Page, url: str, address: str) -> None:
    """Open a page by its address."""
    admin.goto(f"{url}/admin/{address}")
    has_come(admin)


def choose(admin: Page, url: str, address: str) -> None:
    """Open a page as people do: from the menu, which marks it, where that has it."""
    link = admin.locator(f'{MENU} a[href="{address}"]')
    if not link.count():
        return go(admin, url, address)
    name = link.inner_text()
    link.click()
    expect(admin.get_by_role("heading", name=name, level=1, exact=True)).to_be_visible()
    expect(link).to_have_attribute("aria-current", "page")
    has_come(admin)
    expect(admin.get_by_role("alert").filter(has_text=re.compile(r"\w"))).to_have_count(0)
    return None


def has_come(admin: Page) -> None:
    """Wait until all of a page is there."""
    expect(admin.locator("main h1")).to_have_count(1)
    expect(
        admin.get_by_role("status").filter(has=admin.locator(".mantine-Loader-root"))
    ).to_have_count(0)
    expect(admin.locator("main :is(form, table, h1)").first).to_be_visible()


@pytest.fixture(scope="module")
def english(server: Server, lasting_context: NewContext) -> Page:
    return open_administration(
        lasting_context, server.url, color_scheme="light", reduced_motion="reduce"
    )


@pytest.fixture(scope="module")
def arabic(server: Server, lasting_context: NewContext) -> Page:
    page = open_administration(
        lasting_context,
        server.url,
        heading="الرسائل الجماعية",
        locale="ar",
        viewport=NARROW,
        color_scheme="dark",
        reduced_motion="reduce",
    )
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    return page


@pytest.mark.parametrize("share", SHARES)
def test_pages_open_from_the_menu_have_no_serious_faults_and_fit_a_phone(
    server: Server, english: Page, share: int
) -> None:
    english.set_viewport_size(WIDE)
    for nth, address in enumerate(addresses(english, share)):
        choose(english, server.url, address)
        assert serious_faults(english, without=[MENU] if share or nth else []) == [], address
        english.set_viewport_size(NARROW)
        assert not scrolls_sideways(english), address
        english.set_viewport_size(WIDE)


@pytest.mark.parametrize("share", SHARES)
def test_pages_read_from_right_to_left_and_in_the_dark(
    server: Server, arabic: Page, share: int
) -> None:
    for nth, address in enumerate(addresses(arabic, share)):
        go(arabic, server.url, address)
        assert not scrolls_sideways(arabic), address
        assert serious_faults(arabic, without=[MENU] if share or nth else []) == [], address
