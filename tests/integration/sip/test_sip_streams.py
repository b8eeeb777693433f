"""TCP: framing, keep-alives, limits and broken streams."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pbxcore.domain_settings import SipLimits
from pbxcore.net import connections
from pbxcore.net.stream import PING_S, PONG_S, StreamConnection

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House

OPTIONS = (
    b"OPTIONS sip:pbx.test SIP/2.0\r\n"
    b"Via: SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bK%d;rport\r\n"
    b"From: <sip:a@b>;tag=1\r\nTo: <sip:pbx.test>\r\nCall-ID: c%d\r\nCSeq: 1 OPTIONS\r\n"
    b"Content-Length: %d\r\n\r\n"
)


async def test_messages_are_answered_in_order_however_they_are_cut(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    stream = b"\r\n".join(OPTIONS % (at, at, 3) + b"abc" for at in range(20))
    for at in range(0, len(stream), 37):
        writer.write(stream[at : at + 37])
        await writer.drain()
        await asyncio.sleep(0)
    for at in range(20):
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"SIP/2.0 200 ")
        assert b"\r\nCall-ID: c%d\r\n" % at in answer
    writer.close()
    await writer.wait_closed()


async def test_bare_line_feeds_are_understood_at_once(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write((OPTIONS % (1, 1, 3)).replace(b"\r\n", b"\n") + b"abc" + OPTIONS % (2, 2, 0))
    for at in 1, 2:
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"SIP/2.0 200 ")
        assert b"\r\nCall-ID: c%d\r\n" % at in answer
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (OPTIONS.replace(b"Length: %d", b"Length: -1") % (1, 1), b"400"),
        (OPTIONS % (1, 1, 70000), b"413"),
        ((OPTIONS % (1, 1, 0)).replace(b"\r\n\r\n", b"\r\nX: " + b"x" * 70000), b"513"),
    ],
    ids=["no length", "too large", "endless head"],
)
async def test_stream_that_cannot_be_followed_is_answered_and_closed(
    house: House, data: bytes, status: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(data)
    assert (await reader.read()).startswith(b"SIP/2.0 " + status)
    writer.close()
    await writer.wait_closed()


async def test_noise_on_a_stream_closes_it_and_nothing_else(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(b"\x16\x03\x01" + b"\xff" * 70000)
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(OPTIONS % (1, 1, 0))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 200 ")
    writer.close()
    await writer.wait_closed()


async def test_of_one_source_the_oldest_silent_connection_makes_room(house: House) -> None:
    await house.change(limits=SipLimits(connections=3))
    streams = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(4)]
    for number, (reader, writer) in enumerate(streams):
        writer.write(OPTIONS % (number, number, 0))
        try:
            answer = await reader.read(12)
        except ConnectionResetError:
            answer = b""
        assert answer == (b"SIP/2.0 200 " if number > 0 else b"")
    for _, writer in streams:
        writer.close()


class Owner:
    """What a connection asks of who owns it."""

    largest = 65_536

    def now(self) -> float:
        return 0.0


async def test_patience_ends_by_what_a_connection_does() -> None:
    connection = StreamConnection(Owner(), 1, None, None)  # type: ignore[arg-type]
    assert connection.attend(connections.FIRST_MESSAGE_S)
    assert not connection.attend(connections.FIRST_MESSAGE_S + 1)
    connection.heard = True
    assert connection.attend(connections.IDLE_S)
    assert not connection.attend(connections.IDLE_S + 1)
    connection.held_until = 4000.0
    assert connection.attend(3999.0)
    connection.partial_since = 3000.0
    assert not connection.attend(3000.0 + connections.WHOLE_MESSAGE_S + 1)


async def test_connection_that_we_made_is_pinged_and_given_up_when_pongs_stop() -> None:
    ready = asyncio.get_running_loop().create_future()
    connection = StreamConnection(Owner(), 1, None, ready)  # type: ignore[arg-type]
    connection.held_until = 4000.0
    assert connection.attend(PING_S)
    assert connection.pinged_at is None
    assert connection.attend(PING_S + 1)
    assert connection.pinged_at == PING_S + 1
    assert connection.attend(PING_S + PONG_S + 2)  # never answered one: perhaps it cannot
    connection.data_received(b"\r\n")
    assert connection.pinged_at is None
    assert connection.attend(PING_S + 1)
    assert not connection.attend(PING_S + PONG_S + 2)
    ready.cancel()
