"""Media that fail: strangers, no port left, a worker that dies. Who talks goes on, or knows why."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from pbxcore.media.rtp import build
from pbxcore.net.user_agent import Refused
from tests.support.messaging import eventually
from tests.support.pair import Pair
from tests.support.server import Server, free_port, wait_until
from tests.support.tone import Voice
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from pbxcore.net.call import AsyncCall

ROOM = 4
"""Streams that the server has ports for: those of two calls."""


@pytest.fixture(scope="module")
def narrow() -> Iterator[Server]:
    """A server with few ports."""
    low = free_port() & ~1
    with Server("--rtp", f"{low}-{low + 2 * ROOM - 1}") as running:
        yield running


@pytest.fixture
async def pair(narrow: Server) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        caller, callee = [await phone(stack, narrow, each) for each in ("1000", "1001")]
        yield Pair(narrow, caller, callee)


class Talk:
    """A call of the pair, with a voice on each side."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self.voices = Voice(440), Voice(1000)

    async def __aenter__(self) -> tuple[AsyncCall, AsyncCall]:
        ours, theirs = [each.__enter__() for each in self.voices]
        call = self._pair.caller.call(self._pair.uri("1001"), session(ours))
        came = await self._pair.callee.next_call()
        await came.accept(session(theirs, 0))
        await call.answered()
        ours.talk(port_of(call.remote_description))
        theirs.talk(port_of(came.remote_description))
        await self.heard()
        return call, came

    async def __aexit__(self, *_: object) -> None:
        for each in self.voices:
            each.__exit__()

    async def heard(self) -> None:
        """Each hears the other, and nothing else."""
        ours, theirs = self.voices
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(theirs.hears, 440)
        )


async def test_a_third_address_is_not_heard(pair: Pair) -> None:
    talk = Talk(pair)
    async with talk as (call, came):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for number in range(100):
                noise = build(
                    os.urandom(160),
                    payload_type=0, sequence=number, timestamp=160 * number, ssrc=7, marker=False,
                )  # fmt: skip
                for each in call, came:
                    stranger.sendto(noise, ("127.0.0.1", port_of(each.remote_description)))
            stranger.settimeout(0.2)
            with pytest.raises(TimeoutError):
                stranger.recv(2048)
        await talk.heard()
        await call.hang_up()
    await pair.record()


async def test_without_a_port_a_call_is_refused_with_the_reason_and_others_go_on(
    pair: Pair,
) -> None:
    first, second = Talk(pair), Talk(pair)
    async with first as (one, _), second as (other, _):
        with Voice(600) as third, pytest.raises(Refused) as refused:
            await pair.caller.invite(pair.uri("1001"), session(third))
        assert refused.value.status == 503
        record = await pair.record()
        assert (record["disposition"], record["status"]) == ("failed", 503)
        assert {each["reason"] for each in record["legs"]} == {"no free pair of RTP ports"}
        await asyncio.gather(first.heard(), second.heard())
        await asyncio.gather(one.hang_up(), other.hang_up())
    await eventually(lambda: len(pair.live()) == 0)
    async with Talk(pair) as (call, _):
        await call.hang_up()
    await eventually(lambda: len(pair.listed()) == len(pair.known) + 3)  # none is left for others


@contextmanager
def without_a_worker(server: Server) -> Iterator[None]:
    """No media worker is there, and none is started: its supervisor is held meanwhile."""
    supervisor, worker = server.pid(), server.pid("media")
    os.kill(supervisor, signal.SIGSTOP)
    try:
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: "media worker lost" in server.log, 10, "the worker's end")
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)


async def test_without_a_worker_a_call_is_refused_with_the_reason_and_texts_still_go(
    pair: Pair,
) -> None:
    with without_a_worker(pair.server), Voice(600) as voice:
        with pytest.raises(Refused) as refused:
            await pair.caller.invite(pair.uri("1001"), session(voice))
        assert refused.value.status == 503
        record = await pair.record()
        assert {each["reason"] for each in record["legs"]} == {"no media worker"}
        await pair.caller.message(pair.uri("1001"), "no sound here")
        assert (await pair.callee.next_text()).body == b"no sound here"
    await eventually(lambda: pair.server.status()["parts"]["media"]["state"] == "ready")
    async with Talk(pair) as (call, _):
        await call.hang_up()
    await pair.record()


async def test_a_killed_worker_ends_its_calls_with_the_cause_and_the_next_one_has_media(
    pair: Pair,
) -> None:
    async with Talk(pair) as (call, came):
        await asyncio.to_thread(pair.server.kill9, "media")
        endings = await asyncio.wait_for(asyncio.gather(call.ended(), came.ended()), 10)
        assert all(each.by_peer for each in endings)
    record = await pair.record()
    ended = {(each["reason"], each["cause"]) for each in record["legs"]}
    assert ended == {("media_lost", 102)}
    path = "/v1/operations?action=media.fail"
    await eventually(lambda: pair.admin.get(path).json()["items"][0]["detail"] == {"streams": 2})
    await eventually(lambda: pair.server.log.count("media worker connected") == 2)
    async with Talk(pair) as (call, _):
        await call.hang_up()
