"""The UDP ports that media may use."""

from __future__ import annotations

import socket
from typing import Final
from weakref import WeakValueDictionary

TRIES: Final = 256
"""Pairs found in the hands of other programs before the range counts as taken."""


class RtpPorts:
    """Pairs of UDP ports in the range: RTP on the even one, RTCP above it (RFC 3550 §11).

    They are given in turn: one that is free again waits longest, for what a phone still sends to
    its last call is not to come to the next one.
    """

    def __init__(self, host: str, low: int, high: int) -> None:
        self._host = host
        self._evens = range(low + low % 2, high, 2)
        self._turn = 0
        self._given: WeakValueDictionary[tuple[str, int], socket.socket] = WeakValueDictionary()
        """The socket for RTP at each address and port, for as long as a stream has it."""

    @property
    def pairs(self) -> int:
        """How many pairs the range has."""
        return len(self._evens)

    def open_pair(self, host: str = "") -> tuple[socket.socket, socket.socket] | None:
        """Two bound sockets, or None when a look around finds none free.

        `host` is one of this machine's addresses; "" is the one for all. Pairs are free again when
        both sockets are closed.
        """
        host = host or self._host
        tries = TRIES
        for _ in range(self.pairs):
            port = self._evens[self._turn % self.pairs]
            self._turn += 1
            last = self._given.get((host, port))
            if last is not None and last.fileno() >= 0:
                continue  # however many of ours lie side by side: seen without a system call
            pair = _bind_pair(host, port)
            if pair is not None:
                self._given[host, port] = pair[0]
                return pair
            tries -= 1
            if not tries:
                break
        return None


def _bind_pair(host: str, even: int) -> tuple[socket.socket, socket.socket] | None:
    """Both sockets of a pair; None: somebody else has one of its ports."""
    try:
        rtp = _bind(host, even)
    except OSError:
        return None
    try:
        return rtp, _bind(host, even + 1)
    except OSError:
        rtp.close()
        return None


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
