"""What holds for every transport: IPv6, keep-alives, the way back, reuse, what is too large."""

from __future__ import annotations

import asyncio
import secrets
import socket
import ssl
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from pbxcore.directory import Directory, Snapshot
from pbxcore.domain_settings import DomainSettings
from pbxcore.net import addresses
from pbxcore.net.endpoint import Endpoint
from pbxcore.net.tls import Tls
from pbxcore.sip.flow import Target
from pbxcore.watch import Watch
from tests.integration.sip.conftest import House, Peer, extension
from tests.support.authority import Authority
from tests.support.phone import Phone
from tests.support.stun_client import binding_request, mapped_address

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from pbxcore.sip.flow import Flow

OPTIONS = (
    b"OPTIONS sip:pbx.test SIP/2.0\r\n"
    b"Via: SIP/2.0/%b;branch=z9hG4bK%b\r\n"
    b"From: <sip:a@b>;tag=1\r\nTo: <sip:pbx.test>\r\nCall-ID: %b\r\nCSeq: 1 OPTIONS\r\n"
    b"Content-Length: 0\r\n\r\n"
)
has_ipv6 = pytest.mark.skipif(not addresses.is_ours("::1"), reason="no IPv6 on this machine")


def options(via: str) -> bytes:
    unique = secrets.token_hex(6).encode()
    return OPTIONS % (via.encode(), unique, unique)


@asynccontextmanager
async def served(host: str) -> AsyncIterator[House]:
    """A PBX on one address; `::` takes IPv4 as well."""
    people = (extension("1000"), extension("1001"))
    running = House(Directory(Snapshot(1, DomainSettings(domains=("pbx.test",)), people)))
    running.host = host
    await running.start()
    yield running
    await running.stop()


class Udp:
    """One UDP socket as a client."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect((host, port))
        self.port: int = self._socket.getsockname()[1]

    async def ask(self, data: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._socket, data)
        async with asyncio.timeout(5):
            return await loop.sock_recv(self._socket, 65536)

    def close(self) -> None:
        self._socket.close()


@has_ipv6
@pytest.mark.parametrize(
    ("bound", "reached", "seen"),
    [("::1", "::1", b"::1"), ("::", "::1", b"::1"), ("::", "127.0.0.1", b"127.0.0.1")],
)
async def test_addresses_of_both_families_are_written_as_they_are(
    bound: str, reached: str, seen: bytes
) -> None:
    async with served(bound) as running:
        peer = Udp(reached, running.port)
        answer = await peer.ask(options("UDP [2001:db8::9]:5999;rport"))
        assert answer.startswith(b"SIP/2.0 200 ")
        assert b";received=%b" % seen in answer
        assert b";rport=%d" % peer.port in answer
        reader, writer = await asyncio.open_connection(reached, running.port)
        writer.write(options("TCP [2001:db8::9]:5999"))
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"SIP/2.0 200 ")
        assert b";received=%b" % seen in answer
        writer.close()
        answer = await peer.ask(binding_request(b"t" * 12))
        assert mapped_address(answer, b"t" * 12) == (seen.decode(), peer.port)
        peer.close()


@has_ipv6
async def test_phones_of_both_families_write_to_each_other_over_one_listener() -> None:
    async with (
        served("::") as running,
        Phone("1000", "Sip-1000!", ("::1", running.port), at="::1") as six,
        Phone("1001", "Sip-1001!", ("127.0.0.1", running.port)) as four,
    ):
        assert await six.register() == 200
        assert await four.register() == 200
        assert await six.send("1001", "from six") == 200
        assert await four.receive(1) == ["from six"]
        assert await four.send("1000", "from four") == 200
        assert await six.receive(1) == ["from four"]
        assert "Via: SIP/2.0/UDP [::1]:" in six.heads[-1]
        assert "Via: SIP/2.0/UDP 127.0.0.1:" in four.heads[-1]


async def test_keep_alives_on_udp_are_answered_and_noise_is_not(house: House, peer: Peer) -> None:
    transaction = secrets.token_bytes(12)
    peer.send(binding_request(transaction))
    assert mapped_address(await peer.next(), transaction) == ("127.0.0.1", peer.port)
    for noise in (b"\0", b"\0\0\0\0", b"\0\1\0\0" + b"x" * 16, b"\1\1" + b"\0" * 18, b"\r\n"):
        peer.send(noise)
    peer.send(b"\r\n\r\n")
    assert await peer.next() == b"\r\n"


async def test_the_way_back_is_where_the_request_came_from_whatever_via_says(
    house: House, peer: Peer
) -> None:
    victim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    victim.bind(("127.0.0.2", 0))
    victim.setblocking(False)
    port = victim.getsockname()[1]
    for via in (f"UDP 127.0.0.2:{port}", f"UDP 127.0.0.2:{port};rport;received=127.0.0.2"):
        peer.send(options(via))
        answer = await peer.next()
        assert answer.startswith(b"SIP/2.0 200 ")
        assert b"received=127.0.0.1" in answer
    with pytest.raises(BlockingIOError):
        victim.recv(1000)
    victim.close()


async def test_an_answer_whose_connection_is_gone_goes_to_sent_by_at_the_senders_address(
    house: House,
) -> None:
    """RFC 3261 §18.2.2; the host that Via names does not matter."""
    house.gate = asyncio.Event()
    called: asyncio.Queue[bytes] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.put_nowait(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    listening = await asyncio.start_server(take, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with house.phone("1000") as phone:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)

        def message(extra: str) -> bytes:
            return (
                "MESSAGE sip:1002@pbx.test SIP/2.0\r\n"
                f"Via: SIP/2.0/TCP 10.9.9.9:{port};branch=z9hG4bK{secrets.token_hex(6)}\r\n"
                "From: <sip:1000@pbx.test>;tag=1\r\nTo: <sip:1002@pbx.test>\r\nCall-ID: m1\r\n"
                f"CSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n{extra}Content-Type: text/plain\r\n"
                "Content-Length: 2\r\n\r\nhi"
            ).encode()

        writer.write(message(""))
        challenge = (await reader.readuntil(b"\r\n\r\n")).decode()
        credentials = phone.credentials("MESSAGE", "sip:1002@pbx.test", challenge)
        writer.write(message(f"Authorization: {credentials}\r\n"))
        async with asyncio.timeout(5):
            await house.reached.wait()
            writer.close()
            await writer.wait_closed()
            house.gate.set()
            assert (await called.get()).startswith(b"SIP/2.0 202 ")
    listening.close()


@pytest.mark.parametrize("tcp", [True, False], ids=["phone listens on TCP", "phone does not"])
async def test_what_is_too_large_for_udp_goes_by_tcp_where_there_is_tcp(
    house: House, tcp: bool
) -> None:
    text = "x" * 2000
    received: asyncio.Queue[bytes] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        received.put_nowait(head + await reader.readexactly(len(text)))
        kept = [
            line for line in head.split(b"\r\n") if line[:2] in (b"Vi", b"Fr", b"To", b"Ca", b"CS")
        ]
        writer.write(b"\r\n".join([b"SIP/2.0 200 OK", *kept, b"Content-Length: 0", b"", b""]))
        writer.close()

    async with house.phone("1000") as phone:
        assert await phone.register() == 200
        server = None
        if tcp:
            host, _, port = phone.address.rpartition(":")
            server = await asyncio.start_server(take, host, int(port))
        writer_reader = await asyncio.open_connection("127.0.0.1", house.port)
        status = await large_message(house, writer_reader, text)
        assert status == (200 if tcp else 513)
        if server is not None:
            message = await received.get()
            assert b"Via: SIP/2.0/TCP 127.0.0.1:" in message
            server.close()
        writer_reader[1].close()


async def large_message(
    house: House, stream: tuple[asyncio.StreamReader, asyncio.StreamWriter], text: str
) -> int:
    """A MESSAGE of 1001 to 1000 over TCP; the final status."""
    reader, writer = stream
    async with house.phone("1001") as phone:
        extra = ""
        for number in range(2):
            writer.write(
                (
                    "MESSAGE sip:1000@pbx.test SIP/2.0\r\n"
                    f"Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK{secrets.token_hex(6)}\r\n"
                    "From: <sip:1001@pbx.test>;tag=1\r\nTo: <sip:1000@pbx.test>\r\nCall-ID: m2\r\n"
                    f"CSeq: {number} MESSAGE\r\nMax-Forwards: 70\r\n{extra}"
                    f"Content-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n{text}"
                ).encode()
            )
            async with asyncio.timeout(5):
                answer = (await reader.readuntil(b"\r\n\r\n")).decode()
            if " 401 " not in answer.split("\r\n")[0]:
                break
            credentials = phone.credentials("MESSAGE", "sip:1000@pbx.test", answer)
            extra = f"Authorization: {credentials}\r\n"
    return int(answer.split(" ")[1])


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[tuple[Endpoint, int, Authority]]:
    """Sockets that ask for certificates over TLS, and a stack that says yes to everything."""
    authority = Authority(tmp_path)
    settings = DomainSettings(tls_client_certificates="optional", tls_trusted=authority.pem)
    directory = Directory(Snapshot(1, settings, ()))
    watch = Watch(directory, store=None, record=lambda _: None, clock=time.time)
    tls = Tls(lambda: settings, [authority.issue("pbx.test")])
    running = Endpoint(
        lambda: settings, lambda incoming: incoming.answer(200), secrets.token_bytes, watch, tls
    )
    listening = socket.create_server(("127.0.0.1", 0))
    port: int = listening.getsockname()[1]
    await running.start([], [], [listening])
    yield running, port, authority
    await running.stop(0.1)


@pytest.mark.parametrize(
    ("shown", "via", "reused"),
    [
        ("peer.test", "TLS peer.test:5999;alias", True),
        ("peer.test", "TLS peer.test:5999", False),  # not asked for
        ("peer.test", "TLS other.test:5999;alias", False),  # not proved
        (None, "TLS peer.test:5999;alias", False),
    ],
)
async def test_connection_is_reused_for_whom_the_peers_certificate_names(
    secure: tuple[Endpoint, int, Authority], shown: str | None, via: str, reused: bool
) -> None:
    wire, port, authority = secure
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority.certificate)
    if shown is not None:
        own = authority.issue(shown)
        context.load_cert_chain(own.certificate, own.key)
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname="pbx.test"
    )
    writer.write(options(via))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 200 ")
    found: asyncio.Future[Flow | None] = asyncio.get_running_loop().create_future()
    wire.reach(
        Target("tls", "127.0.0.1", 5999, server_name="peer.test", optional=True), found.set_result
    )
    async with asyncio.timeout(5):
        flow = await found
    assert (flow is not None) is reused
    if flow is not None:
        assert wire.send(b"\r\n", flow, flow.port)
        assert await reader.readexactly(2) == b"\r\n"
    writer.close()
