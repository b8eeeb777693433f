"""The HTTP server's page: an uploaded certificate is served at once, links follow the address."""

from __future__ import annotations

import hashlib
import socket
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from engage.certificate import self_signed
from tests.support.program import Program
from tests.support.server import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def shown_by(server: Server) -> str:
    """The fingerprint of the certificate that a client is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", server.https_port), 5) as plain,
        context.wrap_socket(plain) as secure,
    ):
        return hashlib.sha256(secure.getpeercert(binary_form=True) or b"").hexdigest()


def fingerprint(shown: str) -> str:
    return shown.replace(":", "").lower()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


def test_uploaded_certificate_is_shown_to_clients_and_can_be_removed(
    server: Server, admin: Program
) -> None:
    first = admin.get("/v1/certificate").json()
    assert first["source"] == "self_signed"
    assert fingerprint(first["fingerprint"]) == shown_by(server)
    certificate, key = self_signed(["uploaded.example"], ["127.0.0.1"], datetime.now(UTC))
    body = {"certificate": certificate.decode(), "key": key.decode()}
    uploaded = admin.post("/v1/certificate", body)
    assert uploaded.status == 200, uploaded.body
    assert uploaded.json()["names"] == ["uploaded.example", "127.0.0.1"]
    assert b"PRIVATE" not in uploaded.body
    wait_until(
        lambda: shown_by(server) == fingerprint(uploaded.json()["fingerprint"]), 10, "the change"
    )
    stored = server.data / "keys" / "uploaded.pem"
    assert stored.stat().st_mode & 0o077 == 0
    server.restart()
    again = Program(server.url, "admin", "Demo-admin!")
    assert shown_by(server) == fingerprint(uploaded.json()["fingerprint"])
    assert again.delete("/v1/certificate").json()["source"] == "self_signed"
    wait_until(lambda: shown_by(server) == fingerprint(first["fingerprint"]), 10, "the way back")
    assert again.delete("/v1/certificate").status == 404
    rows = again.get("/v1/operations?action=certificate.").json()["items"]
    done = [each["action"] for each in rows if each["result"] == "done"]
    assert done == ["certificate.delete", "certificate.change"]


def test_key_that_does_not_fit_changes_nothing(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    before = shown_by(server)
    certificate, _ = self_signed(["a.example"], [], datetime.now(UTC))
    _, other = self_signed(["b.example"], [], datetime.now(UTC))
    body = {"certificate": certificate.decode(), "key": other.decode()}
    refused = admin.post("/v1/certificate", body)
    assert refused.status == 422
    assert list(refused.json()["error"]["fields"]) == ["key"]
    assert not (server.data / "keys" / "uploaded.pem").exists()
    assert shown_by(server) == before


def test_links_follow_the_public_address(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    changed = admin.patch(
        "/v1/settings/http_server",
        {"values": {"public_address": "https://Chat.Example", "allowed_hosts": []}},
    )
    assert changed.status == 200, changed.body
    [livechat] = admin.get("/v1/livechats").json()["items"]
    assert livechat["url"].startswith("https://chat.example/livechat/")
    refused = admin.patch("/v1/settings/http_server", {"values": {"public_address": "https://x/y"}})
    assert refused.status == 422
    assert "public_address" in refused.json()["error"]["fields"]


def test_what_the_start_decides_is_read_only(tmp_path: Path) -> None:
    certificate, key = self_signed(["start.example"], [], datetime.now(UTC))
    (tmp_path / "c.pem").write_bytes(certificate)
    (tmp_path / "c.key").write_bytes(key)
    options = ("--public-url", "https://start.example")
    options += ("--certificate", str(tmp_path / "c.pem"), "--key", str(tmp_path / "c.key"))
    with Server(*options) as server:
        admin = Program(server.url, "admin", "Demo-admin!")
        section = admin.get("/v1/settings/http_server").json()
        assert section["values"]["public_address"] == "https://start.example"
        assert list(section["read_only"]) == ["public_address"]
        body = {"values": {"public_address": "https://other.example"}}
        assert admin.patch("/v1/settings/http_server", body).status == 422
        assert admin.get("/v1/certificate").json()["source"] == "start"
        body = {"certificate": certificate.decode(), "key": key.decode()}
        refused = admin.post("/v1/certificate", body)
        assert (refused.status, refused.json()["error"]["code"]) == (409, "decided_at_start")
