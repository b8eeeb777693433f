"""The channel in an event loop: requests both ways over one Unix socket, with deadlines."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
from typing import TYPE_CHECKING, cast

from engage import errors
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
from engage.processes.pbx_channel import FRAMES, Frame

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pbxcore.commands import Notice, Reply, Request

log = logging.getLogger(__name__)

MOST_UNSENT = 32 * 1024 * 1024  # bytes; a peer that does not read is as good as gone


class Connection(asyncio.Protocol):
    """One connected channel. Its owner hears of the peer's hello and of the end.

    Args:
        part: who speaks here.
        answer: carries out the peer's requests; its failure is logged and refused.
        notice: hears the peer's notices; must not wait.
        opened: the peer said hello.
        closed: the connection is over, after `opened` or without it.
    """

    def __init__(
        self,
        part: str,
        *,
        answer: Callable[[Request], Awaitable[Reply]],
        notice: Callable[[Connection, Notice], None],
        opened: Callable[[Connection], None],
        closed: Callable[[Connection], None],
    ) -> None:
        self._part, self._answer, self._notice = part, answer, notice
        self._opened, self._closed = opened, closed
        self._framer = Framer(FRAMES)
        self._transport: asyncio.Transport | None = None
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def peer(self) -> Hello | None:
        """Who speaks on the other side, once it said so."""
        return self._framer.peer

    async def request(self, value: Request, timeout_s: float) -> Reply:
        """Ask the peer.

        Raises:
            errors.Unavailable: the connection ended, the peer was silent or failed.
        """
        number = next(self._ids)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._send(Ask(number, value))
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            raise errors.Unavailable(reason="no answer in time") from None
        finally:
            self._waiting.pop(number, None)

    def tell(self, value: Notice) -> None:
        """Send a notice; it may get lost."""
        with contextlib.suppress(errors.Unavailable):
            self._send(Tell(value))

    def close(self) -> None:
        """End the connection after what was already sent."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say hello."""
        self._transport = cast("asyncio.Transport", transport)
        self._send(Hello(VERSION, self._part, os.getpid()))

    def data_received(self, data: bytes) -> None:
        """Take frames; a peer that breaks the rules is disconnected."""
        try:
            for frame in self._framer.feed(data):
                self._take(frame)
        except ChannelBroken as broken:
            log.error("channel broken", extra={"reason": str(broken)})
            if self._transport is not None:
                self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what still waits and tell the owner."""
        self._transport = None
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(errors.Unavailable(reason="connection lost"))
        for task in self._running:
            task.cancel()
        self._closed(self)

    def _take(self, frame: Frame) -> None:
        match frame:
            case Hello():
                self._opened(self)
            case Ask(number, value):
                task = asyncio.get_running_loop().create_task(self._carry_out(number, value))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            case Answer(number, reply):
                future = self._waiting.get(number)
                if future is not None and not future.done():
                    future.set_result(reply)
            case Refusal(number, reason):
                future = self._waiting.get(number)
                if future is not None and not future.done():
                    future.set_exception(errors.Unavailable(reason=reason))
            case Tell(notice):
                self._notice(self, notice)

    async def _carry_out(self, number: int, value: Request) -> None:
        reply: Frame
        try:
            reply = Answer(number, await self._answer(value))
        except Exception as failed:
            kind = type(value).__name__
            if isinstance(failed, errors.Unavailable):
                log.warning("request refused", extra={"request": kind, **failed.params})
            else:
                log.exception("request failed", extra={"request": kind})
            reply = Refusal(number, type(failed).__name__)
        with contextlib.suppress(errors.Unavailable):  # the asker is gone and knows it
            self._send(reply)

    def _send(self, frame: Frame) -> None:
        if self._transport is None or self._transport.is_closing():
            raise errors.Unavailable(reason="not connected")
        if self._transport.get_write_buffer_size() > MOST_UNSENT:
            raise errors.Unavailable(reason="the peer does not read")
        self._transport.write(encode(frame))
