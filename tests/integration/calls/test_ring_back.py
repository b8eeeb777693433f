"""However a provider says that it rings, the caller knows it, or hears it in band."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.net.user_agent import AsyncUserAgent, Refused
from tests.support.examples import examples
from tests.support.messaging import eventually
from tests.support.program import Program
from tests.support.provider import PROVIDER
from tests.support.server import free_port
from tests.support.sipp_script import (
    STREAM,
    answers,
    is_taken_back,
    rings_reliably,
    script,
    sipp,
    streams,
    takes,
)
from tests.support.sipp_trunk import write_stream
from tests.support.tone import Voice
from tests.support.ucm import settled
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.server import Server
    from tests.support.sipp_script import Party

RING_BACK, BUSY = (440, 480), (480, 620)
"""What North America's network says (ITU-T E.180, supplement 2)."""
TIMES = examples(2, in_soak=100)


@pytest.fixture(scope="module")
def provider_port(server: Server) -> Iterator[int]:
    """Where the provider is that is reached by 9."""
    admin, port = Program(server.url, "admin", "Demo-admin!"), free_port(udp=True)
    body = {"name": "Ringing", "kind": "peer", "host": PROVIDER, "port": port}
    trunk = admin.post("/v1/trunks", body).json()["id"]
    ways = [{"trunk": trunk, "strip": 1}]
    out = {"name": "Ringing", "patterns": "_9X.", "ways": ways, "permission": "internal"}
    route = admin.post("/v1/outbound-routes", out).json()["id"]
    settled(server, admin)
    yield port
    for path in f"/v1/outbound-routes/{route}", f"/v1/trunks/{trunk}":
        admin.delete(path)


def rings(how: str, *, reliable: bool) -> str:
    """A provider that says it in one of the ways in which providers do, until it is taken back."""
    first = "183 Session Progress" if how.startswith("183") else "180 Ringing"
    sound = STREAM if "with sound" in how else ""
    said = [(first, sound)] + [("180 Ringing", "")] * ("then" in how)
    ringing = [
        rings_reliably(status, number, port=port) if reliable else answers(status, port=port)
        for number, (status, port) in enumerate(said, 1)
    ]
    return script(takes("INVITE"), *ringing, streams() if sound else "", is_taken_back())


def has_said_all(provider: Party, said: str, time: int) -> bool:
    """Whether it has said all that it says while it rings, and so often."""
    way = r"received [^\n]*\n+PRACK " if "RSeq" in said else r"sent [^\n]*\n+SIP/2.0 18"
    return len(re.findall(way, provider.written())) >= time * said.count("SIP/2.0 18")


@pytest.mark.parametrize("reliable", [True, False], ids=["reliable", "unreliable"])
@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("180", [180]),
        ("180, then 180 again", [180]),
        ("180 with sound", [183]),
        ("183 with sound", [183]),
        ("183 with sound, then 180", [183, 180]),
    ],
)
async def test_the_caller_knows_each_time_that_it_rings(
    server: Server, tmp_path: Path, provider_port: int, how: str, told: list[int], reliable: bool
) -> None:
    write_stream(tmp_path, 1300)
    said = rings(how, reliable=reliable)
    at: dict[str, Any] = {"host": PROVIDER, "port": provider_port}
    async with AsyncExitStack() as stack:
        caller = await phone(stack, server, "1001")
        party = sipp(tmp_path, server, said, times=TIMES, **at)
        there = await stack.enter_async_context(party)
        for time in range(1, TIMES + 1):
            with Voice(700) as ours:
                call = caller.call(f"sip:9123@127.0.0.1:{server.sip_port}", session(ours, 0))
                await eventually(
                    lambda: [each for each in call.statuses if each > 100][: len(told)] == told  # noqa: B023
                )
                await eventually(partial(has_said_all, there, said, time))
                if "sound" in how:
                    await asyncio.to_thread(ours.hears, 1300)
                call.give_up()
                with pytest.raises(Refused):
                    await call.answered()


@pytest.fixture(params=[True, False], ids=["reliable", "unreliable"])
async def provider(
    provider_port: int, request: pytest.FixtureRequest
) -> AsyncIterator[AsyncUserAgent]:
    """One of our own, whose provisionals are reliable, or who knows none that are."""
    at: dict[str, Any] = {"host": PROVIDER, "port": provider_port}
    async with AsyncUserAgent(f"sip:555@{PROVIDER}", reliable=request.param, **at) as agent:
        yield agent


async def test_who_is_connected_hears_it_in_band(server: Server, provider: AsyncUserAgent) -> None:
    """A phone that was answered makes no tone of its own any more."""
    admin = Program(server.url, "admin", "Demo-admin!")
    media = "/v1/settings/media"
    assert admin.patch(media, {"values": {"tone_country": "us"}}).status == 200
    settled(server, admin)
    async with AsyncExitStack() as stack:
        caller, callee = [await phone(stack, server, each) for each in ("1001", "1002")]
        ours, theirs = stack.enter_context(Voice(700)), stack.enter_context(Voice(1000))
        call = caller.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(ours, 0))
        came = await callee.next_call()
        await came.accept(session(theirs, 0))
        await call.answered()
        ours.talk(port_of(call.remote_description))
        theirs.talk(port_of(came.remote_description))
        await asyncio.to_thread(ours.hears, 1000)
        for key in "#19123#":
            await came.press(key)
        outside = await asyncio.wait_for(provider.next_call(), 10)
        outside.ring()
        await came.hang_up()
        await asyncio.to_thread(ours.hears_all, *RING_BACK)
        outside.refuse(486)
        await asyncio.to_thread(ours.hears_all, *BUSY, seconds=0.3)
        assert (await asyncio.wait_for(call.ended(), 20)).by_peer
    assert admin.patch(media, {"values": {"tone_country": ""}}).status == 200
