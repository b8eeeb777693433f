"""An administrator tightens Fail2ban, sees who is banned, and lets them in again."""

from __future__ import annotations

import re
import secrets
import socket
from contextlib import closing
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, scrolls_sideways

if TYPE_CHECKING:
    from tests.support.desks import Desks
    from tests.support.server import Server


LIAR = "127.0.0.66"


def register(server: Server, credentials: str = "") -> str:
    """One REGISTER from an address of its own; the answer, empty for silence."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as bound:
        bound.bind((LIAR, 0))
        bound.settimeout(1.0)
        here = f"{LIAR}:{bound.getsockname()[1]}"
        message = (
            "REGISTER sip:127.0.0.1 SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{secrets.token_hex(6)};rport\r\n"
            "From: <sip:1000@127.0.0.1>;tag=1\r\nTo: <sip:1000@127.0.0.1>\r\n"
            f"Call-ID: {secrets.token_hex(6)}\r\nCSeq: 1 REGISTER\r\n"
            f"Contact: <sip:1000@{here}>\r\n{credentials}Content-Length: 0\r\n\r\n"
        )
        bound.sendto(message.encode(), ("127.0.0.1", server.sip_port))
        try:
            return bound.recv(65535).decode()
        except TimeoutError:
            return ""


def guess(server: Server) -> str:
    found = re.search('nonce="([^"]+)"', register(server))
    assert found
    return register(
        server,
        f'Authorization: Digest username="1000", realm="engage", nonce="{found[1]}",'
        f' uri="sip:127.0.0.1", response="{"0" * 32}", algorithm=MD5\r\n',
    )


def test_address_is_banned_shown_and_let_in(server: Server, desks: Desks) -> None:
    admin = desks.administration("Fail2ban", "fail2ban")
    expect(admin.get_by_text("Nobody is banned", exact=True)).to_be_visible()
    admin.get_by_label("Maximum Retries").fill("2")
    admin.get_by_role("switch", name="Never Ban This Computer").uncheck()
    whitelist = admin.get_by_role("combobox", name="Whitelist")
    whitelist.fill("pbx.example.com")
    whitelist.press("Enter")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("Please enter addresses or networks", exact=False)).to_be_visible()
    whitelist.press("Backspace")
    whitelist.fill("198.51.100.0/24")
    whitelist.press("Enter")
    assert serious_faults(admin) == []
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("Saved", exact=True)).to_be_visible()
    for _ in range(2):
        assert guess(server).startswith("SIP/2.0 401")
    admin.reload()
    row = admin.get_by_role("row", name=LIAR)
    expect(row).to_contain_text("2")
    assert serious_faults(admin) == []
    assert register(server) == ""
    row.get_by_role("button", name="Unban").click()
    expect(admin.get_by_text("Nobody is banned", exact=True)).to_be_visible()
    assert register(server).startswith("SIP/2.0 401")


def test_pages_fit_a_phone(server: Server, desks: Desks) -> None:
    admin = desks.administration()
    admin.set_viewport_size(NARROW)
    for path in ("fail2ban", "sip-limits"):
        admin.goto(f"{server.url}/admin/#/{path}")
        expect(admin.locator("main form")).to_be_visible()
        assert not scrolls_sideways(admin)
        assert serious_faults(admin) == []
