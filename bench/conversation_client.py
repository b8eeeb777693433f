"""A chat client that costs little, so that a thousand fit beside the server they load.

One asyncio protocol speaks HTTP's upgrade, WebSocket and Socket.IO by hand: text frames, pings,
numbered acknowledgements. It reconnects as the product's pages do. Times are `perf_counter`'s.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import random
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

RETRY_S = (1, 2, 4, 8, 15)  # of `widgets/src/shared/socket.ts`, there with ± 30 % as well
ANSWER_WITHIN_S = 30


class Gone(Exception):
    """The connection ended before the answer."""


class Wire(asyncio.Protocol):
    """One WebSocket: text messages out and in."""

    def __init__(self, port: int, heard: Callable[[str], None], closed: Callable[[], None]) -> None:
        self._port, self._heard, self._closed = port, heard, closed
        self._buffer = b""
        self._upgraded = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade (RFC 6455 §4.1)."""
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self._port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take the frames that are whole."""
        buffer = self._buffer + data
        if not self._upgraded:
            head, found, buffer = buffer.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self.close()
                return
            self._upgraded = True
        at = 0
        while (whole := _frame(buffer, at)) is not None:
            opcode, start, at = whole
            if opcode == 1:
                self._heard(buffer[start:at].decode())
            elif opcode == 8:
                self.close()
            elif opcode == 9 and self.transport is not None:  # the answer takes the same bytes
                self.transport.write(
                    bytes((0x8A, 0x80 | at - start)) + b"\0\0\0\0" + buffer[start:at]
                )
        self._buffer = buffer[at:]

    def connection_lost(self, _: Exception | None) -> None:
        """Say so."""
        self._closed()

    def send(self, text: str) -> None:
        """One masked frame; the mask of zeros saves the generator work (RFC 6455 §5.3)."""
        payload = text.encode()
        size = len(payload)
        assert self.transport is not None
        if size < 126:
            head = bytes((0x81, 0x80 | size))
        elif size < 65_536:
            head = b"\x81\xfe" + size.to_bytes(2, "big")
        else:
            head = b"\x81\xff" + size.to_bytes(8, "big")
        self.transport.write(head + b"\0\0\0\0" + payload)

    def close(self) -> None:
        """End it."""
        if self.transport is not None:
            self.transport.close()


def _frame(buffer: bytes, at: int) -> tuple[int, int, int] | None:
    """Opcode, start and end of the frame at an offset; None when it is not whole."""
    if len(buffer) < at + 2:
        return None
    size, start = buffer[at + 1] & 0x7F, at + 2
    if size == 126:
        size, start = int.from_bytes(buffer[start : start + 2], "big"), start + 2
    elif size == 127:
        size, start = int.from_bytes(buffer[start : start + 8], "big"), start + 8
    end = start + size
    return None if len(buffer) < end or len(buffer) < start else (buffer[at] & 0x0F, start, end)


class Client:
    """One person on one namespace."""

    def __init__(
        self,
        port: int,
        namespace: str,
        token: str,
        heard: Callable[[str, dict[str, Any]], None],
    ) -> None:
        """`heard` is told each event's name and payload."""
        self._port, self._namespace, self._token, self._on = port, namespace, token, heard
        self._wire: Wire | None = None
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._joined: asyncio.Future[None] | None = None
        self.lost = asyncio.Event()

    async def connect(self) -> None:
        """Connect and join the namespace.

        Raises:
            OSError: nobody listens, or the connection ended meanwhile.
        """
        loop = asyncio.get_running_loop()
        self.lost.clear()
        self._joined = loop.create_future()
        wire = Wire(self._port, self._text, self._closed)
        self._wire = wire
        await loop.create_connection(lambda: wire, "127.0.0.1", self._port)
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await self._joined

    async def reconnect(self) -> int:
        """Connect again and again at the page's intervals; the number of tries."""
        for attempt in itertools.count():
            await asyncio.sleep(RETRY_S[min(attempt, len(RETRY_S) - 1)] * random.uniform(0.7, 1.3))
            try:
                await self.connect()
            except (OSError, TimeoutError):
                continue
            return attempt + 1
        raise AssertionError

    async def call(self, name: str, **data: Any) -> dict[str, Any]:
        """One event and its acknowledgement.

        Raises:
            Gone: the connection ended.
            AssertionError: it was refused.
        """
        assert self._wire is not None
        if self.lost.is_set():
            raise Gone("the connection had ended")
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        text = json.dumps([name, data], separators=(",", ":"))
        self._wire.send(f"42{self._namespace},{number}{text}")
        async with asyncio.timeout(ANSWER_WITHIN_S):
            found = await answer
        assert found["ok"], found
        return found

    def close(self) -> None:
        """Leave."""
        if self._wire is not None:
            self._wire.close()

    def _text(self, text: str) -> None:
        if text == "2":
            assert self._wire is not None
            self._wire.send("3")
        elif text.startswith("0"):
            assert self._wire is not None
            self._wire.send(f"40{self._namespace},{json.dumps({'token': self._token})}")
        elif text.startswith("40"):
            if self._joined is not None and not self._joined.done():
                self._joined.set_result(None)
        elif text.startswith("42"):
            name, payload = json.loads(text[text.index("[") :])
            self._on(name, payload)
        elif text.startswith("43"):
            start = text.index("[")
            number = int(text[len(self._namespace) + 3 : start])
            future = self._waiting.pop(number, None)
            if future is not None and not future.done():
                future.set_result(json.loads(text[start:])[0])

    def _closed(self) -> None:
        self.lost.set()
        gone = Gone("the connection ended")
        if self._joined is not None and not self._joined.done():
            self._joined.set_exception(ConnectionResetError("ended before it had joined"))
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(gone)
        self._waiting.clear()


class Lateness:
    """How late this process wakes: what the generator adds to the latencies it sees."""

    def __init__(self, every_s: float = 0.005) -> None:
        self.late_ms: list[float] = []
        self._every_s = every_s
        self._task = asyncio.create_task(self._sample())

    async def _sample(self) -> None:
        while True:
            due = time.perf_counter() + self._every_s
            await asyncio.sleep(self._every_s)
            self.late_ms.append(max(0.0, (time.perf_counter() - due) * 1000))

    def stop(self) -> list[float]:
        """The samples, in milliseconds."""
        self._task.cancel()
        return self.late_ms
