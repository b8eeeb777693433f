"""The media part: a plain epoll loop that owns the RTP ports; no asyncio, nothing per packet."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
from typing import TYPE_CHECKING

from engage.processes import unix
from engage.processes.channel import (
    VERSION,
    Answer,
    Ask,
    ChannelBroken,
    Framer,
    Hello,
    Refusal,
    encode,
)
from engage.processes.part import begin
from pbxcore.commands import Health, Probe

if TYPE_CHECKING:
    from engage.processes.channel import Frame
    from engage.processes.part import Leash

log = logging.getLogger("engage.processes.media")  # run as `__main__`

TRIES = 16  # pairs looked at before the range counts as taken


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

    def open_pair(self) -> tuple[socket.socket, socket.socket] | None:
        """Two bound sockets, or None when a look around finds none free."""
        for _ in range(min(TRIES, self.pairs)):
            port = self._evens[self._turn % self.pairs]
            self._turn += 1
            try:
                rtp = self._bind(port)
            except OSError:
                continue
            try:
                return rtp, self._bind(port + 1)
            except OSError:
                rtp.close()
        return None

    def _bind(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_DGRAM)
        try:
            bound.bind((self._host, port))
        except OSError:
            bound.close()
            raise
        return bound


class Peer:
    """One connection of web's."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.framer = Framer()
        self.unsent = bytearray(encode(Hello(VERSION, "media", os.getpid())))


class MediaPart:
    """Answers the channel from one loop; a slow peer never holds it up."""

    def __init__(self, leash: Leash) -> None:
        plan = leash.handover.plan
        host = plan.listeners["sip"][0] if "sip" in plan.listeners else "127.0.0.1"
        self._ports = RtpPorts(host, *plan.rtp)
        self._probes = 0
        self._leash = leash
        self._selector = selectors.EpollSelector()
        self._listener = unix.listen(plan.run / "media.sock")
        self._stopping = False

    def serve(self) -> None:
        """Serve until the supervisor says so, or is gone."""
        woken, waker = socket.socketpair()
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._stop)
        for readable in (self._listener, self._leash.socket, woken):
            self._selector.register(readable, selectors.EVENT_READ)
        self._leash.ready()
        log.info("media serves", extra={"pairs": self._ports.pairs})
        while not self._stopping:
            for key, _ in self._selector.select():
                if isinstance(key.data, Peer):
                    self._attend(key.data)
                elif key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj is self._leash.socket:
                    self._stopping = True
        signal.set_wakeup_fd(-1)  # another signal may come after `waker` is closed

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _accept(self) -> None:
        try:
            connected, _ = self._listener.accept()
        except OSError:
            return
        connected.setblocking(False)
        peer = Peer(connected)
        self._selector.register(connected, selectors.EVENT_READ | selectors.EVENT_WRITE, peer)

    def _attend(self, peer: Peer) -> None:
        try:
            self._read(peer)
            if peer.unsent:
                del peer.unsent[: peer.socket.send(peer.unsent)]
        except BlockingIOError:
            pass
        except (OSError, ChannelBroken) as ended:
            if isinstance(ended, ChannelBroken):
                log.warning("channel broken", extra={"reason": str(ended)})
            self._selector.unregister(peer.socket)
            peer.socket.close()
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.unsent else 0)
        self._selector.modify(peer.socket, wanted, peer)

    def _read(self, peer: Peer) -> None:
        try:
            data = peer.socket.recv(65536)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionResetError
        for frame in peer.framer.feed(data):
            if isinstance(frame, Ask):
                peer.unsent += encode(self._answer(frame))

    def _answer(self, ask: Ask) -> Frame:
        if not isinstance(ask.value, Probe):
            return Refusal(ask.id, f"media answers no {type(ask.value).__name__}")
        return Answer(ask.id, self._probe())

    def _probe(self) -> Health:
        """Open a pair and close it again: the only proof that media would find one."""
        self._probes += 1
        figures = {"rtp_pairs": float(self._ports.pairs), "probes": float(self._probes)}
        pair = self._ports.open_pair()
        if pair is None:
            return Health(ready=False, problem="no free pair of RTP ports", figures=figures)
        for opened in pair:
            opened.close()
        return Health(ready=True, figures=figures)


def main() -> None:
    """Serve as the supervisor's media part."""
    leash = begin("media")
    MediaPart(leash).serve()


if __name__ == "__main__":
    main()
