"""linphonec as a caller over TCP: its many codecs, and its sound at the other end."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from pbxcore.presence.packages.conference_info import read_roster
from tests.support.linphone import Linphone
from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.tone import Voice, write_tone
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

pytestmark = pytest.mark.soak  # at the mercy of the phone's own timers


async def test_linphonec_calls_and_is_heard(server: Server, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        callee = await phone(stack, server, "1001")
        voice = stack.enter_context(Voice(1000))
        tone = write_tone(tmp_path / "tone.wav", 440)
        with Linphone(tmp_path / "phone", server, "1000", "tcp", watches="1001") as caller:
            await asyncio.to_thread(caller.shows, "is Online")
            caller.enters("soundcard use files")
            caller.enters(f"play {tone}")
            caller.enters("call 1001")
            came = await callee.next_call()
            came.ring()
            await asyncio.to_thread(caller.shows, "ringing")
            await came.accept(session(voice))
            voice.talk(port_of(came.remote_description))
            await asyncio.to_thread(caller.shows, "connected")
            caller.enters(f"play {tone}")
            await asyncio.to_thread(voice.hears, 440)
            caller.enters("terminate")
            assert (await came.ended()).by_peer


def test_linphonec_watches_who_is_in_the_room_it_calls(server: Server, tmp_path: Path) -> None:
    """It learns by `isfocus` that it talks to a conference, and subscribes by itself."""
    admin = Program(server.url, "admin", "Demo-admin!")
    assert admin.post("/v1/conference-rooms", {"name": "Watched", "number": "6309"}).status == 201
    with Linphone(tmp_path / "phone", server, "1001", "udp", watches="1002") as phone:
        wait_until(lambda: "LinphoneRegistrationOk" in phone.log(), 20, "its registration")
        phone.enters(f"call sip:6309@{phone.domain}")

        def told() -> list[str]:
            _, *documents = phone.log().split("<conference-info ")
            return [each.partition("</conference-info>")[0] for each in documents]

        wait_until(lambda: bool(told()), 20, "the roster")
        report = read_roster(f"<conference-info {told()[0]}</conference-info>".encode())
        assert report.full
        assert [each.number for each in report.present.values()] == ["1001"]
        phone.enters("terminate")
