"""SIP over TLS: certificates by name, clients' certificates, handshakes that fail, limits."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.defence.guard import Guard
from pbxcore.directory import Directory, Snapshot
from pbxcore.domain_settings import DomainSettings, SipLimits
from pbxcore.net.connections import Connections
from pbxcore.net.streams import Streams
from pbxcore.net.tls import CertificateRefused, Tls, TlsFailed
from pbxcore.pbx import ServerCertificate
from tests.integration.sip.conftest import House, extension
from tests.support.authority import Authority

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from pbxcore.sip.flow import Flow

OPTIONS = (
    b"OPTIONS sip:pbx.test SIP/2.0\r\n"
    b"Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK%d;rport\r\n"
    b"From: <sip:a@b>;tag=1\r\nTo: <sip:pbx.test>\r\nCall-ID: c%d\r\nCSeq: 1 OPTIONS\r\n"
    b"Content-Length: 0\r\n\r\n"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def house(authority: Authority) -> AsyncIterator[House]:
    settings = DomainSettings(domains=("pbx.test",), tls_trusted=authority.pem)
    people = tuple(extension(number) for number in ("1000", "1001"))
    running = House(Directory(Snapshot(1, settings, people)))
    running.certificates = [
        authority.issue("pbx.test", "127.0.0.1"),
        authority.issue("other.test"),
        authority.issue("*.wide.test"),
    ]
    await running.start()
    yield running
    await running.stop()


def client(authority: Authority, own: ServerCertificate | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority.certificate)
    if own is not None:
        context.load_cert_chain(own.certificate, own.key)
    return context


async def connect(
    house: House, context: ssl.SSLContext, name: str | None = "pbx.test"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(
        "127.0.0.1", house.tls_port, ssl=context, server_hostname=name
    )


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int = 1) -> bytes:
    writer.write(OPTIONS % (number, number))
    async with asyncio.timeout(5):
        return await reader.readuntil(b"\r\n\r\n")


async def test_requests_are_answered_on_the_same_connection(
    house: House, authority: Authority
) -> None:
    reader, writer = await connect(house, client(authority))
    for number in range(3):
        answer = await ask(reader, writer, number)
        assert answer.startswith(b"SIP/2.0 200 ")
        assert b"Via: SIP/2.0/TLS 127.0.0.1:5061;" in answer
    tls: Any = writer.get_extra_info("ssl_object")
    assert tls.version() == "TLSv1.3"
    writer.write((OPTIONS % (3, 3)).replace(b"OPTIONS sip:", b"OPTIONS sips:", 1))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 200 ")
    writer.write(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"\r\n"
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("pbx.test", "pbx.test"),
        ("OTHER.test", "other.test"),
        ("any.wide.test", "*.wide.test"),
        ("127.0.0.1", "pbx.test"),  # an address is no name: nothing is indicated
    ],
)
async def test_the_certificate_is_chosen_by_the_name_the_phone_asks_for(
    house: House, authority: Authority, asked: str, shown: str
) -> None:
    _, writer = await connect(house, client(authority), asked)
    certificate: dict[str, Any] = writer.get_extra_info("peercert")
    assert ("DNS", shown) in certificate["subjectAltName"]
    writer.close()


async def test_the_first_certificate_is_shown_for_a_name_that_we_do_not_have(
    house: House, authority: Authority
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="nobody"):
        await connect(house, client(authority), "nobody.test")
    context = client(authority)
    context.check_hostname = False
    _, writer = await connect(house, context, "nobody.test")
    certificate: dict[str, Any] = writer.get_extra_info("peercert")
    assert ("DNS", "pbx.test") in certificate["subjectAltName"]
    writer.close()


async def test_new_certificates_are_shown_at_once_and_standing_connections_stay(
    house: House, authority: Authority
) -> None:
    reader, writer = await connect(house, client(authority))
    house.pbx.use_certificates([authority.issue("new.test")])
    assert (await ask(reader, writer)).startswith(b"SIP/2.0 200 ")
    _, other = await connect(house, client(authority), "new.test")
    with pytest.raises(CertificateRefused):
        house.pbx.use_certificates([ServerCertificate(authority.certificate, authority.absent)])
    _, third = await connect(house, client(authority), "new.test")
    for each in (writer, other, third):
        each.close()


@pytest.mark.parametrize(
    ("wanted", "with_own", "admitted"),
    [
        ("off", False, True),
        ("optional", False, True),
        ("optional", True, True),
        ("required", True, True),
        ("required", False, False),
    ],
)
async def test_clients_show_certificates_as_the_setting_says(
    house: House, authority: Authority, wanted: str, with_own: bool, admitted: bool
) -> None:
    directory = house.directory
    settings = DomainSettings(
        domains=("pbx.test",), tls_client_certificates=wanted, tls_trusted=authority.pem
    )
    directory.replace(Snapshot(2, settings, directory.snapshot().extensions))
    own = authority.issue("phone.test") if with_own else None
    reader, writer = await connect(house, client(authority, own))
    try:
        assert (await ask(reader, writer)).startswith(b"SIP/2.0 200 ")
        assert admitted
    except (ssl.SSLError, ConnectionError, asyncio.IncompleteReadError):
        assert not admitted
    writer.close()


async def test_a_strangers_certificate_is_refused_where_one_is_wanted(
    house: House, authority: Authority, tmp_path: Path
) -> None:
    directory = house.directory
    settings = DomainSettings(tls_client_certificates="optional", tls_trusted=authority.pem)
    directory.replace(Snapshot(2, settings, directory.snapshot().extensions))
    stranger = Authority(tmp_path).issue("phone.test")
    reader, writer = await connect(house, client(authority, stranger))
    with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
        await ask(reader, writer)
    writer.close()


@pytest.mark.parametrize("data", [OPTIONS % (1, 1), b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff"])
async def test_what_is_no_handshake_is_closed_and_harms_nobody(
    house: House, authority: Authority, data: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.tls_port)
    writer.write(data * 3)
    writer.write_eof()
    async with asyncio.timeout(5):
        assert b"SIP/2.0" not in await reader.read()
    writer.close()
    reader, writer = await connect(house, client(authority))
    assert (await ask(reader, writer)).startswith(b"SIP/2.0 200 ")
    writer.close()


async def test_old_versions_are_refused(house: House, authority: Authority) -> None:
    context = client(authority)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):  # that these versions are old
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await connect(house, context)


async def test_connections_are_counted_before_the_handshake(
    house: House,
) -> None:
    await house.change(limits=SipLimits(connections=3))
    silent = [await asyncio.open_connection("127.0.0.1", house.tls_port) for _ in range(4)]
    async with asyncio.timeout(5):
        assert await silent[0][0].read() == b""  # the oldest has made room
    for _, writer in silent:
        writer.close()


class Peer:
    """A TLS server as a trunk would be; what it was sent, and what it saw of the client."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(self, certificate: ServerCertificate) -> int:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.received.put_nowait(await reader.readuntil(b"\r\n\r\n"))
            writer.write(OPTIONS % (9, 9))
            self.received.put_nowait(await reader.readuntil(b"\r\n\r\n"))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        self.close = server.close
        port: int = server.sockets[0].getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("settings", "verify", "name", "made"),
    [
        ({}, True, "peer.test", True),
        ({}, True, "127.0.0.1", False),  # the certificate does not name it
        ({}, True, "else.test", False),
        ({}, False, "else.test", True),
        ({"tls_verify_servers": False}, True, "else.test", True),
        ({"tls_trusted": ""}, True, "peer.test", False),  # nobody vouches for it
        ({}, True, "." * 300, False),
    ],
)
async def test_servers_are_checked_when_we_connect(
    authority: Authority, settings: dict[str, Any], verify: bool, name: str, made: bool
) -> None:
    loop = asyncio.get_running_loop()
    domain = DomainSettings(**{"tls_trusted": authority.pem, **settings})
    tls = Tls(lambda: domain, [authority.issue("pbx.test")])
    lost: asyncio.Queue[Flow] = asyncio.Queue()
    guard = Guard(lambda: domain, banned=lambda _: None, lifted=lambda _: None)
    table = Connections(loop, guard, lost.put_nowait)

    def echo(data: bytes, flow: Flow) -> None:
        table.send(data.replace(b"OPTIONS", b"ECHO"), flow.connection)

    streams = Streams(loop, table, echo, lambda *_: None, tls)
    peer = Peer()
    port = await peer.serve(authority.issue("peer.test"))
    told: asyncio.Future[Flow | None] = loop.create_future()
    streams.connect("tls", "127.0.0.1", port, told.set_result, server_name=name, verify=verify)
    async with asyncio.timeout(5):
        flow = await told
    assert (flow is not None) is made
    if flow is not None:
        assert flow.transport == "tls"
        assert table.send(OPTIONS % (1, 1), flow.connection)
        async with asyncio.timeout(5):
            assert await peer.received.get() == OPTIONS % (1, 1)
            assert (await peer.received.get()).startswith(b"ECHO ")
            assert await lost.get() == flow
    peer.close()
    streams.close()
    table.close()
    await asyncio.sleep(0)


def test_a_certificate_that_is_over_is_not_accepted(tmp_path: Path, authority: Authority) -> None:
    """Both ends without a socket: what one writes, the other reads."""
    past = datetime.now(UTC) - timedelta(days=2)
    over = authority.issue("old.test", until=past)
    domain = DomainSettings(tls_trusted=authority.pem)
    ours = Tls(lambda: domain, [authority.issue("pbx.test")]).client("old.test")
    theirs = Tls(lambda: domain, [over]).server()
    _, greeting = theirs.receive(ours.start())
    with pytest.raises(TlsFailed, match="expired"):
        ours.receive(greeting)
