"""Differentiated services: what we send bears a mark by which networks give it its turn."""

from __future__ import annotations

import contextlib
import socket
from typing import Final

EXPEDITED: Final = 46
"""The code point of sound, EF (RFC 4594 §4.1)."""
CONFERENCING: Final = 34
"""That of a call's pictures, AF41 (RFC 4594 §4.3)."""
SIGNALLING: Final = 24
"""That of SIP, CS3, as phones and switches have it."""


def mark(sock: socket.socket, code_point: int) -> None:
    """Let what a socket sends bear a code point of differentiated services (RFC 2474 §3)."""
    with contextlib.suppress(OSError):  # a sandbox may forbid it: the call goes on unmarked
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, code_point << 2)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, code_point << 2)
