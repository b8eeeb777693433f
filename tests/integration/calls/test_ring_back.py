"""However a provider says that it rings, the caller knows it, or hears it in band."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from pbxcore.net.user_agent import AsyncUserAgent, Refused
from tests.support.examples import examples
from tests.support.messaging import eventually
from tests.support.program import Program
from tests.support.provider import PROVIDER
from tests.support.tone import Voice
from tests.support.ucm import settled
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pbxcore.net.call import AsyncCall
    from tests.support.server import Server

RING_BACK, BUSY = (440, 480), (480, 620)
"""What North America's network says (ITU-T E.180, supplement 2)."""
TIMES = examples(5)


@pytest.fixture(params=[True, False], ids=["reliable", "unreliable"])
async def provider(server: Server, request: pytest.FixtureRequest) -> AsyncIterator[AsyncUserAgent]:
    """A trunk reached by 9; its provisionals are reliable, or it knows none that are."""
    admin = Program(server.url, "admin", "Demo-admin!")
    agent = AsyncUserAgent(f"sip:555@{PROVIDER}", host=PROVIDER, reliable=request.param)
    async with agent:
        body = {"name": "Ringing", "kind": "peer", "host": PROVIDER, "port": agent.port}
        trunk = admin.post("/v1/trunks", body).json()["id"]
        ways = [{"trunk": trunk, "strip": 1}]
        out = {"name": "Ringing", "patterns": "_9X.", "ways": ways, "permission": "internal"}
        route = admin.post("/v1/outbound-routes", out).json()["id"]
        settled(server, admin)
        yield agent
        for path in f"/v1/outbound-routes/{route}", f"/v1/trunks/{trunk}":
            admin.delete(path)


def rings(came: AsyncCall, how: str, voice: Voice) -> None:
    """Say it in one of the ways in which providers do."""
    early = session(voice, 0)
    match how:
        case "180":
            came.ring()
        case "180 again":
            came.ring()
            came.ring()
        case "180 with sound":
            came.ring(180, early)
        case _:
            came.ring(183, early)


@pytest.mark.parametrize("how", ["180", "180 again", "180 with sound", "183 with sound"])
async def test_the_caller_knows_each_time_that_it_rings(
    server: Server, provider: AsyncUserAgent, how: str
) -> None:
    async with AsyncExitStack() as stack:
        caller = await phone(stack, server, "1001")
        for _ in range(TIMES):
            with Voice(700) as ours, Voice(1300) as theirs:
                uri = f"sip:9123@127.0.0.1:{server.sip_port}"
                call = caller.call(uri, session(ours, 0))
                came = await provider.next_call()
                rings(came, how, theirs)
                await eventually(lambda: bool({180, 183} & {*call.statuses}))  # noqa: B023
                if "sound" in how:
                    theirs.talk(port_of(came.remote_description))
                    await asyncio.to_thread(ours.hears, 1300)
                call.give_up()
                with pytest.raises(Refused):
                    await call.answered()


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
