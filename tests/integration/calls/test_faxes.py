"""Fax machines over T.38 and in sound, through a running server and real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Self

import pytest

from pbxcore.net.user_agent import AsyncUserAgent, Refused
from tests.support.tone import Voice

if TYPE_CHECKING:
    from pbxcore.net.call import AsyncCall
    from tests.support.server import Server

NO_SIGNAL = b"\0\0\x01\0\0\0"
"""An indicator: a machine sends it until it has something to say (T.38 §8.2)."""


class FaxMachine:
    """The image side of a call: UDPTL datagrams by a socket of its own (ITU-T T.38 §9.1)."""

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def description(self, voice: Voice | None = None, version: int = 0) -> bytes:
        """An offer or answer of T.38, in the place of the voice or in a line behind it."""
        closed = "" if voice is None else "m=audio 0 RTP/AVP 0 8\r\n"
        return (
            f"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{closed}"
            f"m=image {self._socket.getsockname()[1]} udptl t38\r\na=T38FaxVersion:{version}\r\n"
            "a=T38MaxBitRate:14400\r\na=T38FaxRateManagement:transferredTCF\r\n"
            "a=T38FaxMaxDatagram:400\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n"
        ).encode()

    def send(self, port: int, datagrams: list[bytes]) -> None:
        """Send these to the PBX."""
        for each in datagrams:
            self._socket.sendto(each, ("127.0.0.1", port))

    def receive(self, count: int) -> list[bytes]:
        """So many datagrams, without the indicators before them."""
        found: list[bytes] = []
        while len(found) < count:
            datagram = self._socket.recv(2048)
            found += [datagram] if datagram != NO_SIGNAL else []
        return found

    def reaches(self, port: int, other: FaxMachine) -> None:
        """Say that there is no signal until that is heard: the worker has both sides by then."""
        other._socket.settimeout(0.1)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            self.send(port, [NO_SIGNAL])
            with contextlib.suppress(TimeoutError):
                assert other._socket.recv(2048) == NO_SIGNAL
                break
        other._socket.settimeout(10)


def sound(voice: Voice, *codecs: int) -> bytes:
    """A description of G.711."""
    formats = " ".join(map(str, codecs or (0, 8)))
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {voice.port} RTP/AVP {formats}\r\n"
    ).encode()


def port_of(description: bytes, kind: bytes) -> int:
    """Where the PBX receives."""
    line = next(each for each in description.splitlines() if each.startswith(b"m=" + kind))
    return int(line.split()[1])


def page(sender: int) -> list[bytes]:
    """Datagrams with rising numbers, each with the one before once more (§9.1.1)."""
    first = [b"", *(b"%d line %d" % (sender, at) for at in range(20))]
    return [
        at.to_bytes(2) + bytes((len(now),)) + now + b"\x00\x01" + bytes((len(before),)) + before
        for at, (before, now) in enumerate(itertools.pairwise(first))
    ]


class Two:
    """Two phones in a call, each with a voice."""

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        self.voices = [self._stack.enter_context(Voice(hz)) for hz in (440, 1000)]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def talk(self, server: Server) -> tuple[AsyncCall, AsyncCall]:
        """Both sides of the call, once each hears the other."""
        agents = []
        for number in ("1000", "1001"):
            made = AsyncUserAgent(f"sip:{number}@127.0.0.1", password=f"Sip-{number}!")
            agents.append(await self._stack.enter_async_context(made))
            await agents[-1].register(f"sip:127.0.0.1:{server.sip_port}", 120)
        call = agents[0].call(f"sip:1001@127.0.0.1:{server.sip_port}", sound(self.voices[0]))
        came = await agents[1].next_call()
        await came.accept(sound(self.voices[1]))
        await call.answered()
        await self.hear(call, came)
        return call, came

    async def hear(self, *calls: AsyncCall) -> None:
        """Each hears the other's tone."""
        for voice, call in zip(self.voices, calls, strict=True):
            voice.talk(port_of(call.remote_description, b"audio"))
        ours, theirs = self.voices
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(theirs.hears, 440)
        )


@pytest.mark.parametrize("called", [False, True])
@pytest.mark.parametrize("beside", [False, True])
async def test_a_page_passes_both_ways_and_voices_return(
    server: Server, called: bool, beside: bool
) -> None:
    async with Two() as two:
        with FaxMachine() as machine, FaxMachine() as other:
            calls = await two.talk(server)
            asker, asked = reversed(calls) if called else calls
            asked.on_offer(lambda _: other.description())
            await asker.modify(machine.description(two.voices[0] if beside else None, 3))
            pairs = ((machine, asker, other), (other, asked, machine))
            for sender, (fax, call, partner) in enumerate(pairs):
                port = port_of(call.remote_description, b"image")
                await asyncio.to_thread(fax.reaches, port, partner)
                fax.send(port, page(sender))
                assert await asyncio.to_thread(partner.receive, 20) == page(sender)
            assert b"T38FaxVersion:0" in asker.remote_description
            sounds = dict(zip(calls, map(sound, two.voices), strict=True))
            asked.on_offer(lambda _: sounds[asked])
            closed = b"m=image 0 udptl t38\r\n" if beside else b""
            await asker.modify(sounds[asker] + closed)
            await two.hear(*calls)
            await calls[0].hang_up()


async def test_a_fax_that_is_refused_goes_on_in_sound(server: Server) -> None:
    async with Two() as two:
        with FaxMachine() as machine:
            call, came = await two.talk(server)
            came.on_offer(lambda offer: None if b"image" in offer else sound(two.voices[1], 0))
            with pytest.raises(Refused) as refused:
                await call.modify(machine.description())
            assert refused.value.status == 488
            await two.hear(call, came)
            await call.modify(sound(two.voices[0], 0))
            await two.hear(call, came)
            await call.hang_up()
