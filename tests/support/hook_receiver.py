"""Somebody's program that takes webhooks: checks signatures as Standard Webhooks says, answers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Hook:
    """One request."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.raw)
        return told

    @property
    def type(self) -> str:
        return str(self.told["type"])

    def signed_by(self, secret: str) -> bool:
        """Whether one of its signatures is of this secret."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        text = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.raw
        right = base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
        return f"v1,{right}" in self.headers["webhook-signature"].split(" ")


class HookReceiver:
    """Takes messages on loopback; `answers` are given in turn, then 204."""

    def __init__(self) -> None:
        self.hooks: asyncio.Queue[Hook] = asyncio.Queue()
        self.answers: list[tuple[int, str, str]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def next(self) -> Hook:
        """The next request, as soon as there is one."""
        async with asyncio.timeout(90):
            return await self.hooks.get()

    def taken(self) -> list[Hook]:
        """What has come so far."""
        return [self.hooks.get_nowait() for _ in range(self.hooks.qsize())]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in lines)}
        raw = await reader.readexactly(int(headers["content-length"]))
        status, more, body = self.answers.pop(0) if self.answers else (204, "", "")
        self.hooks.put_nowait(Hook(first.split(" ")[1], headers, raw))
        if status < 0:  # says nothing until the other side gives up
            await reader.read()
            writer.close()
            return
        length = "" if status == 204 else f"Content-Length: {len(body.encode())}\r\n"
        writer.write(f"HTTP/1.1 {status} So\r\n{length}{more}\r\n{body}".encode())
        await writer.drain()
        writer.close()
