"""A new server's first administrator is led from nothing to a live chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, save, scrolls_sideways, sign_in
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext

PASSWORD = "First-Admin-1"  # noqa: S105 - of a server that lives for this module


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(demo=False, environment={"ENGAGE_ADMIN_PASSWORD": PASSWORD}) as running:
        yield running


@pytest.fixture
def admin(server: Server, new_context: NewContext) -> Page:
    page = new_context(reduced_motion="reduce").new_page()
    page.goto(f"{server.url}/admin/")
    sign_in(page, "admin", PASSWORD)
    return page


def step(admin: Page, name: str) -> Locator:
    steps = admin.get_by_role("list", name="First Steps", exact=True)
    return steps.get_by_role("listitem").filter(has=admin.get_by_role("heading", name=name))


def back_at_the_start(admin: Page) -> None:
    admin.get_by_role("link", name="Engage: start", exact=True).click()


def first_steps(admin: Page) -> None:
    admin.get_by_role("navigation").get_by_role("link", name="First Steps", exact=True).click()


def test_an_empty_server_leads_to_a_first_live_chat(admin: Page) -> None:
    expect(admin.get_by_role("heading", name="First Steps", level=1)).to_be_visible()
    for name in "Extensions", "Call Queues", "Live Chat":
        expect(step(admin, name)).to_contain_text("To do")
    expect(step(admin, "Extensions")).to_have_attribute("aria-current", "step")
    assert serious_faults(admin) == []

    admin.goto(admin.url.partition("#")[0] + "#/livechats/new")
    for name in "Name", "Destination":
        expect(admin.get_by_label(name, exact=True)).to_have_attribute("required", "")
    admin.get_by_label("Destination", exact=True).click()
    expect(admin.get_by_text("There is nothing to choose from yet.")).to_be_visible()

    back_at_the_start(admin)
    step(admin, "Extensions").get_by_role("link", name="Add Extension", exact=True).click()
    admin.get_by_label("Extension", exact=True).fill("1000")
    admin.get_by_label("First Name", exact=True).fill("Nora")
    save(admin)
    expect(admin.get_by_role("row").filter(has_text="Nora")).to_be_visible()

    back_at_the_start(admin)  # whoever has begun is led no more
    expect(admin.get_by_role("heading", name="Message Broadcast", level=1)).to_be_visible()
    first_steps(admin)
    expect(step(admin, "Extensions")).to_contain_text("Done")
    step(admin, "Call Queues").get_by_role("link", name="Add Call Queue", exact=True).click()
    admin.get_by_label("Extension", exact=True).fill("6500")
    admin.get_by_label("Name", exact=True).fill("Help")
    admin.get_by_label("Static Agents", exact=True).click()
    admin.get_by_role("option", name="Nora (1000)").click()
    admin.keyboard.press("Escape")
    save(admin)
    expect(admin.get_by_role("row").filter(has_text="Help")).to_be_visible()

    first_steps(admin)
    step(admin, "Live Chat").get_by_role("link", name="Add Live Chat", exact=True).click()
    admin.get_by_label("Name", exact=True).fill("Web site")
    admin.get_by_label("Destination", exact=True).click()
    admin.get_by_role("option", name="Help (6500)").click()
    save(admin)
    expect(admin.get_by_role("row").filter(has_text="Web site")).to_be_visible()

    first_steps(admin)
    admin.set_viewport_size(NARROW)
    expect(step(admin, "Live Chat")).to_contain_text("Done")
    assert not scrolls_sideways(admin)
