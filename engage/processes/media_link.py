"""The pbx part's end of the channel to a media worker: `pbxcore.media.port.Media`."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
from typing import TYPE_CHECKING, TypeVar, cast

from engage.processes import unix
from engage.processes.channel import (
    VERSION,
    Answer,
    Ask,
    ChannelBroken,
    Framer,
    Hello,
    Refusal,
    Tell,
    encode,
)
from engage.processes.media_channel import MEDIA_FRAMES
from pbxcore.health import Health
from pbxcore.media.commands import NoRoom, OpenStream, StreamClosed, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pbxcore.media.commands import MediaNotice, MediaReply, MediaRequest

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 0.02, 0.5  # the worker is on this machine: trying is cheap
ANSWERS_WITHIN_S = 5.0
WORKER_WITHIN_S = 2.0
"""How long a new stream waits for a worker: one that died is back in a fraction of it."""

NO_WORKER = NoRoom("no media worker")
WORKER_LOST = NoRoom("the media worker is lost")


def heard(then: Callable[[T], None], what: T) -> None:
    """Let somebody hear it; a mistake there may not end the channel, and with it all streams."""
    try:
        then(what)
    except Exception:
        log.exception("media not heard", extra={"what": type(what).__name__})


class Channel(asyncio.Protocol):
    """One connection to a worker. Requests are sent, and carried out, in the order they are made.

    Args:
        opened: the worker said hello.
        notice: hears the worker's notices.
    """

    def __init__(
        self, opened: Callable[[Channel], None], notice: Callable[[MediaNotice], None]
    ) -> None:
        self._opened, self._notice = opened, notice
        self._framer = Framer(MEDIA_FRAMES)
        self._transport: asyncio.Transport | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[float, Callable[[MediaReply], None]]] = {}
        self.ended = asyncio.Event()

    @property
    def pid(self) -> int:
        """The worker's process."""
        return self._framer.peer.pid if self._framer.peer else 0

    def ask(self, request: MediaRequest, then: Callable[[MediaReply], None], now: float) -> None:
        """Send a request; it waits for its reply since `now`."""
        number = next(self._numbers)
        self._waiting[number] = now, then
        self._write(encode(Ask(number, request)))

    def waits_since(self, now: float) -> float:
        """How long the oldest request has waited, in seconds."""
        return next((now - since for since, _ in self._waiting.values()), 0.0)

    def refuse_waiting(self) -> None:
        """What was not answered never will be."""
        waiting, self._waiting = self._waiting, {}
        for _, then in waiting.values():
            heard(then, WORKER_LOST)

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say hello."""
        self._transport = cast("asyncio.Transport", transport)
        self._write(encode(Hello(VERSION, "pbx", os.getpid())))

    def data_received(self, data: bytes) -> None:
        """Take replies and notices; a worker that breaks the rules is left."""
        try:
            for frame in self._framer.feed(data):
                match frame:
                    case Hello():
                        self._opened(self)
                    case Answer(number, reply) if not isinstance(reply, Health):
                        self._answered(number, reply)
                    case Refusal(number, reason):
                        self._answered(number, NoRoom(reason))
                    case Tell(notice):
                        heard(self._notice, notice)
                    case _:
                        raise ChannelBroken("a media worker only answers and tells")
        except ChannelBroken as broken:
            log.error("channel broken", extra={"reason": str(broken)})
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let who keeps the connection know."""
        self._transport = None
        self.ended.set()

    def _answered(self, number: int, reply: MediaReply) -> None:
        _, then = self._waiting.pop(number, (0.0, None))
        if then is not None:
            heard(then, reply)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


class MediaLink:
    """Connected whenever a worker is there; tells which streams went with one.

    Args:
        path: the worker's socket.
        answers_within_s: one that is silent for longer is as good as gone.
    """

    def __init__(self, path: Path, answers_within_s: float = ANSWERS_WITHIN_S) -> None:
        self.notice: Callable[[MediaNotice], None] = lambda _notice: None
        self.lost: Callable[[tuple[str, ...]], None] = lambda _streams: None
        self._path, self._answers_within_s = path, answers_within_s
        self._channel: Channel | None = None
        self._streams: dict[str, None] = {}
        self._held: list[tuple[MediaRequest, Callable[[MediaReply], None]]] = []
        self._patience: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether a worker is there."""
        return self._channel is not None

    def figures(self) -> dict[str, float]:
        """What there is now."""
        return {"media_workers": float(self.connected), "media_streams": float(len(self._streams))}

    def ask(self, request: MediaRequest, then: Callable[[MediaReply], None]) -> None:
        """Carry out a request; without a worker a stream waits a moment for one to be opened by.

        What was open went with its worker: about that there is no room.
        """
        if self._channel is None:
            if self._task is not None and (self._held or isinstance(request, OpenStream)):
                self._hold(request, then)
            else:
                then(NO_WORKER)
            return

        def replied(reply: MediaReply) -> None:
            if isinstance(reply, StreamOpened):
                self._streams[reply.stream] = None
            elif isinstance(reply, StreamClosed):
                self._streams.pop(reply.stream, None)
            then(reply)

        self._channel.ask(request, replied, asyncio.get_running_loop().time())

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._task = asyncio.get_running_loop().create_task(self._keep_connected())

    async def stop(self) -> None:
        """Disconnect and stay so: the worker ends our streams."""
        channel, self._channel = self._channel, None
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._refuse_held()
        if channel is not None:
            channel.abort()
            channel.refuse_waiting()

    def _hold(self, request: MediaRequest, then: Callable[[MediaReply], None]) -> None:
        self._held.append((request, then))
        if self._patience is None:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(WORKER_WITHIN_S, self._refuse_held)

    def _no_longer_held(self) -> list[tuple[MediaRequest, Callable[[MediaReply], None]]]:
        if self._patience is not None:
            self._patience.cancel()
        held, self._held, self._patience = self._held, [], None
        return held

    def _refuse_held(self) -> None:
        for _, then in self._no_longer_held():
            heard(then, NO_WORKER)

    async def _keep_connected(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            channel = Channel(self._opened, self._heard)
            try:
                # The channel is asked for before the next turn makes another.
                await unix.open_connection(lambda: channel, self._path)  # noqa: B023
            except OSError:
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
                continue
            wait_s = FIRST_WAIT_S
            await self._until_ended(channel)
            self._left(channel)

    async def _until_ended(self, channel: Channel) -> None:
        """Leave a worker that hangs."""
        while not channel.ended.is_set():
            try:
                async with asyncio.timeout(self._answers_within_s / 5):
                    await channel.ended.wait()
            except TimeoutError:
                if channel.waits_since(asyncio.get_running_loop().time()) > self._answers_within_s:
                    log.error("media worker does not answer", extra={"pid": channel.pid})
                    channel.abort()

    def _opened(self, channel: Channel) -> None:
        self._channel = channel
        log.info("media worker connected", extra={"pid": channel.pid})
        for request, then in self._no_longer_held():
            self.ask(request, then)

    def _heard(self, notice: MediaNotice) -> None:
        self.notice(notice)

    def _left(self, channel: Channel) -> None:
        if self._channel is not channel:
            return  # it never said hello
        self._channel = None
        streams, self._streams = tuple(self._streams), {}
        log.warning("media worker lost", extra={"pid": channel.pid, "streams": len(streams)})
        channel.refuse_waiting()
        self.lost(streams)
