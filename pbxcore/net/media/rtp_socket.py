"""One UDP port for media: a socket for whoever comes, and another one for the peer alone.

To a connected socket the kernel gives what its peer sends and no address has to be read or written
with each packet, which is an eighth of what a relayed packet costs. Everybody else's packets go on
coming by the first socket, so that they are counted, and a peer that moves is found.
"""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Final

from pbxcore.net.marking import mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.latching import Address
    from pbxcore.net.media.loop import Loop, Timer

_BACKLOG: Final = 64
"""Packets of others that may lie in the peer's socket from the moment before it was connected."""


class RtpSocket:
    """Gives each datagram to `take`, its size and source; it lies in `buffer`.

    `code_point` is that of the packets sent (RFC 2474).

    Attributes:
        direct: sends to the peer that is kept; None while none is. `changed` tells that it is
            another one.
    """

    def __init__(
        self,
        sock: socket.socket,
        loop: Loop,
        buffer: bytearray,
        take: Callable[[int, Address], None],
        changed: Callable[[], None],
        code_point: int,
    ) -> None:
        self.direct: Callable[[memoryview | bytes], int] | None = None
        self._socket, self._loop, self._buffer = sock, loop, buffer
        self._take, self._changed = take, changed
        self._receive_into = sock.recvfrom_into
        self._peer: Address | None = None
        self._kept: socket.socket | None = None
        self._keeping: Timer | None = None
        self._code_point = code_point
        sock.setblocking(False)
        mark(sock, code_point)
        loop.watch(sock.fileno(), self._arrived)

    @property
    def family(self) -> socket.AddressFamily:
        """IPv4, or IPv6 that may have IPv4 in it."""
        return socket.AddressFamily(self._socket.family)

    @property
    def port(self) -> int:
        """Where it receives."""
        port: int = self._socket.getsockname()[1]
        return port

    def send_to(self, data: memoryview | bytes, destination: Address) -> None:
        """Send to anybody.

        Raises:
            OSError: it cannot be sent.
        """
        self._socket.sendto(data, destination)

    def keep_to(self, peer: Address | None) -> None:
        """Let this peer have a socket, from the next round of the loop; None: nobody."""
        if peer == self._peer:
            return
        self._let_go()
        self._peer = peer
        if peer is not None:  # not at once: `buffer` is in use now
            self._keeping = self._loop.call_at(self._loop.now, self._keep)

    def close(self) -> None:
        """Free the port."""
        self._let_go()
        self._loop.forget(self._socket.fileno())
        self._socket.close()

    def _arrived(self) -> None:
        """One datagram; the loop calls again when there are more."""
        try:
            size, source = self._receive_into(self._buffer)
        except OSError:  # none after all
            return
        self._take(size, source)

    def _keep(self) -> None:
        self._keeping = None
        peer = self._peer
        kept = None if peer is None else self._beside(peer)
        if peer is None or kept is None:
            return
        self._kept = kept
        for each in self._socket, kept:  # what still lies in the first one came before
            with contextlib.suppress(OSError):  # it is empty
                for _ in range(_BACKLOG):
                    self._take(*each.recvfrom_into(self._buffer))
        if self._kept is not kept:  # one of these moved the peer
            return
        self.direct = kept.send
        receive_into, buffer, take = kept.recv_into, self._buffer, self._take

        def arrived() -> None:
            try:
                size = receive_into(buffer)
            except OSError:  # none after all, or nobody listens where we sent to
                return
            take(size, peer)

        self._loop.watch(kept.fileno(), arrived)
        self._changed()

    def _beside(self, peer: Address) -> socket.socket | None:
        """A socket at the same port, connected to the peer; nobody else may share the port."""
        beside = socket.socket(self._socket.family, socket.SOCK_DGRAM)
        beside.setblocking(False)
        mark(beside, self._code_point)
        both = (self._socket, beside)
        try:
            if beside.family == socket.AF_INET6:
                only = self._socket.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
                beside.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
            for each in both:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            beside.bind(self._socket.getsockname())
            beside.connect(peer)
        except OSError:  # no descriptor left, or no way there: the first socket does as well
            beside.close()
            return None
        finally:
            for each in both:
                with contextlib.suppress(OSError):  # closed
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
        return beside

    def _let_go(self) -> None:
        self._peer = None
        if self._keeping is not None:
            self._keeping.cancel()
            self._keeping = None
        if self._kept is not None:
            self._loop.forget(self._kept.fileno())
            self._kept.close()
            self._kept = self.direct = None
            self._changed()
