"""uvicorn as this product runs it: its WebSocket protocol with a way to write at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from websockets.http11 import Request

WIRE = "engage.wire"
MESSAGE_LIMIT = 64 * 1024
PINGED = "/sip"  # Engine.IO pings for itself, SIP does not
PING_S, PONG_S = 25.0, 20.0


class SocketProtocol(WebSocketsSansIOProtocol):
    """Puts itself into the scope's extensions, so that a broadcast is framed once for everyone."""

    def handle_connect(self, event: Request) -> None:
        """Answer the handshake (RFC 6455 §4.2)."""
        super().handle_connect(event)
        if event.path.partition("?")[0] == PINGED:
            self.ping_interval, self.ping_timeout = PING_S, PONG_S
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


def server_config(app: ASGIApp, **options: object) -> uvicorn.Config:
    """Uvicorn's settings for this product; `options` add or replace (TLS files, for one).

    Forwarded headers are read by our own middleware, access lines written by it; Engine.IO pings
    for itself; deflate would cost more memory per socket than everything else together.
    """
    settings: dict[str, object] = {
        "interface": "asgi3",
        "loop": "uvloop",
        "http": "httptools",
        "ws": SocketProtocol,
        "ws_max_size": MESSAGE_LIMIT,
        "ws_per_message_deflate": False,
        "ws_ping_interval": None,
        "proxy_headers": False,
        "server_header": False,
        "date_header": True,
        "access_log": False,
        "log_config": None,
        "lifespan": "off",
        "timeout_keep_alive": 30,
        "timeout_graceful_shutdown": 5,
        "h11_max_incomplete_event_size": 16 * 1024,
        **options,
    }
    return uvicorn.Config(app, **settings)  # type: ignore[arg-type]
