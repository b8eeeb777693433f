"""uvicorn as this product runs it: its WebSocket protocol with a way to write at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    import ssl

    from starlette.types import ASGIApp
    from websockets.http11 import Request

WIRE = "engage.wire"
MESSAGE_LIMIT = 64 * 1024  # bytes; what is larger goes by HTTP
OPEN_REQUESTS_END_WITHIN_S = 4
SIP = "/sip"
LARGEST_SIP = 1024 * 1024  # the most that can be set; the PBX knows what is
PING_S, PONG_S = 25.0, 20.0


class SocketProtocol(WebSocketsSansIOProtocol):
    """Puts itself into the scope's extensions, so that a broadcast is framed once for everyone."""

    def handle_connect(self, event: Request) -> None:
        """Answer the handshake (RFC 6455 §4.2)."""
        super().handle_connect(event)
        if event.path.partition("?")[0] == SIP:
            # Engine.IO pings for itself, SIP does not
            self.ping_interval, self.ping_timeout = PING_S, PONG_S
            self.conn.max_message_size = LARGEST_SIP
        if not self.close_sent:
            extensions: dict[str, object] = {**(self.scope.get("extensions") or {}), WIRE: self}
            self.scope["extensions"] = cast("Any", extensions)

    def write_now(self, frame: bytes) -> bool:
        """Write a frame if nothing waits before it; False leaves it to the caller's queue."""
        if (
            not self.writable.is_set()
            or not self.handshake_complete
            or self.close_sent
            or self.disconnected
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(frame)
        return True

    def abort(self) -> None:
        """Drop the connection with what its peer did not read."""
        self.transport.abort()


def frame_of(text: str) -> bytes:
    """One unmasked text frame (RFC 6455 §5.2), the same for every receiver."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def server_config(
    app: ASGIApp,
    *,
    tls: ssl.SSLContext | None = None,
    loop: Literal["auto", "asyncio"] = "auto",
    host: str = "127.0.0.1",
    port: int = 0,
) -> uvicorn.Config:
    """Uvicorn's settings for this product.

    Forwarded headers are read by our own middleware, access lines written by it; deflate would cost
    more memory per socket than everything else together.
    """
    return uvicorn.Config(
        app,
        host,
        port,
        interface="asgi3",
        lifespan="off",  # listeners share the application: it is started once, by its owner
        loop=loop,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws=SocketProtocol,
        ws_max_size=MESSAGE_LIMIT,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # Engine.IO pings for itself
        timeout_graceful_shutdown=OPEN_REQUESTS_END_WITHIN_S,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
    )
