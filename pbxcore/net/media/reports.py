"""A stream's RTCP: on its own port or beside RTP, with the reports that are due (RFC 3550 §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.feedback import picture_wanted
from pbxcore.media.reporting import Reporting
from pbxcore.media.rtcp import Feedback, Item, ntp_time, parse

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from pbxcore.media.latching import Address
    from pbxcore.net.media.loop import Loop, Timer
    from pbxcore.net.media.stream import Stream

REPORT_S: Final = 5.0
"""Between two reports; each wait is from a half to one and a half of it (§6.2, §6.3.1)."""
_COMPENSATION: Final = 1.21828  # e - 3/2 (§6.3.1)


class Clocks:
    """What all streams of a worker share for their reports.

    Args:
        name: canonical, the same for all streams so that sound and picture belong together.
        wall: seconds UTC since 1970.
        entropy: that many random bytes.
        report_s: about the time between two of a stream's reports.
    """

    def __init__(
        self,
        name: str,
        wall: Callable[[], float],
        entropy: Callable[[int], bytes],
        report_s: float = REPORT_S,
    ) -> None:
        self.name, self.entropy, self.report_s = name, entropy, report_s
        self._wall = wall

    def ntp(self) -> int:
        """Now."""
        return ntp_time(self._wall())

    def wait_s(self, *, first: bool) -> float:
        """Until the next report: so that those of many streams do not coincide."""
        whole = self.report_s / 2 if first else self.report_s
        return whole * (0.5 + int.from_bytes(self.entropy(2)) / 65536) / _COMPENSATION


class Reports:
    """Sends and hears one stream's."""

    def __init__(self, stream: Stream, sock: socket.socket, loop: Loop, clocks: Clocks) -> None:
        self._stream, self._socket, self._loop, self._clocks = stream, sock, loop, clocks
        self.reporting = Reporting(stream.output.ssrc, clocks.name, stream.reception)
        self._signalled: Address | None = None
        self._source: Address | None = None
        self._buffer = bytearray(65536)
        self._timer: Timer | None = None
        sock.setblocking(False)
        loop.watch(sock.fileno(), self._arrived)

    def follow(self, signalled: Address | None) -> None:
        """The peer would have reports there, unless they go where RTP goes."""
        if signalled != self._signalled:
            self._signalled, self._source = signalled, None
        if self._timer is None:
            self._wait(first=True)

    def hear(self, data: bytes, source: Address) -> bool:
        """Take a compound packet in clear; False when it is none, or of somebody else."""
        items = parse(data) if self._stream.is_peer(source) else None
        if items is None:
            return False
        self._source = source
        joined = self._stream.joined
        for feedback in self.reporting.hear(items, self._clocks.ntp()):
            if joined is not None:
                joined.feedback(self._stream, feedback)
        return True

    def ask(self, feedback: Feedback) -> None:
        """Ask the peer for something, at once."""
        self._send(feedback)

    def ask_for_picture(self) -> None:
        """Somebody begins to look: the next picture had better be a whole one."""
        media = self._stream.reception.ssrc
        if self._stream.kind == "video" and media is not None:
            self._send(picture_wanted(self._stream.output.ssrc, media))

    def close(self) -> None:
        """Say goodbye."""
        if self._timer is not None:
            self._timer.cancel()
            self._send(ends=True)
        self._loop.forget(self._socket.fileno())
        self._socket.close()

    def _arrived(self) -> None:
        try:
            size, source = self._socket.recvfrom_into(self._buffer)
        except OSError:
            return
        protection = self._stream.protection
        if protection is not None:
            size = protection.receive(self._buffer, size, source)
        if size < 0 or (size and not self.hear(bytes(self._buffer[:size]), source)):
            self._stream.refuse()

    def _wait(self, *, first: bool = False) -> None:
        moment = self._loop.now + self._clocks.wait_s(first=first)
        self._timer = self._loop.call_at(moment, self._due)

    def _due(self) -> None:
        self._wait()
        self._send()

    def _send(self, *more: Item, ends: bool = False) -> None:
        if self._stream.is_fax:
            return
        output = self._stream.output
        passed = round((self._loop.now - output.timed_at) * output.clock_rate)
        packet = self.reporting.compound(
            self._clocks.ntp(),
            (output.timestamp + passed) & 0xFFFFFFFF,
            output.packets,
            output.octets,
            *more,
            ends=ends,
        )
        self._stream.transmit_report(packet, self._socket, self._destination())

    def _destination(self) -> Address | None:
        """Where the peer's own reports come from, else as described, else beside its RTP.

        None: where its RTP goes, by the same port (RFC 5761).
        """
        stream = self._stream
        if stream.agreed is not None and stream.agreed.mux:
            return None
        if self._source is not None:
            return self._source
        rtp = stream.destination
        if rtp is None or (self._signalled is not None and self._signalled[0] == rtp[0]):
            return self._signalled
        return (rtp[0], rtp[1] + 1, *rtp[2:])
