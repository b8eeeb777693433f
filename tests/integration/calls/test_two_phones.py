"""Two phones talk through a running server: each hears the other's tone, and not its own."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from pbxcore.net.user_agent import Refused
from tests.support.baresip import Baresip
from tests.support.tone import Voice, hears, says
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server


async def test_each_hears_the_other(server: Server) -> None:
    async with AsyncExitStack() as stack:
        caller, callee = [await phone(stack, server, each) for each in ("1000", "1001")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = caller.call(f"sip:1001@127.0.0.1:{server.sip_port}", session(ours))
        came = await callee.next_call()
        came.ring()
        await came.accept(session(theirs, 0))
        await call.answered()
        assert 180 in call.statuses
        ours.talk(port_of(call.remote_description))
        theirs.talk(port_of(came.remote_description))
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(theirs.hears, 440)
        )
        await call.hang_up()
        assert (await came.ended()).by_peer


async def test_who_is_not_there_and_who_does_not_exist(server: Server) -> None:
    async with AsyncExitStack() as stack:
        caller = await phone(stack, server, "1000")
        ours = stack.enter_context(Voice(440))
        for number, status in ("1003", 480), ("7777", 404):
            with pytest.raises(Refused) as refused:
                await caller.invite(f"sip:{number}@127.0.0.1:{server.sip_port}", session(ours))
            assert refused.value.status == status


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_two_baresips_hear_each_other(server: Server, tmp_path: Path, transport: str) -> None:
    folders = tmp_path / "1000", tmp_path / "1001"
    with (
        Baresip(folders[0], server, "1000", "udp", config=says(folders[0], 440)) as caller,
        Baresip(
            folders[1],
            server,
            "1001",
            transport,
            account=";answermode=auto",
            config=says(folders[1], 1000),
        ) as callee,
    ):
        for each in caller, callee:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(caller.shows, "Call established")
        await asyncio.gather(
            asyncio.to_thread(hears, folders[0], 1000), asyncio.to_thread(hears, folders[1], 440)
        )
        caller.enters("/hangup")
        await asyncio.to_thread(callee.shows, "session closed")
