"""SIP over UDP: one socket, read by callback."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING, Final

from pbxcore.net.addresses import plain_host
from pbxcore.net.marking import SIGNALLING, mark
from pbxcore.sip import stun
from pbxcore.sip.flow import Flow, host_port

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from pbxcore.defence.guard import Guard

log = logging.getLogger(__name__)

_BUFFER: Final = 4 << 20
_A_WAKE: Final = 32
_THROWN_AWAY_FOR_ONE: Final = 16
"""Datagrams that are thrown away unread in the time one that is looked at takes."""
_QUIET_WAKES: Final = 16
"""Wake-ups with one datagram each before we look for a second again: finding none costs a call."""
_CLOSE_S: Final = 0.001
"""Wake-ups this close to each other come of one burst: the rest of it is there, or soon will be."""
_LARGEST: Final = 65535
_LONGEST_KEEP_ALIVE: Final = 4  # a few zeros, as some phones send


class UdpTransport:
    """One bound socket. A wake-up reads at most 32 datagrams, so that others get a turn."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        bound: socket.socket,
        receive: Callable[[bytes, Flow], None],
        guard: Guard,
    ) -> None:
        bound.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            bound.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
        mark(bound, SIGNALLING)
        self._loop = loop
        self._socket = bound
        self._receive, self._guard = receive, guard
        self.six = bound.family == socket.AF_INET6
        self.host, self.port = bound.getsockname()[:2]
        self.local = host_port(self.host, self.port)
        self._both = self.six and self.host == "::"
        self.dropped = 0
        self._most = _A_WAKE  # datagrams to read at the next wake-up
        self._quiet = 0
        self._woken_at = 0.0

    def start(self) -> None:
        """Read from now on."""
        self._loop.add_reader(self._socket, self._read)

    def close(self) -> None:
        """Read and send nothing any more."""
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def send(self, data: bytes, host: str, port: int) -> bool:
        """Send one datagram; False when the network refused it at once."""
        try:
            to = f"::ffff:{host}" if self._both and ":" not in host else host  # RFC 3493 §3.7
            self._socket.sendto(data, (to, port))
        except BlockingIOError:
            self.dropped += 1  # as a router would: retransmission is what UDP has
        except OSError as error:
            log.info(
                "datagram not sent", extra={"to": host_port(host, port), "why": error.strerror}
            )
            return False
        return True

    def reaches(self, host: str) -> bool:
        """Whether this socket can send there; one on `[::]` speaks both families."""
        return self._both or (":" in host) is self.six

    def _read(self) -> None:
        receive_from, shuns = self._socket.recvfrom, self._guard.shuns
        now = self._loop.time()
        self._quiet -= 1
        if self._most == 1 and (self._quiet < 0 or now - self._woken_at < _CLOSE_S):
            self._most = _A_WAKE
        self._woken_at = now
        left, thrown_away = self._most, 0
        while left > 0:
            try:
                data, address = receive_from(_LARGEST)
            except (BlockingIOError, InterruptedError):
                self._most, self._quiet = 1, _QUIET_WAKES
                return
            except OSError as error:  # an ICMP error of an earlier send
                log.debug("datagram not read", extra={"why": error.strerror})
                left -= 1
                continue
            host = plain_host(address[0]) if self.six else address[0]
            if shuns(host, now):
                thrown_away += 1
                left -= thrown_away % _THROWN_AWAY_FOR_ONE == 0
                continue
            left -= 1
            self._take(data, Flow("udp", self.local, host, address[1]))

    def _take(self, data: bytes, flow: Flow) -> None:
        try:
            if data[:1] == b"\0" and len(data) > _LONGEST_KEEP_ALIVE:
                self._keep_alive(data, flow)
            else:
                self._receive(data, flow)
        except Exception:
            log.exception("datagram not handled", extra={"from": flow.host})

    def _keep_alive(self, data: bytes, flow: Flow) -> None:
        """Answer STUN; anything else that begins like it is met with silence."""
        answer = stun.answer(data, flow.host, flow.port)
        if answer is not None and self._guard.admits(flow, len(data), self._loop.time()):
            self.send(answer, flow.host, flow.port)
