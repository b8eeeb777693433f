"""What users do with calls, by programs of others: both baresips, linphonec, a provider's trunk."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.integration.calls.test_pairs_of_phones import (
    LINPHONE,
    LINPHONE_HZ,
    PLAIN,
    PLAIN_HZ,
    SECRET,
    SECRET_HZ,
    TRUNK_HZ,
    answers,
    desk,
    trunk,
)
from tests.support.conference_room import there
from tests.support.linphone import Linphone
from tests.support.messaging import eventually
from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.tone import (
    Voice,
    ends_with,
    hears_all,
    holds,
    holds_all,
    write_tone,
)
from tests.support.ucm import settled
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from pbxcore.net.user_agent import AsyncUserAgent
    from tests.integration.calls.test_pairs_of_phones import Desk
    from tests.support.server import Server

__all__ = ["desk", "trunk"]
pytestmark = pytest.mark.soak  # at the mercy of the phones' own timers
FIFTH_HZ = 1700


async def hears(folder: Path, hz: float) -> None:
    """Wait until a baresip hears a tone in one of its calls: each is kept in a file of its own."""

    def heard_now() -> bool:
        return any(
            time.time() - each.stat().st_mtime < 1 and ends_with(each, hz)
            for each in folder.glob("dump-*-dec.wav")
        )

    await asyncio.to_thread(wait_until, heard_now, 20, f"{hz} Hz at {folder.name}")


async def registered(rung: Linphone) -> None:
    """Wait until it can call."""
    await asyncio.to_thread(
        wait_until, lambda: "LinphoneRegistrationOk" in rung.log(), 20, "a registered linphonec"
    )


async def test_five_kinds_of_phones_in_one_conference(
    server: Server, desk: Desk, trunk: AsyncUserAgent, tmp_path: Path
) -> None:
    """Each enters the PIN by its own keys; the trunk is called in by the host's."""
    admin = Program(server.url, "admin", "Demo-admin!")
    room = {"name": "Five", "number": "6305", "chimes": False, "pin": "4711", "hosts": [PLAIN]}
    assert admin.post("/v1/conference-rooms", room).status == 201
    settled(server, admin)
    sound, tone = tmp_path / "heard.wav", write_tone(tmp_path / "tone.wav", LINPHONE_HZ)

    async def come(*numbers: str) -> None:
        await eventually(lambda: asyncio.to_thread(lambda: there(admin, "6305") == [*numbers]), 30)

    async with AsyncExitStack() as stack:
        for number, rung in (PLAIN, desk.plain), (SECRET, desk.secret):
            rung.enters("/dial 6305")
            await asyncio.to_thread(rung.shows, "Call established")
            if number == SECRET:
                rung.enters("4711#")
                await come(PLAIN, SECRET)
            else:
                await come(PLAIN)
        fourth = stack.enter_context(
            Linphone(tmp_path / "phone", server, LINPHONE, "tcp", watches=PLAIN)
        )
        await registered(fourth)
        fourth.enters("soundcard use files")
        fourth.enters("call 6305")
        await asyncio.to_thread(fourth.shows, "connected")
        fourth.enters("4711#")
        await come(PLAIN, SECRET, LINPHONE)
        fourth.enters(f"record {sound}")
        fourth.enters(f"play {tone}")
        fifth = await phone(stack, server, "1000")
        ours, theirs = (stack.enter_context(Voice(hz)) for hz in (FIFTH_HZ, TRUNK_HZ))
        call = await fifth.invite(f"sip:6305@127.0.0.1:{server.sip_port}", session(ours))
        ours.talk(port_of(call.remote_description))
        for key in "4711#":
            await call.press(key)
        await come(PLAIN, SECRET, LINPHONE, "1000")
        desk.plain.enters("*19123#")
        came = await answers(trunk, theirs)
        await eventually(lambda: asyncio.to_thread(lambda: len(there(admin, "6305")) == 5), 30)
        everybody = {PLAIN_HZ, SECRET_HZ, LINPHONE_HZ, TRUNK_HZ, FIFTH_HZ}
        await asyncio.gather(
            asyncio.to_thread(ours.hears_all, *everybody - {FIFTH_HZ}, within_s=30),
            asyncio.to_thread(theirs.hears_all, *everybody - {TRUNK_HZ}, within_s=30),
            *(
                asyncio.to_thread(hears_all, desk.folders[number], hz, *everybody - {hz})
                for number, hz in ((PLAIN, PLAIN_HZ), (SECRET, SECRET_HZ))
            ),
        )
        await asyncio.sleep(3)  # what is recorded is time
        fourth.enters("terminate")  # the file is whole then
        await asyncio.to_thread(
            wait_until, partial(holds_all, sound, *everybody - {LINPHONE_HZ}), 15, "four tones"
        )
        for each in desk.plain, desk.secret:
            each.enters("/hangup")
        await came.hang_up()
        await call.hang_up()
        await eventually(lambda: asyncio.to_thread(lambda: there(admin, "6305") == []))


async def test_a_phone_with_keys_hands_a_trunks_call_on(
    server: Server, desk: Desk, trunk: AsyncUserAgent
) -> None:
    """Blind transfer by TLS, SRTP and Opus, from a trunk to a phone with G.711."""
    with Voice(TRUNK_HZ) as voice:
        uri = f"sip:55{SECRET}@127.0.0.1:{server.sip_port}"
        call = await trunk.invite(uri, session(voice, 0))
        voice.talk(port_of(call.remote_description))
        await asyncio.to_thread(voice.hears, SECRET_HZ)
        desk.secret.enters(f"/transfer sip:{PLAIN}@127.0.0.1:{server.sip_port}")
        await asyncio.gather(
            asyncio.to_thread(voice.hears, PLAIN_HZ, within_s=20),
            hears(desk.folders[PLAIN], TRUNK_HZ),
        )
        await call.hang_up()


async def test_a_second_call_is_taken_while_a_trunk_talks(
    server: Server, desk: Desk, trunk: AsyncUserAgent
) -> None:
    """The phone has both lines up; the first is left when the second is over."""
    async with AsyncExitStack() as stack:
        other = await phone(stack, server, "1000")
        first, second = (stack.enter_context(Voice(hz)) for hz in (TRUNK_HZ, FIFTH_HZ))
        call = await trunk.invite(f"sip:55{PLAIN}@127.0.0.1:{server.sip_port}", session(first, 0))
        first.talk(port_of(call.remote_description))
        await asyncio.to_thread(first.hears, PLAIN_HZ)
        await asyncio.sleep(1.1)  # the phone names its files by the second
        waiting = await other.invite(f"sip:{PLAIN}@127.0.0.1:{server.sip_port}", session(second, 0))
        second.talk(port_of(waiting.remote_description))
        await asyncio.gather(
            asyncio.to_thread(second.hears, PLAIN_HZ), hears(desk.folders[PLAIN], FIFTH_HZ)
        )
        await waiting.hang_up()
        await asyncio.gather(
            asyncio.to_thread(first.hears, PLAIN_HZ), hears(desk.folders[PLAIN], TRUNK_HZ)
        )
        await call.hang_up()


async def test_linphonec_connects_the_two_it_talks_to(
    server: Server, desk: Desk, tmp_path: Path
) -> None:
    """Attended transfer (RFC 3891): both baresips hear each other, and linphonec is out of it."""
    with Linphone(tmp_path / "phone", server, LINPHONE, "tcp", watches=PLAIN) as between:
        await registered(between)
        between.enters("soundcard use files")
        between.enters(f"call {PLAIN}")
        await asyncio.to_thread(between.shows, "connected")
        between.enters("pause")
        await asyncio.to_thread(between.shows, "is now paused")
        between.enters(f"call {SECRET}")
        await asyncio.to_thread(
            wait_until, lambda: between.screen.count("connected") > 1, 20, "a second call"
        )
        between.enters("transfer 1 --to-call 2")
        await asyncio.gather(
            hears(desk.folders[PLAIN], SECRET_HZ), hears(desk.folders[SECRET], PLAIN_HZ)
        )
        desk.plain.enters("/hangup")


async def test_a_phone_with_keys_parks_a_trunk_and_linphonec_takes_it(
    server: Server, desk: Desk, trunk: AsyncUserAgent, tmp_path: Path
) -> None:
    """The slot is heard in Opus by SRTP; who dials it talks to the trunk."""
    admin = Program(server.url, "admin", "Demo-admin!")
    lot = {"name": "Kinds", "number": "750", "first_slot": "751", "last_slot": "753"}
    assert admin.post("/v1/parking-lots", lot).status == 201
    settled(server, admin)
    sound, tone = tmp_path / "heard.wav", write_tone(tmp_path / "tone.wav", LINPHONE_HZ)
    with (
        Voice(TRUNK_HZ) as voice,
        Linphone(tmp_path / "phone", server, LINPHONE, "tcp", watches=PLAIN) as taker,
    ):
        await registered(taker)
        taker.enters("soundcard use files")
        call = await trunk.invite(f"sip:55{SECRET}@127.0.0.1:{server.sip_port}", session(voice, 0))
        voice.talk(port_of(call.remote_description))
        await asyncio.to_thread(voice.hears, SECRET_HZ)
        for key in "#72":
            desk.secret.enters(key)
            await asyncio.sleep(0.3)
        await asyncio.to_thread(voice.hears_no_more, SECRET_HZ)
        taker.enters("call 751")
        await asyncio.to_thread(taker.shows, "connected")
        taker.enters(f"record {sound}")
        taker.enters(f"play {tone}")
        await asyncio.to_thread(voice.hears, LINPHONE_HZ)
        await asyncio.sleep(3)  # what is recorded is time
        taker.enters("terminate")  # the file is whole then
        await asyncio.to_thread(wait_until, partial(holds, sound, TRUNK_HZ), 15, "the trunk")
