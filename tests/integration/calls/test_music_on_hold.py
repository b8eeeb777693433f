"""What people hear who wait: music that was uploaded, prompts before it rings, who else calls."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.media.samples import silence
from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.sipp_script import calls, is_answered, is_hung_up, script, sipp
from tests.support.tone import Voice, hears, read_sound, says, sounds, write_tone
from tests.support.ucm import settled
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

JAZZ_HZ, PROMPT_HZ = 620.0, 880.0
WAITING_HZ = 425.0


@pytest.fixture(scope="module")
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


@pytest.fixture(scope="module")
def jazz(server: Server, admin: Program, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A class of music with one file, whose tone is known."""
    added = admin.post("/v1/music-classes", {"name": "Jazz", "order": "random"})
    assert added.status == 201, added.body
    found = str(added.json()["id"])
    sound = write_tone(tmp_path_factory.mktemp("music") / "jazz.wav", JAZZ_HZ, rate=44100)
    path = f"/v1/music-classes/{found}/files"
    kept = admin.send("POST", f"{path}?name=Smooth", sound.read_bytes(), "audio/wav")
    assert kept.status == 201, kept.body
    [file] = kept.json()["files"]
    assert file["name"] == "Smooth"
    heard = admin.get(f"{path}/{file['id']}/sound")
    assert (heard.status, heard.body[:4]) == (200, b"OggS")
    none = admin.send("POST", f"{path}?name=None", b"no sound at all", "audio/wav")
    assert list(none.json()["error"]["fields"]) == ["file"]
    settled(server, admin)
    return found


async def test_whom_a_phone_holds_hears_the_music_of_its_extension(
    server: Server, admin: Program, jazz: str, tmp_path: Path
) -> None:
    folder = tmp_path / "1001"
    assert admin.patch("/v1/extensions/1001", {"music": jazz}).status == 200
    settled(server, admin)
    async with AsyncExitStack() as stack:
        caller = await phone(stack, server, "1000")
        voice = stack.enter_context(Voice(440))
        rung = stack.enter_context(
            Baresip(folder, server, "1001", "udp", account=";answermode=auto",
                    config=says(folder, 1000))
        )  # fmt: skip
        await asyncio.to_thread(rung.shows, "registered successfully")
        call = await caller.invite(f"sip:1001@127.0.0.1:{server.sip_port}", session(voice))
        voice.talk(port_of(call.remote_description))
        await asyncio.to_thread(voice.hears, 1000)
        await asyncio.to_thread(hears, folder, 440)
        rung.enters("/hold")
        await asyncio.to_thread(voice.hears, JAZZ_HZ, seconds=1)
        rung.enters("/resume")
        await asyncio.to_thread(voice.hears, 1000)
        await call.hang_up()
    kept = admin.delete(f"/v1/music-classes/{jazz}")
    assert (kept.status, kept.json()["error"]["code"]) == (409, "in_use")
    assert [each["id"] for each in kept.json()["error"]["users"]] == ["1001"]
    assert admin.patch("/v1/extensions/1001", {"music": ""}).status == 200


def rings(member: Baresip, time: int) -> None:
    """Wait until it rings for the so many-th time."""
    wait_until(lambda: member.printed.count("Incoming call") == time, 15, "a phone that rings")


async def test_a_ring_group_says_its_prompt_once_and_plays_music_until_it_is_answered(
    server: Server, admin: Program, jazz: str, tmp_path: Path
) -> None:
    sound = write_tone(tmp_path / "welcome.wav", PROMPT_HZ, seconds=2)
    prompt = admin.send("POST", "/v1/custom-prompts?name=Group", sound.read_bytes(), "audio/wav")
    fields: dict[str, Any] = {
        "name": "Music", "number": "6430", "members": ["1001"], "music": jazz, "ring_s": 30,
    }  # fmt: skip
    group = admin.post("/v1/ring-groups", fields)
    assert group.status == 201, group.body
    settled(server, admin)
    folder = tmp_path / "1001"
    with Baresip(folder, server, "1001", "udp", config=says(folder, 1000)) as member:
        await asyncio.to_thread(member.shows, "registered successfully")
        for prompted in False, True:
            if prompted:
                changed = {"prompt": prompt.json()["id"]}
                path = f"/v1/ring-groups/{group.json()['id']}"
                assert admin.patch(path, changed).status == 200
                settled(server, admin)
            with Voice(440) as ours:
                call = calls("6430", "1000", port=ours.port), is_answered("6430", "1000")
                async with sipp(tmp_path, server, script(*call, is_hung_up())) as caller:
                    if prompted:
                        await asyncio.to_thread(ours.hears, PROMPT_HZ, seconds=1)
                    await asyncio.to_thread(rings, member, 1 + prompted)
                    await asyncio.to_thread(ours.hears, JAZZ_HZ, seconds=1)
                    member.enters("/accept")
                    ours.talk(int(await caller.took("SIP/2.0 200", r"m=audio (\d+)")))
                    await asyncio.gather(
                        asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(hears, folder, 440)
                    )
                    member.enters("/hangup")
    for path in f"/v1/custom-prompts/{prompt.json()['id']}", f"/v1/music-classes/{jazz}":
        kept = admin.delete(path)
        assert kept.json()["error"]["users"][0]["name"] == "Music"
    assert admin.delete(f"/v1/ring-groups/{group.json()['id']}").status == 204
    assert admin.delete(f"/v1/custom-prompts/{prompt.json()['id']}").status == 204


@pytest.mark.parametrize(("codec", "rate"), [("PCMU/8000/1", 8000), ("opus/48000/2", 48_000)])
async def test_the_call_waiting_tone_is_heard_in_every_codec(
    server: Server, tmp_path: Path, codec: str, rate: int
) -> None:
    folder = tmp_path / "1001"
    with (
        Baresip(
            folder,
            server,
            "1001",
            "udp",
            account=f";audio_codecs={codec}",
            config=says(folder, 1000, rate=rate, channels=rate // 40_000 + 1) + "module opus.so\n",
        ) as busy,
    ):
        async with AsyncExitStack() as stack:
            second = await phone(stack, server, "1002")
            await asyncio.to_thread(busy.shows, "registered successfully")
            busy.enters(f"/dial sip:*43@127.0.0.1:{server.sip_port}")
            await asyncio.to_thread(busy.shows, "Call established")
            voice = stack.enter_context(Voice(700))
            waiting = second.call(f"sip:1001@127.0.0.1:{server.sip_port}", session(voice))
            await asyncio.to_thread(wait_until, lambda: knocked(folder), 15, "the tone")
            await waiting.hang_up()
            busy.enters("/hangupall")


def knocked(folder: Path) -> bool:
    """Whether the tone was heard."""
    dumps = sorted(folder.glob("dump-*-dec.wav"))
    samples, rate = read_sound(dumps[-1]) if dumps else (silence(0), 8000)
    samples, size = samples if samples.ndim == 1 else samples[:, 0], rate // 5
    parts = [samples[at : at + size] for at in range(0, len(samples) - size, size // 2)]
    return any(sounds(part, WAITING_HZ, rate) > 0.5 for part in parts)


async def test_settings_of_tones_and_silence_do_what_they_say(
    server: Server, admin: Program
) -> None:
    given = {"tone_country": "gb", "rtp_timeout_s": 2}
    assert admin.patch("/v1/settings/media", {"values": given}).status == 200
    timers = {"session_timer_s": 120, "session_timer_shortest_s": 100}
    assert admin.patch("/v1/settings/sip", {"values": timers}).status == 200
    settled(server, admin)
    async with AsyncExitStack() as stack:
        caller, callee = [await phone(stack, server, each) for each in ("1000", "1001")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = caller.call(f"sip:1001@127.0.0.1:{server.sip_port}", session(ours))
        came = await callee.next_call()
        await came.accept(session(theirs, 0))
        await call.answered()
        theirs.talk(port_of(came.remote_description))
        # One side says nothing: both legs are over before long.
        await asyncio.wait_for(call.ended(), 8)
        await asyncio.wait_for(came.ended(), 8)
    usual = {"tone_country": "", "rtp_timeout_s": 60}
    assert admin.patch("/v1/settings/media", {"values": usual}).status == 200
    refused = admin.patch("/v1/settings/sip", {"values": {"session_timer_s": 30}})
    assert refused.status == 422
    timers = {"session_timer_s": 1800, "session_timer_shortest_s": 90}
    assert admin.patch("/v1/settings/sip", {"values": timers}).status == 200


async def test_the_default_class_stays_and_others_go(admin: Program, jazz: str) -> None:
    default = admin.get("/v1/music-classes/default")
    assert default.json()["name"] == "Default"
    assert admin.delete("/v1/music-classes/default").status == 409
    [file] = admin.get(f"/v1/music-classes/{jazz}").json()["files"]
    assert admin.delete(f"/v1/music-classes/{jazz}/files/{file['id']}").status == 204
    assert admin.get(f"/v1/music-classes/{jazz}/files/{file['id']}/sound").status == 404
    assert admin.delete(f"/v1/music-classes/{jazz}").status == 204
    group = {"name": "Gone", "number": "6431", "members": ["1001"], "music": jazz}
    refused = admin.post("/v1/ring-groups", group)
    assert list(refused.json()["error"]["fields"]) == ["music"]
