"""Calls of real phones that are recorded: who is in the file, and what no crash takes from it."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.server import Server, wait_until
from tests.support.tone import Voice, hears, read_sound, says, sounds
from tests.support.ucm import settled
from tests.support.voice_phone import hear, phone, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxcore.media.samples import Samples


@contextmanager
def recorded(server: Server, number: str, **settings: object) -> Iterator[Program]:
    """An administrator, while an extension's calls are recorded."""
    admin = Program(server.url, "admin", "Demo-admin!")
    usual = {"stereo": False, "goes_on": False}
    assert admin.patch("/v1/settings/recording", {"values": usual | settings}).status == 200
    assert admin.patch(f"/v1/extensions/{number}", {"auto_record": "all"}).status == 200
    settled(server, admin)
    yield admin
    assert admin.patch(f"/v1/extensions/{number}", {"auto_record": "off"}).status == 200
    settled(server, admin)


def listed(admin: Program) -> list[dict[str, Any]]:
    """Every recording, the newest first."""
    return list(admin.get("/v1/recordings?limit=500").json()["items"])


def whole(admin: Program, known: int) -> dict[str, Any]:
    """The next recording, once it is whole."""
    wait_until(lambda: len(found := listed(admin)) > known and found[0]["seconds"], 15, "recording")
    return listed(admin)[0]


def played(admin: Program, recording: dict[str, Any], folder: Path) -> Samples:
    """What is heard of a recording."""
    sound = admin.get(f"/v1/recordings/{recording['id']}/sound")
    assert sound.status == 200
    (folder / "recording.wav").write_bytes(sound.body)
    return read_sound(folder / "recording.wav")[0]


async def test_an_extensions_calls_are_recorded_with_both_voices(
    server: Server, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        for stereo in True, False:
            admin = stack.enter_context(recorded(server, "1001", stereo=stereo))
            known = len(listed(admin))
            ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
            call, came = await talk(server, (agents[0], ours), (agents[1], theirs), "1001")
            await hear((ours, 1000), (theirs, 440))
            await asyncio.sleep(1.5)  # what is recorded is time
            await call.hang_up()
            await came.ended()
            recording = await asyncio.to_thread(whole, admin, known)
            assert (recording["caller"], recording["callee"]) == ("1000", "1001")
            assert recording["caller_name"] == "Ana Costa"
            sound = played(admin, recording, tmp_path)
            if stereo:
                left, right = sound[:, 0], sound[:, 1]
                assert sounds(left, 440) > 0.7
                assert sounds(right, 1000) > 0.7
                assert sounds(left, 1000) < 0.2
            else:
                assert sounds(sound, 440) > 0.7
                assert sounds(sound, 1000) > 0.7


async def test_a_baresip_presses_the_code_and_the_talk_is_on_the_page(
    server: Server, tmp_path: Path
) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    known = len(listed(admin))
    folders = tmp_path / "1000", tmp_path / "1001"
    auto = ";answermode=auto"
    with (
        Baresip(folders[0], server, "1000", "udp", config=says(folders[0], 440)) as caller,
        Baresip(
            folders[1], server, "1001", "udp", account=auto, config=says(folders[1], 1000)
        ) as callee,
    ):
        for each in caller, callee:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(caller.shows, "Call established")
        await asyncio.to_thread(hears, folders[0], 1000)
        for key in "*3":
            caller.enters(key)
            await asyncio.sleep(0.3)  # a finger's pace
        await asyncio.to_thread(wait_until, lambda: len(listed(admin)) > known, 10, "recording")
        await asyncio.sleep(1.5)  # what is recorded is time
        caller.enters("/hangup")
        await asyncio.to_thread(callee.shows, "session closed")
    recording = await asyncio.to_thread(whole, admin, known)
    sound = played(admin, recording, tmp_path)
    assert sounds(sound, 440) > 0.5
    assert sounds(sound, 1000) > 0.5
    call = admin.get(f"/v1/calls/{recording['call']}").json()
    assert [each["id"] for each in call["recordings"]] == [recording["id"]]


async def test_a_disk_that_fills_ends_a_recording_and_no_call(
    server: Server, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        admin = stack.enter_context(recorded(server, "1001"))
        known = len(listed(admin))
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        media = server.pid("media")
        limits = resource.prlimit(media, resource.RLIMIT_FSIZE)
        resource.prlimit(media, resource.RLIMIT_FSIZE, (60_000, limits[1]))  # some seconds
        try:
            call, came = await talk(server, (agents[0], ours), (agents[1], theirs), "1001")
            query = "/v1/operations?action=recording.fail"
            await asyncio.to_thread(
                wait_until, lambda: admin.get(query).json()["items"], 15, "an event"
            )
        finally:
            resource.prlimit(media, resource.RLIMIT_FSIZE, limits)
        await hear((ours, 1000), (theirs, 440))
        await call.hang_up()
        await came.ended()
        recording = await asyncio.to_thread(whole, admin, known)
        assert 1 < recording["seconds"] < 4
        assert sounds(played(admin, recording, tmp_path), 440) > 0.3


async def test_a_server_that_is_killed_leaves_the_recording_playable(tmp_path: Path) -> None:
    """Two baresips talk; once the server is back they do again."""
    folders = tmp_path / "1000", tmp_path / "1001"
    sounds_of = [says(folder, hz) for folder, hz in zip(folders, (440, 1000), strict=True)]
    auto = ";answermode=auto"
    with (
        Server() as server,
        recorded(server, "1001") as admin,
        Baresip(folders[0], server, "1000", "udp", config=sounds_of[0], lasts_s=180) as caller,
        Baresip(
            folders[1], server, "1001", "udp", account=auto, config=sounds_of[1], lasts_s=180
        ) as callee,
    ):
        for each in caller, callee:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters("/dial 1001")
        await asyncio.gather(
            asyncio.to_thread(hears, folders[0], 1000), asyncio.to_thread(hears, folders[1], 440)
        )
        await asyncio.sleep(2)  # what is recorded is time
        for part in [server.pid(part) for part in ("media", "pbx", "web")]:
            os.kill(part, signal.SIGKILL)
        server.kill9()
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(
            wait_until, lambda: admin.get("/v1/calls").json()["items"], 15, "the record"
        )
        [call] = admin.get("/v1/calls").json()["items"]
        assert (call["disposition"], call["reason"]) == ("answered", "restart")
        recording = await asyncio.to_thread(whole, admin, 0)
        assert recording["call"] == call["id"]
        assert recording["seconds"] > 1
        sound = played(admin, recording, tmp_path)
        assert sounds(sound, 440) > 0.5
        assert sounds(sound, 1000) > 0.5
        for each in caller, callee:
            each.enters("/hangup")
            await asyncio.to_thread(each.shows, "terminated (duration")
        caller.enters("/dial 1001")
        await asyncio.to_thread(
            wait_until, lambda: len(list(folders[0].glob("dump-*-dec.wav"))) == 2, 15, "a call"
        )
        await asyncio.to_thread(hears, folders[0], 1000)
        caller.enters("/hangup")
