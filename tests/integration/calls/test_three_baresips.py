"""Three real phones: held with music, taken back, and handed on."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from tests.support.baresip import Baresip
from tests.support.server import wait_until
from tests.support.tone import heard, hears, read_sound, says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

TONES = {"1000": 440.0, "1001": 1000.0, "1002": 1500.0}


def has_music(folder: Path) -> bool:
    """Whether what a phone heard last is neither silence nor the other's tone."""
    samples, rate = read_sound(max(folder.glob("dump-*-dec.wav")))
    tail = samples[-rate // 2 :]
    if not len(tail):
        return False
    loud = int(np.abs(tail.astype(int)).max()) > 1000
    return loud and heard(tail, TONES["1000"], rate) < 0.5


async def test_hold_resume_and_blind_transfer(server: Server, tmp_path: Path) -> None:
    with ExitStack() as stack:
        phones = {}
        for number, hz in TONES.items():
            folder = tmp_path / number
            account = "" if number == "1000" else ";answermode=auto"
            phones[number] = stack.enter_context(
                Baresip(folder, server, number, "udp", account=account, config=says(folder, hz))
            )
        for each in phones.values():
            await asyncio.to_thread(each.shows, "registered successfully")
        caller = phones["1000"]
        caller.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(caller.shows, "Call established")
        await asyncio.to_thread(hears, tmp_path / "1001", TONES["1000"])
        caller.enters("/hold")
        await asyncio.to_thread(wait_until, lambda: has_music(tmp_path / "1001"), 10, "music")
        caller.enters("/resume")
        await asyncio.to_thread(hears, tmp_path / "1001", TONES["1000"])
        caller.enters(f"/transfer sip:1002@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(hears, tmp_path / "1001", TONES["1002"])
        await asyncio.to_thread(hears, tmp_path / "1002", TONES["1001"])
        await asyncio.to_thread(caller.shows, "terminated (duration")
