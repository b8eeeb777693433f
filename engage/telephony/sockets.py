"""`/sip`: browsers' sockets for SIP (RFC 7118). Frames pass to the PBX and back, unread."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from engage.web.access import ends_of, is_secure, origin_matches
from engage.web.protocol import WIRE
from pbxcore.commands import WebSocketClosed, WebSocketMessage, WebSocketOpened
from pbxcore.rate_limit import Rate, RateLimit

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from engage.telephony.model import SocketCarrier

log = logging.getLogger(__name__)

SUB_PROTOCOL = "sip"
INCOMING = Rate(burst=200, per_s=100)
MOST_WAITING = 256  # frames for a browser that does not read
RESTARTED = 1012  # RFC 6455 §7.4, as IANA has it: the client may come back
_HIDDEN_PORTS = itertools.cycle(range(1, 65_536))


@dataclass(slots=True)
class _Socket:
    """One open socket; frames go out as the client's own last came: text or binary."""

    abort: Callable[[], None]
    outgoing: asyncio.Queue[bytes | None] = field(
        default_factory=lambda: asyncio.Queue(MOST_WAITING)
    )
    text: bool = True
    code: int = RESTARTED


class SipSockets:
    """An ASGI application for one path.

    The PBX decides about everything that is said; when it is gone its sockets are closed, and the
    clients connect and register anew: whatever they waited for is gone with it.
    """

    def __init__(self, carrier: SocketCarrier) -> None:
        self._carrier = carrier
        self._numbers = itertools.count(1)
        self._open: dict[int, _Socket] = {}
        carrier.on_socket(self._told)
        carrier.on_disconnected(self.close_all)

    def __len__(self) -> int:
        """How many sockets are open."""
        return len(self._open)

    def close_all(self) -> None:
        """Send every client away, to come back."""
        for number in list(self._open):
            self._close(number)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            headers = {"upgrade": "websocket"}
            await PlainTextResponse("SIP over WebSocket", 426, headers)(scope, receive, send)
            return
        await receive()
        connection = HTTPConnection(scope)
        if refusal := self._refusal(connection):
            await send({"type": "websocket.http.response.start", "status": refusal, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        await send({"type": "websocket.accept", "subprotocol": SUB_PROTOCOL})
        number = next(self._numbers)
        socket = self._open[number] = _Socket(scope["extensions"][WIRE].abort)
        writer = asyncio.create_task(self._write(socket, send))
        self._carrier.tell(_opened(number, connection))
        try:
            await self._read(number, socket, receive)
        finally:
            self._carrier.tell(WebSocketClosed(number))
            self._close(number)
            await writer

    def _refusal(self, connection: HTTPConnection) -> int:
        """The HTTP status to refuse with; 0 lets in."""
        origin = connection.headers.get("origin")
        host = connection.headers.get("host", "")
        if origin is not None and not origin_matches(origin, host, secure=is_secure(connection)):
            return 403  # another site's page; programs name no origin
        if SUB_PROTOCOL not in connection.scope.get("subprotocols", ()):
            return 400  # RFC 7118 §4.1
        return 0 if self._carrier.connected else 503

    async def _read(self, number: int, socket: _Socket, receive: Receive) -> None:
        incoming = RateLimit(INCOMING)
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return
            text = message.get("text")
            socket.text = text is not None
            data = text.encode() if text is not None else message.get("bytes") or b""
            if wait_s := incoming.reserve(time.monotonic()):
                await asyncio.sleep(wait_s)  # what comes next waits in the client's own socket
            self._carrier.tell(WebSocketMessage(number, data))

    async def _write(self, socket: _Socket, send: Send) -> None:
        try:
            while (data := await socket.outgoing.get()) is not None:
                await send(_frame(data, text=socket.text))
            await send({"type": "websocket.close", "code": socket.code})
        except (OSError, RuntimeError):
            return  # the client was quicker

    def _told(self, notice: WebSocketMessage | WebSocketClosed) -> None:
        socket = self._open.get(notice.id)
        if socket is None:
            return
        if isinstance(notice, WebSocketClosed):
            socket.code = notice.code
            self._close(notice.id)
            return
        try:
            socket.outgoing.put_nowait(notice.data)
        except asyncio.QueueFull:
            log.info("socket closed", extra={"reason": "slow"})
            socket.abort()

    def _close(self, number: int) -> None:
        socket = self._open.pop(number, None)
        if socket is None:
            return
        if socket.outgoing.full():
            socket.outgoing.get_nowait()
        socket.outgoing.put_nowait(None)


def _opened(number: int, connection: HTTPConnection) -> WebSocketOpened:
    host, port, local = ends_of(connection)
    return WebSocketOpened(
        number,
        host,
        port or next(_HIDDEN_PORTS),  # behind a proxy: what tells its clients apart
        local,
        is_secure(connection),
    )


def _frame(data: bytes, *, text: bool) -> dict[str, Any]:
    if text:
        try:
            return {"type": "websocket.send", "text": data.decode()}
        except UnicodeDecodeError:
            pass  # SIP allows bodies that are no text; a text frame does not (RFC 7118 §5)
    return {"type": "websocket.send", "bytes": data}
