"""Where a message came from, and thus the way back to its sender."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

LARGEST_UDP_REQUEST: Final = 1300
"""Bytes a request over UDP may have when the path is unknown (RFC 3261 §18.1.1, RFC 3428 §8)."""

IN_CLEAR: Final = ("udp", "tcp")
"""What carries no `sips:`. Whether a WebSocket is secured, whoever stands before it may know."""


class Flow(msgspec.Struct, frozen=True, gc=False):
    """One way to a peer: a UDP address seen from one of our sockets, or a connection.

    `local` is our end as `host:port`; `connection` is the number of a stream connection, 0 for UDP.
    """

    transport: str
    local: str
    host: str
    port: int
    connection: int = 0

    @property
    def reliable(self) -> bool:
        """Whether the transport delivers or tells (RFC 3261 §17)."""
        return self.transport != "udp"

    @property
    def whole(self) -> bool:
        """Whether each message comes in one piece, whose end needs no Content-Length to be found.

        So it is in a datagram (RFC 3261 §18.3) and in a frame of WebSocket (RFC 7118 §5).
        """
        return self.transport not in ("tcp", "tls")

    @property
    def source(self) -> str:
        """The peer's end as `host:port`."""
        return host_port(self.host, self.port)


class Target(NamedTuple):
    """Where a request goes: an address, and the `peer` whose connection is to be reused.

    Under TLS the peer's certificate must name `server_name`, else the host, unless `verify` is off.
    What is `optional` has another way beside it, and is not waited for long.
    """

    transport: str
    host: str
    port: int
    local: str = ""
    peer: tuple[str, int] | None = None
    server_name: str = ""
    verify: bool = True
    optional: bool = False


def default_port(transport: str) -> int:
    """The port of a transport when none is named (RFC 3261 §19.1.2, RFC 7118 §5.3)."""
    return {"tls": 5061, "ws": 80, "wss": 443}.get(transport, 5060)


def host_port(host: str, port: int) -> str:
    """Host and port as one text, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=4096)
def split_host_port(text: str) -> tuple[str, int]:
    """Undo `host_port`."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
