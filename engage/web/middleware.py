"""What every request passes before a route sees it, as plain ASGI."""

from __future__ import annotations

import logging
import secrets
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

from engage.errors import TooLarge
from engage.i18n import SOURCE_LANGUAGE
from engage.web.errors import Internal, error_json
from engage.web.requests import answer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Network, IPv6Network

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

access = logging.getLogger("engage.access")
log = logging.getLogger(__name__)
BODY_LIMIT = 64 * 1024
FORWARDING = frozenset(("x-forwarded-for", "forwarded", "x-real-ip"))
"""By any of these headers a proxy asks for somebody else."""

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), payment=(), usb=(), microphone=(self)",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


class ClientAddress:
    """Puts the client's own address and scheme into the scope.

    A forwarded header counts only from a trusted proxy; of its addresses, the last that is no
    trusted proxy itself, since only that one was written by a proxy we trust. Whose request was
    forwarded without telling us for whom has no known address (`engage.web.requests.is_known`).
    """

    def __init__(self, app: ASGIApp, trusted: Iterable[IPv4Network | IPv6Network] = ()) -> None:
        self._app, self._trusted = app, tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        client = scope.get("client")
        if client is not None and client[0].startswith("::ffff:") and "." in client[0]:
            client = scope["client"] = (client[0][7:], client[1])  # IPv4, on a listener for both
        if client is not None:
            headers = Headers(scope=scope)
            forwarded = not FORWARDING.isdisjoint(headers)
            if self._trusted and self._is_proxy(client[0]):
                forwarded = not self._believe(scope, headers) and forwarded
            scope.setdefault("state", {})["forwarded"] = forwarded
        await self._app(scope, receive, send)

    def _believe(self, scope: Scope, headers: Headers) -> bool:
        """Take over what a trusted proxy says; whether it says for whom it asks."""
        # some proxies add a line of their own below the one the client has sent
        chain = ",".join(headers.getlist("x-forwarded-for")).split(",")
        own = next(
            (each for each in map(str.strip, reversed(chain)) if not self._is_proxy(each)), None
        )
        known = own is None or _is_address(own)
        if own and known:
            scope["client"] = (own, 0)
        protos = ",".join(headers.getlist("x-forwarded-proto"))
        proto = protos.rpartition(",")[2].strip().lower()
        if proto in ("http", "https"):
            socket = scope["type"] == "websocket"
            scope["scheme"] = proto.replace("http", "ws") if socket else proto
        return known

    def _is_proxy(self, text: str) -> bool:
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


class AccessLog:
    """Gives each request an id, logs one line for it, and answers for what nobody caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            log.exception("request failed", extra={"request": request_id, "path": scope["path"]})
            if status == 0:
                body = {"error": error_json(Internal(request=request_id), SOURCE_LANGUAGE)}
                await answer(body, 500)(scope, receive, sending)
        finally:
            self._note(scope, status, time.perf_counter() - started, request_id)

    def _note(self, scope: Scope, status: int, took_s: float, request_id: str) -> None:
        quiet = scope["path"] in ("/healthz", "/readyz", "/metrics")
        access.log(
            logging.DEBUG if quiet else logging.INFO,
            "request",
            extra={
                "request": request_id,
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "took_ms": round(took_s * 1000, 1),
                "address": scope["client"][0] if scope.get("client") else "",
            },
        )


class SecurityHeaders:
    """Sets what no answer may lack; an answer's own values stay."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sending)


class BodyLimit:
    """Refuses bodies above 64 kB, or what the route allowed by `allow_body`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        state["body_limit"] = BODY_LIMIT
        announced = Headers(scope=scope).get("content-length", "0")
        received = 0

        async def receiving() -> Message:
            nonlocal received
            limit: int = state["body_limit"]
            if announced.isdigit() and int(announced) > limit:
                raise TooLarge(limit=limit)
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise TooLarge(limit=limit)
            return message

        await self._app(scope, receiving, send)


def _is_address(text: str) -> bool:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
