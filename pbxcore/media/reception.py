"""How a source is received: what is missing, and how unevenly it comes (RFC 3550, appendix A)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.rtcp import ReportBlock

if TYPE_CHECKING:
    from pbxcore.media.rtp import Packet

MAX_DROPOUT: Final = 3000
MAX_MISORDER: Final = 100


class Reception:
    """One stream's; a source that follows another is counted on its own and added."""

    __slots__ = (
        "_arrived_at",
        "_base",
        "_expected_before",
        "_expected_reported",
        "_highest",
        "_jitter",
        "_odd",
        "_received",
        "_received_before",
        "_received_reported",
        "_timestamp",
        "clock_rate",
        "ssrc",
    )

    def __init__(self) -> None:
        self.clock_rate = 8000
        self.ssrc: int | None = None
        self._base = self._highest = self._received = 0
        self._expected_before = self._received_before = 0
        self._expected_reported = self._received_reported = 0
        self._odd = -1
        self._timestamp = 0
        self._arrived_at = self._jitter = 0.0

    @property
    def expected(self) -> int:
        """Packets that the sequence numbers tell of."""
        current = 0 if self.ssrc is None else self._highest - self._base + 1
        return self._expected_before + current

    @property
    def received(self) -> int:
        """Packets that came."""
        return self._received_before + self._received

    @property
    def lost(self) -> int:
        """Packets that are missing; below zero when some came twice."""
        return self.expected - self.received

    @property
    def jitter_ms(self) -> float:
        """Interarrival jitter."""
        return self._jitter * 1000 / self.clock_rate

    def receive(self, packet: Packet, timed: bool = True) -> None:
        """Count a packet. `timed` is false when its timestamp is not that of its sampling."""
        if packet.ssrc != self.ssrc:
            self._begin(packet)
            return
        self._received += 1
        sequence = packet.sequence
        step = (sequence - self._highest) & 0xFFFF
        if 0 < step < MAX_DROPOUT:
            self._highest += step
        elif 0 < step <= 0x10000 - MAX_MISORDER and not self._restarts(sequence):
            return
        if not timed:
            return
        timestamp, arrived_at = packet.timestamp, packet.arrived_at
        passed = timestamp - self._timestamp
        if not -0x80000000 <= passed < 0x80000000:
            passed -= 0x100000000 if passed > 0 else -0x100000000
        uneven = (arrived_at - self._arrived_at) * self.clock_rate - passed
        self._jitter += (abs(uneven) - self._jitter) / 16
        self._timestamp, self._arrived_at = timestamp, arrived_at

    def report(self, last_report: int, since_last: int) -> ReportBlock | None:
        """The block on this source, since the last one; None before any packet."""
        if self.ssrc is None:
            return None
        expected = self.expected - self._expected_reported
        lost = expected - (self.received - self._received_reported)
        self._expected_reported = self.expected
        self._received_reported = self.received
        fraction = min(255, (lost << 8) // expected) if expected > 0 and lost > 0 else 0
        return ReportBlock(
            self.ssrc,
            fraction,
            max(-0x800000, min(0x7FFFFF, self._highest - self._base + 1 - self._received)),
            self._highest & 0xFFFFFFFF,
            int(self._jitter),
            last_report,
            since_last,
        )

    def _begin(self, packet: Packet) -> None:
        self._expected_before = self.expected
        self._received_before += self._received
        self.ssrc = packet.ssrc
        self._base = self._highest = packet.sequence
        self._received, self._odd = 1, -1
        self._timestamp, self._arrived_at = packet.timestamp, packet.arrived_at

    def _restarts(self, sequence: int) -> bool:
        """Whether a number far off is the second of a row: the peer counts anew (§A.1)."""
        if sequence != self._odd:
            self._odd = sequence + 1 & 0xFFFF
            self._received -= 1
            return False
        self._expected_before = self.expected
        self._received_before += self._received - 1
        self._base, self._highest, self._received = sequence, sequence, 1
        self._odd = -1
        return True
