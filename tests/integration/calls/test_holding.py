"""Real phones hold and resume: each is heard again, and hears again."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from tests.support.baresip import Baresip
from tests.support.linphone import Linphone
from tests.support.server import wait_until
from tests.support.tone import Voice, holds, says, write_tone
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

THEIRS_HZ, PHONE_HZ = 440, 1000
ECHO = "aubridge,line"
"""A pair of devices of baresip: what it plays on the one comes from the other."""
PLAIN = ("udp", ";audio_codecs=pcma", 8000, 1)
SECRET = ("tls", ";mediaenc=srtp-mand;audio_codecs=opus/48000/2", 48_000, 2)


@pytest.mark.parametrize(("transport", "account", "rate", "channels"), [PLAIN, SECRET])
async def test_a_baresip_holds_twice(
    server: Server, tmp_path: Path, transport: str, account: str, rate: int, channels: int
) -> None:
    """It keeps no sound after a hold; what it plays is sent back to prove that it hears."""
    folder = tmp_path / "1001"
    lines = says(folder, PHONE_HZ, rate=rate, channels=channels)
    played = f"audio_player aufile,{folder / 'played.wav'}"
    lines = lines.replace(played, f"audio_player {ECHO}") + "module aubridge.so\nmodule srtp.so\n"
    tone = f"aufile,{folder.parent / f'1001-{PHONE_HZ}-hz.wav'}"
    async with AsyncExitStack() as stack:
        caller = await phone(stack, server, "1000")
        voice = stack.enter_context(Voice(THEIRS_HZ))
        rung = stack.enter_context(
            Baresip(
                folder, server, "1001", transport, account=f";answermode=auto{account}",
                config=lines,
            )
        )  # fmt: skip
        await asyncio.to_thread(rung.shows, "registered successfully")
        call = await caller.invite(f"sip:1001@127.0.0.1:{server.sip_port}", session(voice, 0))
        voice.talk(port_of(call.remote_description))
        await asyncio.to_thread(voice.hears, PHONE_HZ)
        for _ in range(2):
            rung.enters("/hold")
            await asyncio.to_thread(voice.hears_no_more, PHONE_HZ)
            rung.enters("/resume")
            await asyncio.to_thread(voice.hears, PHONE_HZ)
            rung.enters(f"/ausrc {ECHO}")
            await asyncio.to_thread(voice.hears, THEIRS_HZ)
            rung.enters(f"/ausrc {tone}")
            await asyncio.to_thread(voice.hears, PHONE_HZ)
        await call.hang_up()


@pytest.mark.soak  # at the mercy of the phone's own timers
async def test_a_linphonec_holds(server: Server, tmp_path: Path) -> None:
    sound, tone = tmp_path / "heard.wav", write_tone(tmp_path / "tone.wav", PHONE_HZ)
    async with AsyncExitStack() as stack:
        callee = await phone(stack, server, "1001")
        voice = stack.enter_context(Voice(THEIRS_HZ))
        caller = stack.enter_context(
            Linphone(tmp_path / "phone", server, "1003", "tcp", watches="1001")
        )
        await asyncio.to_thread(caller.shows, "is Online")
        caller.enters("soundcard use files")
        caller.enters("call 1001")
        came = await callee.next_call()
        await came.accept(session(voice, 0))
        voice.talk(port_of(came.remote_description))
        await asyncio.to_thread(caller.shows, "connected")
        caller.enters(f"play {tone}")
        await asyncio.to_thread(voice.hears, PHONE_HZ)
        caller.enters("pause")
        await asyncio.to_thread(caller.shows, "is now paused")
        await asyncio.to_thread(voice.hears_no_more, PHONE_HZ)
        caller.enters("resume")
        await asyncio.to_thread(caller.shows, "Resuming call")
        caller.enters(f"play {tone}")
        await asyncio.to_thread(voice.hears, PHONE_HZ)
        caller.enters(f"record {sound}")
        await asyncio.sleep(3)  # what is recorded is time
        caller.enters("terminate")  # the file is whole then
        assert (await came.ended()).by_peer
        await asyncio.to_thread(wait_until, lambda: holds(sound, THEIRS_HZ), 15, "a tone")
