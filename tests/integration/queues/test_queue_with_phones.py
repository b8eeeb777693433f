"""Real phones at a call queue: music while one waits, agents who ring, two who hear each other."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tests.integration.calls.test_three_baresips import has_music
from tests.support.baresip import Baresip
from tests.support.server import wait_until
from tests.support.tone import hears, says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

CALLER_HZ, AGENT_HZ = 440.0, 1000.0


async def test_a_caller_hears_music_then_the_agent_who_answers(
    server: Server, tmp_path: Path
) -> None:
    """The queue 6500 of the demonstration rings all of its agents."""
    with ExitStack() as stack:

        def phone(number: str, hz: float) -> Baresip:
            folder = tmp_path / number
            made = Baresip(folder, server, number, "udp", config=says(folder, hz))
            return stack.enter_context(made)

        caller, first, second = (
            phone("1003", CALLER_HZ),
            phone("1000", AGENT_HZ),
            phone("1001", 1500.0),
        )
        for each in caller, first, second:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters(f"/dial sip:6500@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(caller.shows, "Call established")
        for each in first, second:
            await asyncio.to_thread(each.shows, "Incoming call")
        await asyncio.to_thread(wait_until, lambda: has_music(tmp_path / "1003"), 10, "music")
        first.enters("/accept")
        await asyncio.to_thread(first.shows, "Call established")
        await asyncio.to_thread(second.shows, "Reason: SIP;cause=200")
        await asyncio.to_thread(hears, tmp_path / "1000", CALLER_HZ)
        await asyncio.to_thread(hears, tmp_path / "1003", AGENT_HZ)
        first.enters("/hangup")
        await asyncio.to_thread(caller.shows, "terminated")
