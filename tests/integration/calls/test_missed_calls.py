"""Mails about calls that nobody took, of a running server."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from pbxcore.net.user_agent import Refused
from tests.support.mail_sink import SinkThread
from tests.support.pair import Desk
from tests.support.server import Server, wait_until
from tests.support.sipp_script import calls, is_answered, is_hung_up, is_refused, script, sipp
from tests.support.tone import Voice
from tests.support.voice_phone import phone, session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def sink() -> Iterator[SinkThread]:
    with SinkThread() as running:
        yield running


@pytest.fixture(scope="module")
def server(sink: SinkThread) -> Iterator[Server]:
    with Server("--smtp", f"smtp://127.0.0.1:{sink.port}") as running:
        yield running
        assert "Traceback" not in running.log


async def test_who_sends_his_calls_on_has_missed_none(
    server: Server, sink: SinkThread, tmp_path: Path
) -> None:
    desk = Desk(server)
    forward = {"presence": "available", "case": "no_answer", "kind": "extension", "value": "1003",
               "condition": 0}  # fmt: skip
    desk.change(
        email="chen@example.com",
        missed_call_mails=True,
        voicemail=False,
        forwards=[forward],
    )
    async with AsyncExitStack() as stack:
        third = await phone(stack, server, "1003")
        theirs, call = stack.enter_context(Voice(1000)), calls("1002", "1001")
        talks = script(call, is_answered("1002", "1001"), is_hung_up())
        async with sipp(tmp_path, server, talks):
            came = await third.next_call()
            await came.accept(session(theirs, 0))
            await came.hang_up()
        desk.change(forwards=[])
        async with sipp(tmp_path, server, script(call, is_refused("1002", "1001", 480))):
            pass
        await asyncio.to_thread(
            wait_until, lambda: bool(sink.mails), 30, "a mail about the missed call"
        )
    (mail,) = sink.mails
    assert mail.recipients == ["chen@example.com"]
    assert "1001" in mail.message["subject"]


async def test_a_missed_call_is_mailed_although_the_web_part_is_killed(
    server: Server, sink: SinkThread
) -> None:
    desk = Desk(server)
    desk.change(email="chen@example.com", missed_call_mails=True, voicemail=False)
    before = len(sink.mails)

    def calls() -> int:
        return len(desk.admin.get("/v1/calls?limit=500").json()["items"])

    known = calls()
    async with AsyncExitStack() as stack:
        caller = await phone(stack, server, "1001")
        with Voice(440) as voice, pytest.raises(Refused):
            await caller.invite(f"sip:1002@127.0.0.1:{server.sip_port}", session(voice))
    await asyncio.to_thread(wait_until, lambda: calls() > known, 10, "the call's record")
    await asyncio.to_thread(server.kill9, "web")
    await asyncio.to_thread(wait_until, lambda: len(sink.mails) > before, 40, "a mail")
    await asyncio.to_thread(server.wait_ready)
