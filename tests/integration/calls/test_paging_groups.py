"""A private intercom, a delay and a schedule, heard at phones of our own and at baresip."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.tone import Voice, hears, says, write_tone
from tests.support.ucm import settled
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

GROUPS = "/v1/paging-groups"
SOON_S = 20
"""An announcement is made up to half a minute late: this much of a minute is soon enough."""


@pytest.fixture(scope="module")
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


async def test_members_of_a_private_intercom_hear_the_caller_alone(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    group = {"name": "Private", "number": "6811", "type": "private", "members": ["1001", "1002"]}
    assert admin.post(GROUPS, group | {"delay_s": 1}).status == 201
    settled(server, admin)
    async with AsyncExitStack() as stack:
        caller, told = [await phone(stack, server, each) for each in ("1000", "1001")]
        folder, config = tmp_path / "1002", says(tmp_path / "1002", 1500)
        answering = Baresip(
            folder, server, "1002", "udp", account=";answermode=auto", config=config
        )
        baresip = stack.enter_context(answering)
        await asyncio.to_thread(baresip.shows, "registered successfully")
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = await caller.invite(f"sip:6811@127.0.0.1:{server.sip_port}", session(ours))
        ours.talk(port_of(call.remote_description))
        came = await told.next_call()
        await came.accept(session(theirs, 0))
        theirs.talk(port_of(came.remote_description))
        await asyncio.gather(
            asyncio.to_thread(ours.hears_all, 1000, 1500),
            asyncio.to_thread(theirs.hears, 440),
            asyncio.to_thread(hears, folder, 440),
        )
        await call.hang_up()
        await came.ended()
        await asyncio.to_thread(baresip.shows, "session closed")


async def test_an_announcement_is_made_at_its_time(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    sound = write_tone(tmp_path / "news.wav", 900, seconds=2)
    prompt = admin.send("POST", "/v1/custom-prompts?name=News", sound.read_bytes(), "audio/wav")
    group = {
        "name": "News", "number": "6812", "type": "announcement", "members": ["1001"],
        "prompt": prompt.json()["id"], "repeat": "once",
    }  # fmt: skip
    wrong = admin.post(GROUPS, group | {"date": "2026-02-30"})
    assert list(wrong.json()["error"]["fields"]) == ["date"]
    wrong = admin.post(GROUPS, group | {"repeat": "weekly"})
    assert list(wrong.json()["error"]["fields"]) == ["weekdays"]
    zone = ZoneInfo(admin.get("/v1/settings/time").json()["values"]["time_zone"])
    async with AsyncExitStack() as stack:
        told = await phone(stack, server, "1001")
        theirs = stack.enter_context(Voice(1000))
        now = datetime.now(UTC).astimezone(zone)
        when = now if now.second < SOON_S else now + timedelta(minutes=1)
        on = {"date": when.date().isoformat(), "time": when.strftime("%H:%M")}
        assert admin.post(GROUPS, group | on).status == 201
        came = await asyncio.wait_for(told.next_call(), 90)
        request = getattr(came.call, "request", None)
        assert request is not None
        assert b"info=alert-autoanswer" in request.get(b"alert-info")
        assert b"6812" in request.get(b"from")
        await came.accept(session(theirs, 0))
        await asyncio.to_thread(theirs.hears, 900)
        await came.ended()
