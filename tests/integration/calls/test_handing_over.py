"""Real phones hand talks over without a break: the two talk on until somebody answers."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from tests.support.baresip import Baresip
from tests.support.pair import Desk
from tests.support.tone import Voice, hears, says
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server


async def hear_each_other(one: Voice, hz: int, other: Voice, other_hz: int) -> None:
    await asyncio.gather(asyncio.to_thread(one.hears, other_hz), asyncio.to_thread(other.hears, hz))


async def test_a_call_goes_on_at_the_users_other_phone(server: Server, tmp_path: Path) -> None:
    desk = Desk(server)
    desk.change(max_contacts=2)
    folder = tmp_path / "1002"
    async with AsyncExitStack() as stack:
        caller, first = [await phone(stack, server, each) for each in ("1001", "1002")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = caller.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(ours))
        came = await first.next_call()
        await came.accept(session(theirs, 0))
        await call.answered()
        ours.talk(port_of(call.remote_description))
        theirs.talk(port_of(came.remote_description))
        await hear_each_other(ours, 440, theirs, 1000)
        second = stack.enter_context(
            Baresip(folder, server, "1002", "udp", config=says(folder, 1500))
        )
        await asyncio.to_thread(second.shows, "registered successfully")
        for key in "*46":
            await came.press(key)
        await asyncio.to_thread(second.shows, "Incoming call")
        ours.hears(1000)  # the talk goes on
        second.enters("/accept")
        await came.ended()
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1500), asyncio.to_thread(hears, folder, 440)
        )
        await call.hang_up()
        await asyncio.to_thread(second.shows, "session closed")
    desk.change(max_contacts=1)


async def test_a_colleague_gets_a_call_and_the_caller_notices_nothing(server: Server) -> None:
    async with AsyncExitStack() as stack:
        caller, first, second = [
            await phone(stack, server, each) for each in ("1001", "1002", "1003")
        ]
        voices = [stack.enter_context(Voice(hz)) for hz in (440, 1000, 1500)]
        call = caller.call(f"sip:1002@127.0.0.1:{server.sip_port}", session(voices[0]))
        came = await first.next_call()
        await came.accept(session(voices[1], 0))
        await call.answered()
        voices[0].talk(port_of(call.remote_description))
        voices[1].talk(port_of(came.remote_description))
        for key in "*441003#":
            await came.press(key)
        rings = await asyncio.wait_for(second.next_call(), 5)
        assert "sip:1001@" in rings.peer
        await hear_each_other(voices[0], 440, voices[1], 1000)
        await rings.accept(session(voices[2], 0))
        await came.ended()
        voices[2].talk(port_of(rings.remote_description))
        await hear_each_other(voices[0], 440, voices[2], 1500)
        await call.hang_up()
        await rings.ended()


async def test_a_phone_without_a_transfer_key_asks_first(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "1002"
    async with AsyncExitStack() as stack:
        caller, second = [await phone(stack, server, each) for each in ("1001", "1003")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1500))
        desk = stack.enter_context(
            Baresip(
                folder, server, "1002", "udp", account=";answermode=auto;audio_codecs=pcmu",
                config=says(folder, 1000),
            )
        )  # fmt: skip
        await asyncio.to_thread(desk.shows, "registered successfully")
        call = await caller.invite(f"sip:1002@127.0.0.1:{server.sip_port}", session(ours, 0))
        ours.talk(port_of(call.remote_description))
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(hears, folder, 440)
        )
        for key in "*21003#":
            desk.enters(key)
            await asyncio.sleep(0.2)  # a key lasts
        asked = await asyncio.wait_for(second.next_call(), 10)
        await asked.accept(session(theirs, 0))
        theirs.talk(port_of(asked.remote_description))
        await asyncio.gather(
            asyncio.to_thread(theirs.hears, 1000),
            asyncio.to_thread(hears, folder, 1500),
            asyncio.to_thread(ours.hears_no_more, 1000),
        )
        desk.enters("/hangup")
        await hear_each_other(ours, 440, theirs, 1500)
        await call.hang_up()
        await asked.ended()
