"""The one place that knows python-socketio's inside: its packets, queues and hooks.

What is done here, and why (`tests/integration/web/test_engine.py` guards it against new releases):
- each Engine.IO socket gets our `Outgoing` for a queue, since its own has no bounds;
- a broadcast is encoded once and put on those queues, instead of one task per receiver;
- one message of a connection is handled after the other, also when two polling requests carry them;
- events are decoded and acknowledged here, at half the library's cost for each;
- binary messages and acknowledgements, which nobody here sends, are refused before they are kept.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import msgspec
import socketio
from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from starlette.responses import Response

from engage.web.outgoing import PUSH_LIMIT, Outgoing
from engage.web.protocol import MESSAGE_LIMIT, WIRE, frame_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)
PING_INTERVAL_S, PING_TIMEOUT_S = 20, 15
CONNECT_WITHIN_S = 15.0  # an Engine.IO session that joins no namespace is closed
DRAIN_WITHIN_S = 10.0  # who does not read what was asked for is not asked further
KINDS = frozenset("0123456")  # of Engine.IO packets
MOST_PACKETS = 16  # in one polling request
MOST_DIGITS = 18  # of an acknowledgement's number
_encode, _decode = msgspec.json.encode, msgspec.json.decode


class Engine:
    """A Socket.IO server with bounded queues."""

    def __init__(
        self,
        connected: Callable[[str], Awaitable[None]],
        event: Callable[[str, str, list[Any]], Awaitable[dict[str, Any]]],
    ) -> None:
        """Call back with the sid.

        Args:
            connected: a client was just told that it is connected.
            event: what a client says (sid, name, arguments); the result is acknowledged.
        """
        self._event = event
        self._sids: dict[tuple[str, str], str] = {}
        manager = socketio.AsyncManager()
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            client_manager=manager,
            async_handlers=False,
            cors_allowed_origins=[],  # origins are checked before, knowing the scheme
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            max_http_buffer_size=MESSAGE_LIMIT,
            http_compression=False,
        )
        self._eio = self.server.eio
        self._eio.create_queue = lambda: Outgoing(frame_of)
        self._locks: dict[str, asyncio.Lock] = {}
        self._joined: set[str] = set()
        self._hook_connect(manager, connected)
        self._hook_messages()
        self._app: ASGIApp = socketio.ASGIApp(self.server, socketio_path=None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket or polling request; what is no Engine.IO ends here."""
        if scope["type"] == "websocket":
            await self._app(scope, _checked(receive), send)
            return
        body = await _body(receive)
        if scope["method"] == "POST" and (body is None or not _is_payload(body)):
            await Response(status_code=400 if body is not None else 413)(scope, receive, send)
            return
        sessions = parse_qs(scope["query_string"].decode("latin-1")).get("sid", [""])
        lock = self._locks.get(sessions[0]) if scope["method"] == "POST" else None
        async with lock or nullcontext():
            await self._app(scope, _replayed(body or b"", receive), send)

    def on(self, namespace: str, event: str, handler: Callable[..., Awaitable[Any]]) -> None:
        """Handle `connect` or `disconnect`."""
        self.server.on(event, handler=handler, namespace=namespace)

    def forget(self, sid: str, namespace: str) -> None:
        """The connection is gone; what it still says is nobody's."""
        eio_sid = self.server.manager.eio_sid_from_sid(sid, namespace)
        self._sids.pop((eio_sid, namespace), None)

    def outgoing(self, sid: str, namespace: str) -> tuple[str, Outgoing] | None:
        """The Engine.IO session and queue of a connection that is open."""
        eio_sid = self.server.manager.eio_sid_from_sid(sid, namespace)
        socket = self._eio.sockets.get(eio_sid)
        return None if socket is None else (eio_sid, socket.queue)

    def attach_wire(self, outgoing: Outgoing, scope: Scope) -> None:
        """Let a connection that began as a WebSocket be written to at once."""
        if scope["type"] == "websocket":
            outgoing.wire = (scope.get("extensions") or {}).get(WIRE)

    async def close(self, eio_sid: str, *, abort: bool = False) -> None:
        """End an Engine.IO session; `abort` drops what its client has not read."""
        socket = self._eio.sockets.get(eio_sid)
        if socket is None:
            return
        outgoing: Outgoing = socket.queue
        if abort:
            outgoing.clear()
            if outgoing.wire is not None:
                outgoing.wire.abort()
        await self._eio.disconnect(eio_sid)

    async def stop(self) -> None:
        """Close every session."""
        sessions = list(self._eio.sockets)
        await asyncio.gather(*(self.close(each) for each in sessions), return_exceptions=True)
        if self._eio.service_task_handle is not None:
            await self._eio.shutdown()

    def _hook_connect(self, manager: Any, connected: Callable[[str], Awaitable[None]]) -> None:
        connect = manager.connect

        async def connect_and_tell(sid: str, namespace: str) -> Any:
            result = await connect(sid, namespace)
            eio_sid = manager.eio_sid_from_sid(sid, namespace)
            self._joined.add(eio_sid)
            self._sids[eio_sid, namespace] = sid
            await connected(sid)
            return result

        manager.connect = connect_and_tell

    def _hook_messages(self) -> None:
        handlers: dict[str, Callable[..., Awaitable[Any]]] = dict(self._eio.handlers)

        async def opened(eio_sid: str, environ: dict[str, Any]) -> Any:
            self._locks[eio_sid] = asyncio.Lock()
            asyncio.get_running_loop().call_later(CONNECT_WITHIN_S, self._check_joined, eio_sid)
            return await handlers["connect"](eio_sid, environ)

        async def received(eio_sid: str, data: object) -> None:
            await self._receive(handlers["message"], eio_sid, data)

        async def closed(eio_sid: str, reason: str) -> None:
            self._locks.pop(eio_sid, None)
            self._joined.discard(eio_sid)
            await handlers["disconnect"](eio_sid, reason)
            if (socket := self._eio.sockets.get(eio_sid)) is not None:
                # once what says goodbye is in the queue, the writer ends and closes the WebSocket
                asyncio.get_running_loop().call_soon(socket.queue.put_nowait, None)

        self._eio.on("connect", opened)
        self._eio.on("message", received)
        self._eio.on("disconnect", closed)

    async def _receive(
        self, handle: Callable[..., Awaitable[Any]], eio_sid: str, data: object
    ) -> None:
        socket = self._eio.sockets.get(eio_sid)
        if socket is None or socket.closed:
            return
        if not isinstance(data, str) or data[:1] not in ("0", "1", "2"):
            await self.close(eio_sid)
            return
        if not await socket.queue.drained(PUSH_LIMIT, DRAIN_WITHIN_S):
            log.info("socket closed", extra={"reason": "slow"})
            await self.close(eio_sid, abort=True)
            return
        try:
            if data[:1] == "2":
                await self._answer(eio_sid, socket.queue, *split_event(data))
            else:
                await handle(eio_sid, data)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            log.info("socket closed", extra={"reason": "malformed packet"})
            await self.close(eio_sid)

    async def _answer(
        self, eio_sid: str, outgoing: Outgoing, namespace: str, number: str, arguments: list[Any]
    ) -> None:
        sid = self._sids.get((eio_sid, namespace))
        if sid is None:
            return
        result = await self._event(sid, str(arguments[0]), arguments[1:])
        if number:
            place = "" if namespace == "/" else f"{namespace},"
            data = _encode([result]).decode()
            outgoing.put_nowait(EnginePacket(MESSAGE, f"3{place}{number}{data}"))

    def _check_joined(self, eio_sid: str) -> None:
        if eio_sid in self._locks and eio_sid not in self._joined:
            task = asyncio.ensure_future(self.close(eio_sid))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())


def split_event(text: str) -> tuple[str, str, list[Any]]:
    """A Socket.IO event packet: namespace, number of its acknowledgement ("" for none), content.

    Raises:
        ValueError: it is none.
    """
    at, namespace = 1, "/"
    if text[1:2] == "/":
        end = text.index(",")
        namespace, at = text[1:end].partition("?")[0], end + 1
    start = text.index("[", at)
    number = text[at:start]
    if number and not (len(number) <= MOST_DIGITS and number.isascii() and number.isdigit()):
        raise ValueError("no number of an acknowledgement")
    try:
        content = _decode(text[start:])
    except msgspec.DecodeError:
        content = json.loads(text[start:])  # takes lone surrogates, which are refused with a name
    if not isinstance(content, list) or not content or not isinstance(content[0], str):
        raise ValueError("no event")
    return namespace, number, content


def _checked(receive: Receive) -> Receive:
    """Messages that Engine.IO could not decode end the connection instead of its handler."""

    async def receiving() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and (message.get("text") or "")[:1] not in KINDS:
            return {"type": "websocket.disconnect", "code": 1007}
        return message

    return receiving


async def _body(receive: Receive) -> bytes | None:
    """The request's body; None when it is above the limit."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > MESSAGE_LIMIT:
            return None
        if not message.get("more_body", False):
            return body


def _is_payload(body: bytes) -> bool:
    packets = body.split(b"\x1e")
    if len(packets) > MOST_PACKETS or not all(
        each[:1].decode("latin-1") in KINDS for each in packets
    ):
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _replayed(body: bytes, receive: Receive) -> Receive:
    told = False

    async def receiving() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


def event_packet(namespace: str, name: str, payload: object) -> EnginePacket:
    """A Socket.IO event as an Engine.IO packet, encoded."""
    data = _encode([name, payload]).decode()
    place = "" if namespace == "/" else f"{namespace},"
    packet = EnginePacket(MESSAGE, f"2{place}{data}")
    packet.encode()
    return packet


def frame(packet: EnginePacket) -> bytes:
    """The packet's WebSocket frame."""
    return frame_of(packet.encode())
