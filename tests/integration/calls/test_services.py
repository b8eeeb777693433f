"""Services of a running server that a real phone calls: words are heard, keys are taken."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from tests.support.baresip import Baresip
from tests.support.server import wait_until
from tests.support.tone import heard, hears, read_sound, says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

OWN_HZ = 440.0


def hears_words(folder: Path) -> bool:
    """Whether what a phone heard last is loud, and not its own tone."""
    dumps = sorted(folder.glob("dump-*-dec.wav"))
    if not dumps:
        return False
    samples, rate = read_sound(dumps[-1])
    tail = samples[-rate // 2 :]
    if len(tail) < rate // 2:
        return False
    return int(np.abs(tail.astype(int)).max()) > 1000 and heard(tail, OWN_HZ, rate) < 0.5


async def test_the_echo_test_explains_itself_and_ends_at_a_key(
    server: Server, tmp_path: Path
) -> None:
    folder = tmp_path / "1000"
    with Baresip(folder, server, "1000", "udp", config=says(folder, OWN_HZ)) as phone:
        await asyncio.to_thread(phone.shows, "registered successfully")
        phone.enters(f"/dial sip:*43@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(phone.shows, "Call established")
        await asyncio.to_thread(wait_until, lambda: hears_words(folder), 10, "the explanation")
        phone.enters("1")
        await asyncio.to_thread(hears, folder, OWN_HZ, within_s=3)
        phone.enters("#")
        await asyncio.to_thread(phone.shows, "terminated (duration")
