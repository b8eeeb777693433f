"""Records of calls that phones made at a running server: what they say is what happened."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from pbxcore.net.user_agent import Refused
from tests.support.messaging import eventually
from tests.support.pair import Pair
from tests.support.server import Server, wait_until
from tests.support.tone import Voice
from tests.support.voice_phone import phone, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def pair(server: Server) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        caller, callee = [await phone(stack, server, each) for each in ("1000", "1001")]
        yield Pair(server, caller, callee)


async def test_a_call_that_was_answered(pair: Pair) -> None:
    with Voice(440) as ours, Voice(1000) as theirs:
        call = pair.caller.call(pair.uri("1001"), session(ours))
        came = await pair.callee.next_call()
        came.ring()
        await eventually(
            lambda: (
                [leg["state"] for each in pair.live() for leg in each["legs"]][1:] == ["ringing"]
            )
        )
        await came.accept(session(theirs, 0))
        await call.answered()
        await eventually(lambda: bool(pair.live()[0]["legs"][0]["peer"]))
        await asyncio.sleep(1.2)  # what is measured is time
        await call.hang_up()
        await came.ended()
    record = await pair.record()
    expected = {
        "caller": "1000", "caller_name": "Ana Costa", "callee": "1001", "callee_name": "Ben Osei",
        "answered_by": "1001", "disposition": "answered", "direction": "internal",
        "talk_s": 1, "cause": 16,
    }  # fmt: skip
    assert {name: record[name] for name in expected} == expected
    assert [(each["party"], each["role"], each["disposition"]) for each in record["legs"]] == [
        ("1000", "caller", "answered"),
        ("1001", "called", "answered"),
    ]
    assert pair.live() == []


async def test_a_call_that_nobody_took(pair: Pair) -> None:
    with Voice(440) as ours:
        call = pair.caller.call(pair.uri("1001"), session(ours))
        came = await pair.callee.next_call()
        came.ring()
        await eventually(lambda: 180 in call.statuses)
        await call.hang_up()
        await came.ended()
    record = await pair.record()
    assert (record["disposition"], record["talk_s"]) == ("cancelled", 0)
    assert [each["disposition"] for each in record["legs"]][1:] == ["no_answer"]


async def test_calls_that_were_refused(pair: Pair) -> None:
    with Voice(440) as ours:
        call = pair.caller.call(pair.uri("1001"), session(ours))
        (await pair.callee.next_call()).refuse(486)
        with pytest.raises(Refused):
            await call.answered()
        assert (await pair.record())["disposition"] == "busy"
        with pytest.raises(Refused):
            await pair.caller.invite(pair.uri("7777"), session(ours))
        failed = await pair.record()
    assert (failed["disposition"], failed["status"]) == ("failed", 404)


async def test_an_administrator_hangs_up(pair: Pair) -> None:
    with Voice(440) as ours, Voice(1000) as theirs:
        call = pair.caller.call(pair.uri("1001"), session(ours))
        came = await pair.callee.next_call()
        await came.accept(session(theirs, 0))
        await call.answered()
        await eventually(lambda: len(pair.live()) == 1)
        [live] = pair.live()
        assert pair.admin.post(f"/v1/calls/live/{live['id']}/hang-up", {}).status == 204
        await asyncio.gather(call.ended(), came.ended())
    record = await pair.record()
    assert (record["disposition"], record["id"]) == ("answered", live["id"])


async def test_a_killed_pbx_closes_its_calls_at_the_next_start() -> None:
    with Server() as server, Voice(440) as ours, Voice(1000) as theirs:
        async with AsyncExitStack() as stack:
            caller, callee = [await phone(stack, server, each) for each in ("1000", "1001")]
            pair = Pair(server, caller, callee)
            call = caller.call(pair.uri("1001"), session(ours))
            came = await callee.next_call()
            await came.accept(session(theirs, 0))
            await call.answered()
            await eventually(lambda: len(pair.live()) == 1)
            os.kill(server.pid("pbx"), signal.SIGKILL)
            wait_until(lambda: server.status()["parts"]["pbx"]["state"] == "ready", 20, "pbx")
            record = await pair.record()
        assert (record["disposition"], record["reason"]) == ("answered", "restart")
        assert {each["reason"] for each in record["legs"]} == {"restart"}
        assert pair.live() == []
