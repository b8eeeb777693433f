"""The two Socket.IO namespaces: who is connected, what they say in order, what they are sent.

Slices register functions by event name; the hub sends through `Sockets.send`, its `Delivery` port.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from socketio.exceptions import ConnectionRefusedError as Refused
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from engage.errors import N_, EngageError, Forbidden, NotFound, Unauthenticated, Unavailable
from engage.i18n import closest, negotiate, translate
from engage.web.access import cookie_name, ends_of, is_secure, origin_matches
from engage.web.engine import Engine, event_packet, frame
from engage.web.errors import Internal, Malformed, error_json
from engage.web.outgoing import Push
from engage.web.requests import parse
from pbxcore.rate_limit import Rate, RateLimit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping

    from pydantic import BaseModel
    from starlette.types import Receive, Scope, Send

    from engage.people.events import SessionEnded
    from engage.people.model import Principal
    from engage.web.outgoing import Outgoing

log = logging.getLogger(__name__)
VISITOR, WAVE = "/visitor", "/wave"
NAMESPACES = {VISITOR: ("visitor",), WAVE: ("user",)}
INCOMING = Rate(burst=60, per_s=20)
HANDLED_WITHIN_S = 12.0
AT_ONCE = 16  # receivers served without a pause
SLICE_S = 0.002


class UnknownEvent(NotFound):
    """An event name nobody registered."""

    code = "unknown_event"
    text = N_("This is not known here.")


class Tokens(Protocol):
    """Resolves tokens of people and of visitors; `engage.web.access` in the product."""

    async def of_token(self, token: str) -> Principal:
        """Who the token stands for, or `Unauthenticated`."""
        ...


@dataclass(slots=True, eq=False)
class Connection:
    """One client on one namespace."""

    sid: str
    namespace: str
    token: str
    principal: Principal
    scope: Scope | None
    language: str
    incoming: RateLimit
    ends: tuple[str, int, str]
    eio_sid: str = ""
    outgoing: Outgoing | None = None


@dataclass(slots=True)
class Namespace:
    """What slices registered for one namespace."""

    roles: tuple[str, ...]
    handlers: dict[str, tuple[type[BaseModel], Callable[..., Awaitable[dict[str, Any]]]]] = field(
        default_factory=dict
    )
    connected: list[Callable[[Principal], object]] = field(default_factory=list)
    disconnected: list[Callable[[Principal], object]] = field(default_factory=list)


class Sockets:
    """Connections by who they belong to; the hub's way to them and theirs to the slices."""

    def __init__(
        self,
        tokens: Tokens,
        *,
        incoming: Rate = INCOMING,
        namespaces: Mapping[str, tuple[str, ...]] = NAMESPACES,
    ) -> None:
        """`incoming` is each connection's rate of events; `namespaces` say which roles enter."""
        self._tokens, self._incoming = tokens, incoming
        self._namespaces = {name: Namespace(roles) for name, roles in namespaces.items()}
        self._connections: dict[str, Connection] = {}
        self._by_who: dict[str, dict[str, Connection]] = {}
        self._backlog: deque[tuple[_Message, list[Connection]]] = deque()
        self._dispatcher: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self.sent = 0
        self._engine = Engine(self._connected, self._event)
        for name in self._namespaces:
            self._engine.on(name, "connect", self._connect_handler(name))
            self._engine.on(name, "disconnect", self._disconnected)

    def on(
        self,
        namespace: str,
        event: str,
        model: type[BaseModel],
        handler: Callable[[Principal, Any], Awaitable[dict[str, Any]]],
    ) -> None:
        """Register the handler of an event; its dictionary becomes the acknowledgement."""
        handlers = self._namespaces[namespace].handlers
        if event in handlers:
            raise ValueError(f"{namespace} has a handler of {event} already")
        handlers[event] = (model, handler)

    def on_connect(self, namespace: str, callback: Callable[[Principal], object]) -> None:
        """Call (and await, if need be) when someone is connected, before their first event."""
        self._namespaces[namespace].connected.append(callback)

    def on_disconnect(self, namespace: str, callback: Callable[[Principal], object]) -> None:
        """Call (and await, if need be) when a connection is gone."""
        self._namespaces[namespace].disconnected.append(callback)

    def events(self) -> list[tuple[str, str]]:
        """Every registered event as (namespace, name)."""
        return sorted(
            (name, event) for name, each in self._namespaces.items() for event in each.handlers
        )

    def send(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        """Send to every connection of each; encodes once, never blocks, may lose."""
        receivers = [
            connection for who in whos for connection in self._by_who.get(who, {}).values()
        ]
        if not receivers:
            return
        message = _Message(name, payload)
        if len(receivers) <= AT_ONCE and not self._backlog:
            for receiver in receivers:
                self._deliver(message, receiver)
            return
        self._backlog.append((message, receivers))
        if self._dispatcher is None or self._dispatcher.done():
            self._dispatcher = asyncio.create_task(self._dispatch())

    def connections(self, who: str) -> int:
        """How many connections of this participant are open."""
        return len(self._by_who.get(who, ()))

    def ends_of(self, who: str) -> tuple[str, int, str] | None:
        """Of a participant's newest connection: their address and port, and ours as host:port."""
        return next((each.ends for each in reversed(self._by_who.get(who, {}).values())), None)

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    async def session_ended(self, fact: SessionEnded) -> None:
        """Close the session's connections at once."""
        await self.revoke(fact.session_id, fact.reason)

    async def revoke(self, session_id: str, reason: str) -> None:
        """Tell a session's connections that it is over (`revoked`, `expired`, `banned`); close."""
        for connection in list(self._connections.values()):
            if connection.principal.session_id == session_id:
                await self._turn_out(connection, reason)

    async def stop(self) -> None:
        """Close every connection."""
        await self._engine.stop()
        if self._dispatcher is not None:
            self._dispatcher.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve `/socket.io/`: requests of pages from elsewhere are refused."""
        connection = HTTPConnection(scope)
        origin = connection.headers.get("origin")
        host = connection.headers.get("host", "")
        if origin is not None and not origin_matches(origin, host, secure=is_secure(connection)):
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            else:
                await PlainTextResponse("foreign origin", 403)(scope, receive, send)
            return
        await self._engine(scope, receive, send)

    def _connect_handler(self, namespace: str) -> Callable[..., Awaitable[None]]:
        async def connect(sid: str, environ: dict[str, Any], auth: object = None) -> None:
            scope: Scope = environ["asgi.scope"]
            try:
                token = _token(auth, HTTPConnection(scope), namespace)
                principal = await self._tokens.of_token(token)
                if principal.kind not in self._namespaces[namespace].roles:
                    raise Forbidden
            except EngageError as error:
                raise _refusal(error) from None
            language = closest(principal.language) if principal.language else None
            header = HTTPConnection(scope).headers.get("accept-language", "")
            self._connections[sid] = Connection(
                sid,
                namespace,
                token,
                principal,
                scope,
                language or negotiate(header),
                RateLimit(self._incoming),
                ends_of(HTTPConnection(scope)),
            )

        return connect

    async def _connected(self, sid: str) -> None:
        """The client knows that it is connected: from now on it may be sent to."""
        connection = self._connections[sid]
        found = self._engine.outgoing(sid, connection.namespace)
        if found is None or connection.scope is None:
            return
        connection.eio_sid, connection.outgoing = found
        self._engine.attach_wire(connection.outgoing, connection.scope)
        connection.scope = None
        self._by_who.setdefault(connection.principal.who, {})[sid] = connection
        await self._tell(self._namespaces[connection.namespace].connected, connection.principal)

    async def _disconnected(self, sid: str, reason: str = "") -> None:
        connection = self._connections.pop(sid, None)
        if connection is None or connection.outgoing is None:
            return
        self._engine.forget(sid, connection.namespace)
        who = connection.principal.who
        remaining = self._by_who.get(who, {})
        remaining.pop(sid, None)
        if not remaining:
            self._by_who.pop(who, None)
        await self._tell(self._namespaces[connection.namespace].disconnected, connection.principal)

    async def _tell(
        self, callbacks: list[Callable[[Principal], object]], principal: Principal
    ) -> None:
        for callback in callbacks:
            try:
                result = callback(principal)
                if inspect.isawaitable(result):
                    await result
            except EngageError as error:
                log.warning("connection not followed", extra={"problem": error.code})
            except Exception:
                log.exception("connection not followed")

    async def _turn_out(self, connection: Connection, reason: str) -> None:
        text = translate(Unauthenticated.text, connection.language)
        message = _Message("revoked", {"code": reason, "message": text})
        self._deliver(message, connection)
        await self._engine.close(connection.eio_sid)

    async def _event(self, sid: str, event: str, arguments: list[Any]) -> dict[str, Any]:
        connection = self._connections.get(sid)
        if connection is None:
            return _refused(Unauthenticated(), "en")
        if wait_s := connection.incoming.reserve(time.monotonic()):
            await asyncio.sleep(wait_s)  # later messages wait in the client's own socket
        try:
            async with asyncio.timeout(HANDLED_WITHIN_S):
                result = await self._handle(connection, event, arguments)
        except TimeoutError:
            log.warning("socket event took too long", extra={"event": event})
            return _refused(Unavailable(), connection.language)
        except EngageError as error:
            return _refused(error, connection.language)
        except Exception:
            log.exception("socket event failed", extra={"event": event})
            return _refused(Internal(), connection.language)
        return {"ok": True, **result}

    async def _handle(
        self, connection: Connection, event: str, arguments: list[Any]
    ) -> dict[str, Any]:
        registered = self._namespaces[connection.namespace].handlers.get(event)
        if registered is None:
            raise UnknownEvent
        try:
            principal = await self._tokens.of_token(connection.token)
        except Unauthenticated as error:
            self._close_soon(connection, error.code)
            raise
        data = arguments[0] if arguments else {}
        if not isinstance(data, dict):
            raise Malformed
        model, handler = registered
        return await handler(principal, parse(data, model, connection.language))

    def _close_soon(self, connection: Connection, reason: str) -> None:
        task = asyncio.create_task(self._turn_out(connection, reason))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _deliver(self, message: _Message, connection: Connection) -> None:
        outgoing = connection.outgoing
        if outgoing is None:
            return
        outgoing.push(message.push(connection.namespace))
        self.sent += 1
        if outgoing.slow:
            log.info("socket closed", extra={"reason": "slow", "who": connection.principal.who})
            outgoing.clear()
            task = asyncio.create_task(self._engine.close(connection.eio_sid, abort=True))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _dispatch(self) -> None:
        """Serve long lists of receivers in slices, so that nothing else waits for them."""
        while self._backlog:
            message, receivers = self._backlog[0]
            until = time.perf_counter() + SLICE_S
            for position, receiver in enumerate(receivers):
                self._deliver(message, receiver)
                if position % AT_ONCE == 0 and time.perf_counter() > until:
                    await asyncio.sleep(0)
                    until = time.perf_counter() + SLICE_S
            self._backlog.popleft()
            await asyncio.sleep(0)


class _Message:
    """One event for many: encoded when first needed, once for each namespace."""

    __slots__ = ("_name", "_payload", "_pushes")

    def __init__(self, name: str, payload: dict[str, Any]) -> None:
        self._name, self._payload = name, payload
        self._pushes: dict[str, Push] = {}

    def push(self, namespace: str) -> Push:
        """The packet and how it may be shortened."""
        known = self._pushes.get(namespace)
        if known is None:
            known = self._pushes[namespace] = self._make(namespace)
        return known

    def _make(self, namespace: str) -> Push:
        name, payload = self._name, self._payload
        packet = event_packet(namespace, name, payload)
        key: Hashable = None
        match name:
            case "event":
                head = {"conversation": payload["conversation"], "head": payload["seq"]}
                return Push(
                    packet,
                    frame(packet),
                    ("head", namespace, payload["conversation"]),
                    lambda: event_packet(namespace, "head", head),
                )
            case "head" | "position":
                key = (name, namespace, payload.get("conversation"))
            case "watermark":
                key = (name, namespace, payload.get("conversation"), payload.get("who"))
            case "queues":
                key = (name, namespace)
            case "presence":
                key = (name, namespace, payload.get("number") or payload.get("who"))
        return Push(packet, frame(packet), key, droppable=name == "typing")


def _token(auth: object, connection: HTTPConnection, namespace: str) -> str:
    """The token in `auth`, else a browser's cookie if its own page asks."""
    if isinstance(auth, dict) and isinstance(token := auth.get("token"), str) and token:
        return token
    cookie = connection.cookies.get(cookie_name(connection))
    if namespace != WAVE or cookie is None:
        raise Unauthenticated
    # A foreign origin was refused before. Browsers name theirs on every WebSocket, but not on a
    # GET of polling, whose answer another site's page cannot read.
    if connection.scope["type"] == "websocket" and "origin" not in connection.headers:
        raise Unauthenticated
    return cookie


def _refusal(error: EngageError) -> Refused:
    """A refused connection carries a code: `expired`, `revoked`, `banned`, `invalid`, or why."""
    code = "invalid" if type(error) in (Unauthenticated, Forbidden) else error.code
    refusal = Refused(code, {"code": code})
    refusal.error_args = {"message": code, "code": code, "data": {"code": code}}
    return refusal


def _refused(error: EngageError, language: str) -> dict[str, Any]:
    refusal: dict[str, Any] = {"ok": False, "error": error_json(error, language)}
    if "by" in error.params:
        refusal["by"] = error.params["by"]
    return refusal
