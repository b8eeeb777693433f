"""HTTPS: the self-signed certificate, and one that changes while the server runs."""

from __future__ import annotations

import hashlib
import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from engage.certificate import (
    CertificateRefused,
    certificate_files,
    context_of,
    ends_at,
    own_addresses,
    self_signed,
)
from tests.support.server import Server, wait_until

if TYPE_CHECKING:
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


def place(folder: Path, name: str) -> str:
    """Put a fresh certificate there, as a renewal does; its fingerprint."""
    pem, key = self_signed([name], ["127.0.0.1"], datetime.now(UTC))
    for path, content in ((folder / "c.key", key), (folder / "c.pem", pem)):
        fresh = path.with_suffix(".fresh")
        fresh.write_bytes(content)
        fresh.replace(path)
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.decode())).hexdigest()


def test_the_self_signed_certificate_names_this_machine_and_is_kept(tmp_path: Path) -> None:
    files = certificate_files(tmp_path, None, None)
    stamp = files.stamp()
    assert files.self_signed
    assert files.key.stat().st_mode & 0o077 == 0
    assert timedelta(days=390) < ends_at(files.certificate) - datetime.now(UTC) < timedelta(398)
    assert certificate_files(tmp_path, None, None).stamp() == stamp
    assert {"127.0.0.1", "::1"} <= set(own_addresses())
    client = ssl.create_default_context(cafile=str(files.certificate))
    for name in ("localhost", "127.0.0.1", socket.gethostname()):
        _shake_hands(client, context_of(files), name)
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake_hands(client, context_of(files), "elsewhere.example")


def _shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(to_client, to_server, server_hostname=name)
    far = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for end in (near, far):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert near.version()


def test_a_renewed_certificate_is_shown_without_a_restart_and_a_bad_one_is_not(
    tmp_path: Path,
) -> None:
    first = place(tmp_path, "first.example")
    paths = ("--certificate", str(tmp_path / "c.pem"), "--key", str(tmp_path / "c.key"))
    with Server(*paths) as server:
        assert shown_by(server) == first
        pid = server.pid("web")
        second = place(tmp_path, "second.example")
        wait_until(lambda: shown_by(server) == second, 10, "the new certificate")
        (tmp_path / "c.pem").write_text("no certificate", encoding="ascii")
        wait_until(lambda: "certificate not read" in server.log, 10, "the refusal")
        assert shown_by(server) == second
        third = place(tmp_path, "third.example")
        wait_until(lambda: shown_by(server) == third, 10, "the newest certificate")
        assert server.pid("web") == pid


def test_a_key_that_does_not_fit_or_is_protected_is_refused_by_name(tmp_path: Path) -> None:
    place(tmp_path, "a.example")
    _, other_key = self_signed(["b.example"], [], datetime.now(UTC))
    (tmp_path / "c.key").write_bytes(other_key)
    with pytest.raises(CertificateRefused, match=r"c\.pem"):
        context_of(certificate_files(tmp_path, tmp_path / "c.pem", tmp_path / "c.key"))
