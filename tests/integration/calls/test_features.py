"""What phones do with calls of a running server: hold, hand on, encrypt, watch, hear themselves."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from pbxcore.presence.packages.dialog_info import read_dialogs
from tests.support.baresip import Baresip
from tests.support.tone import Voice, hears, says
from tests.support.voice_phone import hear, phone, port_of, session, talk
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server


async def test_hold_and_resume(server: Server) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call, came = await talk(server, (agents[0], ours), (agents[1], theirs), "1001")
        await hear((ours, 1000), (theirs, 440))
        await call.modify(session(ours) + b"a=sendonly\r\n")
        assert b"a=recvonly" in call.remote_description
        await asyncio.to_thread(ours.falls_silent)
        await call.modify(session(ours))
        await hear((ours, 1000), (theirs, 440))
        await came.hang_up()
        await call.ended()


async def test_a_blind_transfer_and_an_attended_one(server: Server) -> None:
    async with AsyncExitStack() as stack:
        first, second, third = [
            await phone(stack, server, each) for each in ("1000", "1001", "1002")
        ]
        a, b, c, d = (stack.enter_context(Voice(hz)) for hz in (440, 700, 1000, 1300))
        call, came = await talk(server, (first, a), (second, b), "1001")
        referring = asyncio.create_task(came.refer(f"sip:1002@127.0.0.1:{server.sip_port}"))
        handed = await third.next_call()
        handed.ring()
        await handed.accept(session(c))
        await referring
        c.talk(port_of(handed.remote_description))
        await hear((a, 1000), (c, 440))
        # 1002 asks 1001 first, then joins the two.
        asking, asked = await talk(server, (third, d), (second, b), "1001")
        await hear((d, 700), (b, 1300))
        await handed.refer(f"sip:1001@127.0.0.1:{server.sip_port}", replacing=asking)
        await hear((a, 700), (b, 440))
        await asyncio.gather(handed.ended(), asking.ended())
        await call.hang_up()
        await asked.ended()


async def test_an_echo(server: Server) -> None:
    async with AsyncExitStack() as stack:
        agent, voice = await phone(stack, server, "1000"), stack.enter_context(Voice(800))
        call = await agent.invite(f"sip:*43@127.0.0.1:{server.sip_port}", session(voice))
        voice.talk(port_of(call.remote_description))
        await asyncio.to_thread(voice.hears, 800, within_s=20)  # once the explanation is over
        await call.hang_up()


async def test_a_lamp_follows_a_call(server: Server) -> None:
    address = ("127.0.0.1", server.sip_port)
    async with AsyncExitStack() as stack:
        caller, callee = [await phone(stack, server, each) for each in ("1000", "1001")]
        lamp = await stack.enter_async_context(Watcher("1002", "Sip-1002!", address))
        assert await lamp.register() == 200
        answer, _ = await lamp.subscribe("dialog", "1001")
        assert answer.status == 200

        def state() -> list[str]:
            bodies = [each.body for each in lamp.notices if each.get("Event") == "dialog"]
            return [each.state for each in read_dialogs(bodies[-1].encode()).dialogs]

        await lamp.until(lambda: bool(lamp.notices))
        voice = stack.enter_context(Voice(440))
        call = caller.call(f"sip:1001@127.0.0.1:{server.sip_port}", session(voice))
        came = await callee.next_call()
        came.ring()
        await lamp.until(lambda: state() == ["early"])
        await came.accept(session(voice))
        await call.answered()
        await lamp.until(lambda: state() == ["confirmed"])
        await call.hang_up()
        await lamp.until(lambda: state() == ["terminated"])


async def test_a_baresip_with_keys_talks_to_one_without(server: Server, tmp_path: Path) -> None:
    folders = tmp_path / "1000", tmp_path / "1001"
    with (
        Baresip(
            folders[0],
            server,
            "1000",
            "tls",
            account=";mediaenc=srtp-mand",
            modules=(),
            config=says(folders[0], 440) + "module srtp.so\n",
        ) as caller,
        Baresip(
            folders[1],
            server,
            "1001",
            "udp",
            account=";answermode=auto",
            config=says(folders[1], 1000),
        ) as callee,
    ):
        for each in caller, callee:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters(f"/dial sip:1001@127.0.0.1:{server.sips_port}")
        await asyncio.to_thread(caller.shows, "Call established")
        await asyncio.gather(
            asyncio.to_thread(hears, folders[0], 1000), asyncio.to_thread(hears, folders[1], 440)
        )
        caller.enters("/hangup")
        await asyncio.to_thread(callee.shows, "session closed")
