"""An administrator gives SIP over TLS a certificate for a further name, and takes it back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from engage.certificate import self_signed
from tests.support.browser import serious_faults
from tests.support.desk import open_administration

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.server import Server


def test_certificate_for_a_further_name_comes_and_goes(
    server: Server, new_context: NewContext
) -> None:
    certificate, key = self_signed(["sip.example"], [], datetime.now(UTC))
    admin = open_administration(new_context, server.url, "SIP TLS", "sip-tls")
    section = admin.get_by_role("region", name="Further Certificates")
    section.get_by_role("button", name="Upload Certificate").click()
    admin.get_by_label("Certificate", exact=True).fill(certificate.decode())
    admin.get_by_label("Private Key", exact=True).fill(key.decode())
    admin.get_by_role("button", name="Save", exact=True).click()
    shown = section.get_by_role("article", name="sip.example")
    expect(shown).to_contain_text("SHA-256 fingerprint")
    assert serious_faults(admin) == []
    shown.get_by_role("button", name="Remove").click()
    admin.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(shown).to_be_hidden()
