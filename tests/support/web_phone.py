"""A SIP phone on a WebSocket (RFC 7118), without a browser around it."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.phone import Phone

if TYPE_CHECKING:
    from collections.abc import Mapping

SIP: Final = [Subprotocol("sip")]


@dataclass
class WebPhone(Phone):
    """One phone of one extension at `url`, with a contact under a name that does not exist (§5)."""

    url: str = ""
    transport: str = "WS"
    binary: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    trusted: str = ""

    async def __aenter__(self) -> Self:
        await self._prepare()
        context = ssl.create_default_context(cafile=self.trusted) if self.trusted else None
        self.socket: ClientConnection = await connect(
            self.url,
            subprotocols=SIP,
            ssl=context,
            additional_headers=dict(self.headers),
            compression=None,
        )
        self.host = f"{secrets.token_hex(6)}.invalid"
        self.frames: list[bytes | str] = []
        self._transport = _Frames(self)  # type: ignore[assignment]
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()
        await self._reader

    @property
    def address(self) -> str:
        """What its Via names."""
        return self.host

    @property
    def contact(self) -> str:
        """The URI it registers."""
        return f"sip:{self.number}@{self.host};transport=ws"

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                self.frames.append(frame)
                data = frame.encode() if isinstance(frame, str) else frame
                if data.strip():
                    self._received(data, ("", 0))
        except ConnectionClosed:
            return


class _Frames:
    """What a phone writes its datagrams to: each goes out as a frame."""

    def __init__(self, phone: WebPhone) -> None:
        self._phone = phone
        self._sending: set[asyncio.Task[Any]] = set()

    def sendto(self, data: bytes, _: object) -> None:
        frame = data if self._phone.binary else data.decode()
        task = asyncio.create_task(self._phone.socket.send(frame))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
