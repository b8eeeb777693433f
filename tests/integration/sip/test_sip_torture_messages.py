"""The messages of RFC 4475 and RFC 5118 over real sockets: understood, refused, or ignored."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pbxcore.directory import Directory, Snapshot
from pbxcore.domain_settings import DomainSettings
from pbxcore.sip.message import Response, parse
from tests.integration.sip.conftest import House, Peer, extension
from tests.support.torture import ALL, Torture, vector

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AFTER = (
    b"OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKafter\r\n"
    b"From: <sip:a@example.com>;tag=1\r\nTo: <sip:example.com>\r\nCall-ID: after\r\n"
    b"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    names = ("example.com", "example.net", "example.org", "company.com", "[2001:db8::10]")
    running = House(Directory(Snapshot(1, DomainSettings(domains=names), (extension("user"),))))
    await running.start()
    yield running
    await running.stop()


async def answers(peer: Peer) -> list[Response]:
    """What was answered until the OPTIONS behind was."""
    peer.send(AFTER)
    found = []
    while True:
        response = parse(await peer.next())
        assert isinstance(response, Response)
        if response.get(b"call-id") == b"after":
            return found
        found.append(response)


@pytest.mark.parametrize("torture", ALL, ids=lambda each: each.name)
async def test_message_gets_the_answer_its_rfc_wants(
    peer: Peer, torture: Torture, caplog: pytest.LogCaptureFixture
) -> None:
    peer.send(torture.data)
    found = await answers(peer)
    assert len({each.status for each in found}) == bool(torture.statuses), found
    for each in found:
        assert each.status in torture.statuses, each.reason
        assert each.status != 420 or each.get(b"unsupported")
        assert each.status != 501 or each.get(b"allow")
    assert not [record for record in caplog.records if record.exc_info]


async def test_invalid_message_is_told_what_is_wrong(peer: Peer) -> None:
    for name, reason in (
        ("badinv01", b"Malformed Parameters"),
        ("clerr", b"Body Shorter Than Content-Length"),
        ("quotbal", b"Open Quote"),
        ("insuf", b"Missing Call-ID"),
        ("escruri", b"Headers in Request-URI"),
        ("mismatch01", b"CSeq Method Differs"),
    ):
        peer.send(vector(name))
        assert [each.reason for each in await answers(peer)] == [reason]


async def test_via_that_is_none_comes_back_as_it_was(peer: Peer) -> None:
    peer.send(vector("badinv01"))
    (response,) = await answers(peer)
    assert response.get(b"via") == b"SIP/2.0/UDP 192.0.2.15;;,;,,"


async def test_two_requests_in_one_stream_are_two(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(vector("dblreq"))
    heard = b""
    async with asyncio.timeout(5):
        while b"CSeq: 8 REGISTER" not in heard or b"CSeq: 8 INVITE" not in heard:
            heard += await reader.read(65536)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("name", ["ncl", "mcl01"])
async def test_stream_whose_lengths_are_wrong_is_answered_and_closed(
    house: House, name: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(vector(name))
    async with asyncio.timeout(5):
        heard = await reader.read()
    assert heard.startswith(b"SIP/2.0 400 ")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (b"X: y\r\n" * 300, b"513"),
        (b"Via: SIP/2.0/UDP h\r\n" * 60, b"483"),
        (b"X: " + b"y" * 60000 + b"\r\n", b"200"),
    ],
)
async def test_what_is_too_much_gets_the_fitting_answer(
    peer: Peer, more: bytes, status: bytes
) -> None:
    peer.send(AFTER.replace(b"From:", more + b"From:"))
    assert (await peer.next()).startswith(b"SIP/2.0 " + status)


async def test_refusing_what_is_malformed_at_length_takes_no_time(peer: Peer) -> None:
    broken = b"To: <sip:x@y>" + b";tag=" * 12000 + b'"'
    peer.send(AFTER.replace(b"To: <sip:example.com>", broken))
    assert (await peer.next(1.0)).startswith(b"SIP/2.0 400")


async def test_head_without_end_is_refused_and_its_stream_closed(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(AFTER[:-2] + b"X: " + b"y" * 70000)
    async with asyncio.timeout(5):
        assert (await reader.read()).startswith(b"SIP/2.0 513 ")
    writer.close()
    await writer.wait_closed()
