"""The UDP ports that media may use."""

from __future__ import annotations

import contextlib
import socket
from typing import Final

EXPEDITED: Final = 46
"""The code point of sound, EF (RFC 4594 §4.1)."""
CONFERENCING: Final = 34
"""That of a call's pictures, AF41 (RFC 4594 §4.3)."""

TRIES: Final = 16
"""Pairs looked at before the range counts as taken."""


class RtpPorts:
    """Pairs of UDP ports in the range: RTP on the even one, RTCP above it (RFC 3550 §11)."""

    def __init__(self, host: str, low: int, high: int) -> None:
        self._host = host
        self._evens = range(low + low % 2, high, 2)
        self._turn = 0

    @property
    def pairs(self) -> int:
        """How many pairs the range has."""
        return len(self._evens)

    def open_pair(self, host: str = "") -> tuple[socket.socket, socket.socket] | None:
        """Two bound sockets, or None when a look around finds none free.

        `host` is one of this machine's addresses; "" is the one for all.
        """
        for _ in range(min(TRIES, self.pairs)):
            port = self._evens[self._turn % self.pairs]
            self._turn += 1
            try:
                rtp = _bind(host or self._host, port)
            except OSError:
                continue
            try:
                return rtp, _bind(host or self._host, port + 1)
            except OSError:
                rtp.close()
        return None


def mark(sock: socket.socket, code_point: int) -> None:
    """Let what a socket sends bear a code point of differentiated services (RFC 2474 §3)."""
    with contextlib.suppress(OSError):  # a sandbox may forbid it: the call goes on unmarked
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, code_point << 2)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, code_point << 2)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            only = int(host != "::")  # `::` means IPv4 as well
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
