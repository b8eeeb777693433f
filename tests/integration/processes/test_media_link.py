"""Signalling's link to a media worker, with a worker that is killed, hangs or ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

from engage.processes.media_link import MediaLink
from pbxcore.media.commands import (
    CloseStream,
    Connect,
    Done,
    MediaHeard,
    MediaNotice,
    MediaReply,
    MediaRequest,
    NoRoom,
    OpenStream,
    SetStream,
    StreamClosed,
    StreamOpened,
)
from tests.support.media import MediaPhone, agreed
from tests.support.server import wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.server import Server


class Signalling:
    """Asks over a link, as the pbx part does."""

    def __init__(self, link: MediaLink) -> None:
        self.link = link
        self.lost: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
        self.notices: asyncio.Queue[MediaNotice] = asyncio.Queue()
        link.lost = self.lost.put_nowait
        link.notice = self.notices.put_nowait

    async def ask(self, request: MediaRequest) -> MediaReply:
        reply: asyncio.Future[MediaReply] = asyncio.get_running_loop().create_future()
        self.link.ask(request, reply.set_result)
        async with asyncio.timeout(10):
            return await reply

    async def open(self, stream: str) -> int:
        reply = await self.ask(OpenStream(stream))
        assert isinstance(reply, StreamOpened), reply
        return reply.port

    async def connected(self) -> None:
        await asyncio.to_thread(wait_until, lambda: self.link.connected, 10, "a worker")


@contextlib.asynccontextmanager
async def signalling_at(server: Server, answers_within_s: float = 5.0) -> AsyncIterator[Signalling]:
    link = MediaLink(server.data / "run" / "media.sock", answers_within_s)
    signalling = Signalling(link)
    link.start()
    try:
        await signalling.connected()
        yield signalling
    finally:
        await link.stop()


async def test_streams_are_opened_joined_and_closed(server: Server) -> None:
    async with signalling_at(server) as signalling:
        with MediaPhone() as phone:
            phone.worker_port = await signalling.open("a")
            assert await signalling.ask(SetStream("a", agreed(phone))) == Done()
            assert await signalling.ask(Connect("a", "a")) == Done()
            assert await signalling.ask(SetStream("b", agreed(phone))) == Done(known=False)
            await asyncio.to_thread(phone.is_joined_to, phone)
            notice = await signalling.notices.get()
            assert notice == MediaHeard("a", f"{phone.host}:{phone.port}")
            assert signalling.link.figures() == {"media_workers": 1, "media_streams": 1}
            closed = await signalling.ask(CloseStream("a"))
            assert isinstance(closed, StreamClosed)
            assert closed.received.packets == 2
        assert signalling.link.figures()["media_streams"] == 0


async def test_requests_made_at_once_are_carried_out_in_order(server: Server) -> None:
    async with signalling_at(server) as signalling:
        replies: list[MediaReply] = []
        for request in (OpenStream("a"), CloseStream("a"), OpenStream("a"), CloseStream("a")):
            signalling.link.ask(request, replies.append)
        assert await signalling.ask(CloseStream("a")) == StreamClosed("a")
        kinds = [type(each) for each in replies]
        assert kinds == [StreamOpened, StreamClosed, StreamOpened, StreamClosed]


async def test_a_mistake_of_who_hears_a_reply_costs_no_stream(server: Server) -> None:
    async with signalling_at(server) as signalling:
        await signalling.open("a")

        def mistaken(reply: MediaReply) -> None:
            raise KeyError(reply)

        signalling.link.ask(OpenStream("b"), mistaken)
        assert isinstance(await signalling.ask(CloseStream("b")), StreamClosed)
        assert signalling.link.connected
        assert signalling.lost.empty()
        assert isinstance(await signalling.ask(CloseStream("a")), StreamClosed)


async def test_a_killed_worker_loses_its_streams_and_another_takes_its_place(
    server: Server,
) -> None:
    async with signalling_at(server) as signalling:
        for name in ("a", "b"):
            await signalling.open(name)
        os.kill(server.pid("media"), signal.SIGSTOP)  # so that the request finds it alive
        waiting = asyncio.create_task(signalling.ask(OpenStream("c")))
        await asyncio.sleep(0)
        await asyncio.to_thread(server.kill9, "media")
        assert await waiting == NoRoom("the media worker is lost")
        async with asyncio.timeout(5):
            assert await signalling.lost.get() == ("a", "b")
        assert await signalling.ask(Connect("a", "b")) == NoRoom("no media worker")
        calls = asyncio.gather(*(signalling.open(name) for name in ("a", "c")))
        await asyncio.sleep(0)
        assert await signalling.ask(Connect("a", "c")) == Done()  # once the next one is there
        assert len(set(await calls)) == 2
    await asyncio.to_thread(server.wait_ready)


async def test_a_stream_does_not_wait_for_ever_for_a_worker(tmp_path: Path) -> None:
    link = MediaLink(tmp_path / "media.sock")
    signalling = Signalling(link)
    assert await signalling.ask(OpenStream("a")) == NoRoom("no media worker")  # not started
    link.start()
    try:
        first, then = signalling.ask(OpenStream("a")), signalling.ask(CloseStream("a"))
        assert await asyncio.gather(first, then) == [NoRoom("no media worker")] * 2
        waiting = asyncio.create_task(signalling.ask(OpenStream("b")))
        await asyncio.sleep(0)
    finally:
        await link.stop()
    assert await waiting == NoRoom("no media worker")


async def test_a_worker_that_hangs_is_as_good_as_gone(server: Server) -> None:
    async with signalling_at(server, 0.3) as signalling:
        await signalling.open("a")
        os.kill(server.pid("media"), signal.SIGSTOP)
        try:
            assert await signalling.ask(OpenStream("b")) == NoRoom("the media worker is lost")
            async with asyncio.timeout(5):
                assert await signalling.lost.get() == ("a",)
        finally:
            os.kill(server.pid("media"), signal.SIGCONT)
        await signalling.connected()


async def test_streams_end_with_the_connection_that_opened_them(server: Server) -> None:
    async with signalling_at(server) as first:
        await first.open("a")
    async with signalling_at(server) as second:
        await second.open("a")
        health = await asyncio.to_thread(server.get, "/metrics")
    assert 'engage_part_figure{name="media_streams",part="media"}' in health.body.decode()
