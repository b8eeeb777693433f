"""Phones that share no codec talk to each other; what cannot be converted passes, or is refused."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.baresip import Baresip
from tests.support.tone import hears, says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

PAIRS = [("PCMA/8000/1", "opus/48000/2"), ("G722/16000/1", "PCMU/8000/1")]

RATES = {"PCMA/8000/1": 8000, "PCMU/8000/1": 8000, "G722/16000/1": 16_000, "opus/48000/2": 48_000}


@pytest.mark.parametrize(("callers", "callees"), PAIRS)
async def test_two_baresips_without_a_common_codec_hear_each_other(
    server: Server, tmp_path: Path, callers: str, callees: str
) -> None:
    folders = tmp_path / "1000", tmp_path / "1001"
    with (
        Baresip(
            folders[0],
            server,
            "1000",
            "udp",
            account=f";audio_codecs={callers}",
            config=says(folders[0], 440, rate=RATES[callers], channels=int(callers[-1])),
        ) as caller,
        Baresip(
            folders[1],
            server,
            "1001",
            "udp",
            account=f";answermode=auto;audio_codecs={callees}",
            config=says(folders[1], 1000, rate=RATES[callees], channels=int(callees[-1])),
        ) as callee,
    ):
        for each in caller, callee:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(caller.shows, "Call established")
        await asyncio.gather(
            asyncio.to_thread(hears, folders[0], 1000), asyncio.to_thread(hears, folders[1], 440)
        )
        names = [each.partition("/")[0] for each in (callers, callees)]
        for phone, name in zip((caller, callee), names, strict=True):
            await asyncio.to_thread(phone.shows, f"Set audio decoder: {name}")
        caller.enters("/hangup")
        await asyncio.to_thread(callee.shows, "session closed")


ONLY_GSM = ";audio_codecs=GSM/8000/1"
"""A codec that can be decoded and not encoded here: nobody is offered it by us."""


@pytest.mark.parametrize("shared", [True, False])
async def test_what_cannot_be_encoded_passes_between_those_who_share_it(
    server: Server, tmp_path: Path, shared: bool
) -> None:
    folders = tmp_path / "1000", tmp_path / "1001"
    with (
        Baresip(
            folders[0],
            server,
            "1000",
            "udp",
            account=ONLY_GSM,
            config="module gsm.so\n" + says(folders[0], 440),
        ) as caller,
        Baresip(
            folders[1],
            server,
            "1001",
            "udp",
            account=f";answermode=auto{ONLY_GSM if shared else ''}",
            config=("module gsm.so\n" if shared else "") + says(folders[1], 1000),
        ) as callee,
    ):
        for each in caller, callee:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
        if not shared:
            await asyncio.to_thread(caller.shows, "488 Not Acceptable Here")
            return
        await asyncio.to_thread(caller.shows, "Call established")
        await asyncio.gather(
            asyncio.to_thread(hears, folders[0], 1000), asyncio.to_thread(hears, folders[1], 440)
        )
        await asyncio.to_thread(callee.shows, "Set audio decoder: GSM")
        caller.enters("/hangup")
        await asyncio.to_thread(callee.shows, "session closed")
