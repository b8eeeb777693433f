"""An administrator lets a program in, and gives the server its address and certificate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from engage.certificate import self_signed
from tests.support.browser import serious_faults
from tests.support.desk import NARROW, save, scrolls_sideways
from tests.support.ucm import UcmClient

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.desks import Desks
    from tests.support.server import Server


PASSWORD = "Api-orders-2026!"  # noqa: S105


def test_program_is_let_in_refused_elsewhere_and_removed(server: Server, desks: Desks) -> None:
    admin = desks.administration("API Configuration", "api-users")
    expect(admin.get_by_text("No API users yet")).to_be_visible()
    admin.get_by_role("button", name="Add", exact=True).first.click()
    expect(admin.get_by_role("heading", name="Add API User", level=1)).to_be_visible()
    admin.get_by_label("User Name", exact=True).fill("orders")
    admin.get_by_label("Password", exact=True).fill("short")
    save(admin)
    expect(admin.get_by_text("Use at least 8 characters.")).to_be_visible()
    admin.get_by_label("Password", exact=True).fill(PASSWORD)
    permitted = admin.get_by_role("combobox", name="Permitted Addresses")
    permitted.fill("300.1.1.1")
    permitted.press("Enter")
    save(admin)
    expect(admin.get_by_text("is neither a network", exact=False)).to_be_visible()
    permitted.press("Backspace")
    permitted.fill("127.0.0.0/255.0.0.0")
    permitted.press("Enter")
    save(admin)
    row = admin.get_by_role("row", name="orders")
    expect(row).to_contain_text("127.0.0.0/255.0.0.0")
    client = UcmClient("127.0.0.1", server.https_port, "orders", PASSWORD)
    assert client.login().status == 0
    admin.reload()
    expect(row.get_by_role("cell").filter(has_text="1").last).to_be_visible()
    assert serious_faults(admin) == []
    row.get_by_role("link", name="orders").click()
    denied = admin.get_by_role("combobox", name="Denied Actions")
    denied.fill("deleteU")
    admin.get_by_role("option", name="deleteUser").click()
    denied.press("Escape")
    assert serious_faults(admin) == []
    save(admin)
    expect(row).to_be_visible()
    assert client.ask("deleteUser", user_name="1003").status == -47
    row.get_by_role("button", name="Delete").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(admin.get_by_text("No API users yet")).to_be_visible()
    assert client.ask("getSystemStatus").status == -6


def test_address_and_certificate_are_set(server: Server, desks: Desks, tmp_path: Path) -> None:
    certificate, key = self_signed(["chat.example"], [], datetime.now(UTC))
    (tmp_path / "chat.pem").write_bytes(certificate)
    (tmp_path / "chat.key").write_bytes(key)
    _, other = self_signed(["other.example"], [], datetime.now(UTC))
    admin = desks.administration("HTTP Server", "http-server")
    admin.get_by_label("Public Address").fill("chat.example")
    save(admin)
    expect(admin.locator("[data-field=public_address]")).to_contain_text("cannot be taken")
    admin.get_by_label("Public Address").fill("https://chat.example")
    save(admin)
    expect(admin.get_by_text("Saved", exact=True)).to_be_visible()
    section = admin.get_by_role("region", name="Certificate")
    expect(section).to_contain_text("Self-signed, made by this server")
    assert serious_faults(admin) == []
    section.get_by_role("button", name="Upload Certificate").click()
    expect(admin.get_by_role("heading", name="Upload Certificate", level=1)).to_be_visible()
    files = admin.locator("input[type=file]")
    files.nth(0).set_input_files(tmp_path / "chat.pem")
    expect(admin.get_by_label("Certificate", exact=True)).to_have_value(
        certificate.decode().strip()
    )
    admin.get_by_label("Private Key", exact=True).fill(other.decode())
    save(admin)
    expect(admin.get_by_text("This key does not belong to the certificate.")).to_be_visible()
    files.nth(1).set_input_files(tmp_path / "chat.key")
    assert serious_faults(admin) == []
    save(admin)
    expect(section).to_contain_text("Uploaded")
    expect(section).to_contain_text("chat.example")
    section.get_by_role("button", name="Remove").click()
    admin.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(section).to_contain_text("Self-signed, made by this server")


@pytest.mark.parametrize("path", ["api-users/new", "http-server", "http-server/certificate"])
def test_forms_fit_a_phone(server: Server, desks: Desks, path: str) -> None:
    admin = desks.administration()
    admin.set_viewport_size(NARROW)
    admin.goto(f"{server.url}/admin/#/{path}")
    expect(admin.locator("main form")).to_be_visible()
    assert not scrolls_sideways(admin)
    assert serious_faults(admin) == []
