"""A server on another machine has to be trusted before it is told a password."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from engage.notify.transport import Connection, NotSent, Server
from tests.support.mail_sink import PASSWORD, USER, MailSink, certificate

if TYPE_CHECKING:
    from pathlib import Path

    from engage.notify.transport import Security

ELSEWHERE = socket.gethostname()
"""This machine by a name that does not tell so."""


def address() -> str:
    return socket.gethostbyname(ELSEWHERE)


def server(sink: MailSink, security: Security = "auto", *, verify: bool = True) -> Server:
    return Server(ELSEWHERE, sink.port, security, verify, USER, PASSWORD)


async def refused(server: Server) -> tuple[str, str]:
    with pytest.raises(NotSent) as failed:
        await Connection(server, "pbx.example.test").open()
    return failed.value.trouble.reason, failed.value.trouble.words


async def test_no_password_goes_in_clear_unless_that_is_chosen() -> None:
    async with MailSink(auth=True, address=address()) as sink:
        reason, words = await refused(server(sink))
        assert reason == "encryption"
        assert "not sent in clear" in words
        assert sink.passwords == []
        async with Connection(server(sink, "none"), "pbx.example.test"):
            assert sink.passwords == [PASSWORD.encode()]


async def test_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path, ELSEWHERE)
    async with MailSink(tls=context, auth=True, address=address()) as sink:
        reason, words = await refused(server(sink))
        assert reason == "encryption"
        assert words.startswith("certificate not trusted")
        assert sink.passwords == []
        async with Connection(server(sink, verify=False), "pbx.example.test") as connection:
            assert connection.alive


async def test_a_certificate_must_be_for_the_servers_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, trusted in ((ELSEWHERE, True), ("other.example.test", False)):
        context, path = certificate(tmp_path, name)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        async with MailSink(tls=context, auth=True, address=address()) as sink:
            if trusted:
                async with Connection(server(sink, "starttls"), "pbx.example.test") as connection:
                    assert connection.alive
            else:
                assert (await refused(server(sink, "starttls")))[0] == "encryption"


async def test_plain_smtp_where_tls_is_expected_and_the_other_way_round(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    async with MailSink() as plain, MailSink(tls=context, implicit_tls=True) as encrypted:
        assert (await refused(Server("127.0.0.1", plain.port, "tls")))[0] == "encryption"
        connection = Connection(
            Server("127.0.0.1", encrypted.port, "auto"), "pbx.example.test", patience=0.02
        )
        with pytest.raises(NotSent) as failed:
            await connection.open()
        assert failed.value.trouble.reason == "unreachable"


async def test_a_host_that_is_not_there_is_named() -> None:
    reason, words = await refused(Server("no-such-host.invalid", 25))
    assert reason == "unreachable"
    assert "no-such-host.invalid" in words
