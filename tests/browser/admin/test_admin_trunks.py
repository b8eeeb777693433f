"""An administrator joins the PBX with a provider, and sees how it stands."""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, open_administration, save, scrolls_sideways
from tests.support.kamailio import kamailio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.desk import NewContext
    from tests.support.server import Server


PROVIDERS_PASSWORD = "secret"  # noqa: S105 - Kamailio's


@contextmanager
def provider() -> Iterator[int]:
    """A provider's port; it runs in a thread with a loop of its own."""
    ready, done = threading.Event(), threading.Event()
    ports: list[int] = []

    async def serve() -> None:
        async with kamailio() as running:
            ports.append(running.port)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(30)
        yield ports[0]
    finally:
        done.set()
        thread.join()


def test_trunk_is_added_seen_registered_and_removed(
    server: Server, new_context: NewContext
) -> None:
    admin = open_administration(new_context, server.url, "VoIP Trunks", "trunks")
    expect(admin.get_by_text("No VoIP trunks yet")).to_be_visible()
    admin.get_by_role("button", name="Add", exact=True).first.click()
    expect(admin.get_by_role("heading", name="Add VoIP Trunk", level=1)).to_be_visible()
    with provider() as port:
        admin.get_by_label("Provider Name", exact=True).fill("Example Telecom")
        admin.get_by_label("Host Name", exact=True).fill("no host")
        admin.get_by_label("Port", exact=True).fill(str(port))
        admin.get_by_label("Username", exact=True).fill("user")
        admin.get_by_label("AuthID", exact=True).fill("user-1_a!b$c&d+e~f")
        admin.get_by_label("Password", exact=True).fill(PROVIDERS_PASSWORD)
        admin.get_by_label("Trunk Registration Number", exact=True).fill("555-1000")
        save(admin)
        expect(
            admin.get_by_text("Please enter a domain or an IP address.", exact=True)
        ).to_be_visible()
        assert serious_faults(admin) == []
        admin.get_by_label("Host Name", exact=True).fill("127.0.0.1")
        save(admin)
        row = admin.get_by_role("row", name="Example Telecom")
        expect(row).to_contain_text("Registered")
        expect(row).to_contain_text(" ms")
        expect(row).to_contain_text("555-1000")
        row.get_by_role("link", name="Example Telecom", exact=True).click()
        expect(admin.get_by_label("AuthID", exact=True)).to_have_value("user-1_a!b$c&d+e~f")
        admin.get_by_role("tab", name="Advanced Settings", exact=True).click()
        for codec in "G.722", "G.711 A-law":
            admin.get_by_role("combobox", name="Codec Preference", exact=True).click()
            admin.get_by_role("option", name=codec, exact=True).click()
        admin.keyboard.press("Escape")
        admin.get_by_role("combobox", name="DTMF Mode", exact=True).click()
        admin.get_by_role("option", name="In-band", exact=True).click()
        assert serious_faults(admin) == []
        save(admin)
        row.get_by_role("link", name="Example Telecom", exact=True).click()
        admin.get_by_role("tab", name="Advanced Settings", exact=True).click()
        expect(admin.get_by_role("combobox", name="DTMF Mode", exact=True)).to_have_value("In-band")
        expect(admin.get_by_text(re.compile(r"G\.722\s*G\.711 A-law")).first).to_be_visible()
        admin.get_by_role("tab", name="Basic Settings", exact=True).click()
        admin.get_by_role("combobox", name="Type", exact=True).click()
        admin.get_by_role("option", name="Peer SIP Trunk", exact=True).click()
        expect(admin.get_by_label("Need Registration", exact=True)).to_have_count(0)
        admin.get_by_role("combobox", name="Type", exact=True).click()
        admin.get_by_role("option", name="Register SIP Trunk", exact=True).click()
        admin.get_by_role("link", name="All VoIP trunks", exact=True).click()
        expect(row).to_be_visible()
        admin.set_viewport_size(NARROW)
        expect(row).to_be_visible()
        assert not scrolls_sideways(admin)
        admin.set_viewport_size({"width": 1280, "height": 800})
        row.get_by_role("button", name="Delete", exact=False).click()
        admin.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        expect(admin.get_by_text("No VoIP trunks yet")).to_be_visible()
