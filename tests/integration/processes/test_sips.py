"""SIP over TLS in the running server: its certificates by name, and a port that is taken."""

from __future__ import annotations

import hashlib
import socket
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.integration.processes.test_https_certificate import place
from tests.support.authority import Authority
from tests.support.program import Program
from tests.support.server import Reply, Server, free_port, wait_until

if TYPE_CHECKING:
    from pathlib import Path


def shown_by(server: Server, name: str | None = None) -> str:
    """The fingerprint of the certificate that a phone is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", server.sips_port), 5) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        return hashlib.sha256(secure.getpeercert(binary_form=True) or b"").hexdigest()


def test_phones_are_shown_the_certificates_there_are_without_a_restart(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    first = place(tmp_path, "first.example")
    paths = ("--certificate", str(tmp_path / "c.pem"), "--key", str(tmp_path / "c.key"))
    with Server(*paths) as server:
        pid = server.pid("pbx")
        assert f"sips   127.0.0.1:{server.sips_port} (TLS)" in server.log
        assert shown_by(server) == first
        second = place(tmp_path, "second.example")
        wait_until(lambda: shown_by(server) == second, 10, "the new certificate")
        folder = server.data / "keys" / "sip"
        folder.mkdir()
        branch = authority.issue("branch.example").certificate.rename(folder / "branch.pem")
        (folder / "broken.pem").write_text("no certificate", encoding="ascii")
        wait_until(lambda: shown_by(server, "branch.example") != second, 10, "the branch's own")
        assert "certificate left out" in server.log
        assert shown_by(server, "elsewhere.example") == second
        branch.unlink()
        wait_until(lambda: shown_by(server, "branch.example") == second, 10, "its going")
        (tmp_path / "c.pem").write_text("no certificate", encoding="ascii")
        wait_until(lambda: "certificate not read" in server.log, 10, "the refusal")
        assert shown_by(server) == second
        assert server.pid("pbx") == pid


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_sipsak_is_answered(transport: str) -> None:
    with Server() as server:
        port = server.sips_port if transport == "tls" else server.sip_port
        asked = subprocess.run(
            [
                *("sipsak", "-vv", "-E", transport, "-s", f"sip:localhost:{port}"),
                *("--tls-ca-cert", str(server.data / "keys" / "certificate.pem")),
            ],
            capture_output=True,
            timeout=30,
            check=False,
        )
    assert asked.returncode == 0, asked.stdout
    assert f"SIP/2.0/{transport.upper()} ".encode() in asked.stdout
    assert b"SIP/2.0 200 OK" in asked.stdout


def test_certificate_for_a_further_name_is_uploaded_shown_and_removed(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    one, other = authority.issue("sip.example"), authority.issue("voip.example")
    trusting = ssl.create_default_context(cadata=authority.pem)

    def shown(name: str) -> bool:
        try:
            with (
                socket.create_connection(("127.0.0.1", server.sips_port), 5) as plain,
                trusting.wrap_socket(plain, server_hostname=name),
            ):
                return True
        except ssl.SSLCertVerificationError:
            return False

    def upload(certificate: Path, key: Path) -> Reply:
        chain = "".join(certificate.read_text().partition("-----BEGIN CERTIFICATE")[1:])
        values = {"certificate": chain, "key": key.read_text()}
        return admin.post("/v1/sip-certificates", values)

    with Server() as server:
        admin = Program(server.url, "admin", "Demo-admin!")
        assert not shown("sip.example")
        refused = upload(one.certificate, other.key)
        assert (refused.status, list(refused.json()["error"]["fields"])) == (422, ["key"])
        made = upload(one.certificate, one.key).json()
        assert made["names"] == ["sip.example"]
        assert "PRIVATE" not in str(made)
        assert upload(other.certificate, other.key).status == 200
        assert upload(one.certificate, one.key).json()["id"] == made["id"]  # in its place
        listed = admin.get("/v1/sip-certificates").json()["items"]
        assert [each["names"] for each in listed] == [["sip.example"], ["voip.example"]]
        for name in ("sip.example", "voip.example"):
            wait_until(lambda name=name: shown(name), 10, f"the certificate of {name}")
        assert admin.delete(f"/v1/sip-certificates/{made['id']}").status == 204
        assert admin.delete(f"/v1/sip-certificates/{made['id']}").status == 404
        wait_until(lambda: not shown("sip.example"), 10, "the end of one")
        assert shown("voip.example")


def test_who_is_trusted_is_a_setting_that_holds_at_once(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    own = authority.issue("phone.example")

    def admitted(*, with_own: bool) -> bool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if with_own:
            context.load_cert_chain(own.certificate, own.key)
        try:
            with (
                socket.create_connection(("127.0.0.1", server.sips_port), 5) as plain,
                context.wrap_socket(plain) as secure,
            ):
                secure.sendall(b"\r\n\r\n")
                return secure.recv(2) == b"\r\n"
        except OSError:
            return False

    def change(**values: object) -> Reply:
        return admin.patch("/v1/settings/sip_tls", {"values": values})

    with Server() as server:
        admin = Program(server.url, "admin", "Demo-admin!")
        assert change(client_certificates="required").status == 422  # nobody is trusted yet
        assert change(trusted="-----BEGIN CERTIFICATE-----").status == 422
        assert admitted(with_own=False)
        changed = change(client_certificates="required", trusted=authority.pem)
        assert changed.status == 200, changed.body
        wait_until(lambda: not admitted(with_own=False), 10, "the demand for certificates")
        assert admitted(with_own=True)
        assert change(client_certificates="optional").status == 200
        wait_until(lambda: admitted(with_own=False), 10, "the end of the demand")


def test_a_taken_port_that_nobody_asked_for_costs_tls_alone() -> None:
    with Server(start=False) as server:
        server.data.mkdir()
        line = server.command()
        at = line.index("--sips")
        with socket.create_server(("127.0.0.1", 5061)) if _free(5061) else socket.socket():
            server.command = lambda: line[:at] + line[at + 2 :]  # type: ignore[method-assign]
            server.start()
            assert "note: sips: TCP port 5061 on 127.0.0.1 is taken by " in server.log
            assert server.get("/readyz").status == 200


def test_a_taken_port_that_was_asked_for_stops_the_start() -> None:
    with Server(start=False) as server, socket.create_server(("127.0.0.1", free_port())) as taken:
        server.sips_port = taken.getsockname()[1]
        server.start(wait=False)
        assert server.process is not None
        assert server.process.wait(30) == 3
        assert f"sips: TCP port {server.sips_port} on 127.0.0.1 is taken by " in server.log


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
