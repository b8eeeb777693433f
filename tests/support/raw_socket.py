"""A Socket.IO client on a bare TCP socket: it can stop reading, and send what no library would."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class RawSocket:
    """One WebSocket; `text` and `packet` send, `receive` reads one message."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer

    def text(self, message: str) -> None:
        """Send one masked text frame."""
        payload = message.encode("utf-8", "surrogatepass")
        mask = os.urandom(4)
        head = bytes([0x81])
        if len(payload) < 126:
            head += bytes([0x80 | len(payload)])
        elif len(payload) < 65_536:
            head += bytes([0x80 | 126]) + len(payload).to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + len(payload).to_bytes(8, "big")
        masked = bytes(each ^ mask[at % 4] for at, each in enumerate(payload))
        self.writer.write(head + mask + masked)

    def event(self, namespace: str, name: str, data: object, *, number: int | None = None) -> None:
        """Send one event, asking for an acknowledgement when it has a number."""
        identifier = "" if number is None else str(number)
        self.text(f"42{namespace},{identifier}{json.dumps([name, data])}")

    async def receive(self) -> str | None:
        """The next text message; None at the end."""
        try:
            first, second = await self._reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                size = int.from_bytes(await self._reader.readexactly(2), "big")
            elif size == 127:
                size = int.from_bytes(await self._reader.readexactly(8), "big")
            payload = await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return None if first & 0x0F == 8 else payload.decode()

    async def until(self, start: str) -> str:
        """The next message that starts so; pings are answered on the way."""
        while (message := await self.receive()) is not None:
            if message.startswith(start):
                return message
            if message == "2":
                self.text("3")
        raise ConnectionResetError(start)

    async def ack(self, namespace: str, number: int) -> dict[str, Any]:
        """The acknowledgement of that number."""
        start = f"43{namespace},{number}["
        message = await self.until(start)
        found: dict[str, Any] = json.loads(message[len(start) - 1 :])[0]
        return found

    async def join(self, namespace: str, token: str) -> str:
        """Connect to a namespace; returns the answer."""
        self.text(f"40{namespace},{json.dumps({'token': token})}")
        return await self.until("44" if not token else "4")


@asynccontextmanager
async def raw_socket(
    port: int, *, headers: dict[str, str] | None = None, small_window: bool = False
) -> AsyncIterator[RawSocket]:
    """A WebSocket that has passed both handshakes; `small_window` makes the kernel take little."""
    sock = socket.socket()
    sock.setblocking(False)
    if small_window:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    limit = 4096 if small_window else 1 << 20
    reader, writer = await asyncio.open_connection(sock=sock, limit=limit)
    lines = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{head}\r\n".encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    if b" 101 " not in answer:
        writer.close()
        raise ConnectionRefusedError(answer.split(b"\r\n")[0].decode())
    client = RawSocket(reader, writer)
    opened = await client.receive()
    assert opened is not None
    assert opened.startswith("0")
    try:
        yield client
    finally:
        writer.close()
