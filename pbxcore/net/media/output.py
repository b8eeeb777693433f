"""What a stream sends: one source of its own, whoever feeds it (RFC 3550 §5.1)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from pbxcore.media.rtp import HEADER, MARKED, PLAIN, build

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.rtp import Packet


_OWN: Final = -1
"""In place of a source's SSRC: what a feeder makes itself."""


class Claim(enum.IntEnum):
    """What comes before the other side's voice; the first listed before the others."""

    DIGITS = enum.auto()
    OVER = enum.auto()
    PLAY = enum.auto()


class Output:
    """Numbers packets so that the peer hears one source, though its feeders change.

    A feeder is any object: a relay, a player, a room. When another one feeds than before, or its
    own source changes, numbers go on where they were, timestamps by the time that passed, and the
    first packet of sound bears the marker.

    Args:
        ssrc, sequence, timestamp: random ones, to begin with.
        marks: marker bits are ours to set (sound); else they are the source's (pictures).

    Attributes:
        timestamp: of what was sent last, which was sampled at `timed_at`.
        shift: what is added to the sequence numbers of whoever is forwarded now.
        enabled: whether the peer will listen.
        transmit: puts a whole packet on its way; may raise OSError.
    """

    def __init__(
        self,
        *,
        ssrc: int,
        sequence: int,
        timestamp: int,
        marks: bool = True,
    ) -> None:
        self.ssrc, self.sequence, self.timestamp = ssrc, sequence, timestamp
        self.packets = self.octets = 0
        self.timed_at = 0.0
        self.clock_rate = 8000
        self.enabled = False
        self.unsent = 0
        self.transmit: Callable[[memoryview | bytes], object] = _nowhere
        self._marks = marks
        self._claims: dict[Claim, object] = {}
        self._holder: object | None = None
        self._feeder: object | None = None
        self._origin = _OWN
        self.shift = self._timestamp_shift = 0

    def claim(self, claim: Claim, feeder: object) -> None:
        """Let this one alone feed until it releases, and those with a stronger claim."""
        self._claims[claim] = feeder
        self._holder = self._claims[min(self._claims)]

    def release(self, claim: Claim, feeder: object) -> None:
        """Give up a claim, if it is still this feeder's."""
        if self._claims.get(claim) is feeder:
            del self._claims[claim]
            self._holder = self._claims[min(self._claims)] if self._claims else None
            if self._feeder is feeder:
                self._feeder = None  # its clock begins anew next time

    def forward(self, packet: Packet, payload_type: int, feeder: object) -> None:
        """Send another stream's packet on, under our numbers; its gaps and its order stay.

        The header is written where the payload lies, just before it: contributing sources,
        extension and padding stay behind, for their meaning is another leg's.
        """
        if not self.enabled or (self._holder is not None and self._holder is not feeder):
            return
        marker, arrived_at = packet.marker, packet.arrived_at
        if feeder is not self._feeder or packet.ssrc != self._origin:
            self._turn_to(feeder, packet.ssrc, packet.timestamp, arrived_at)
            self.shift = self.sequence + 1 - packet.sequence
            marker = marker or self._marks
        sequence = (packet.sequence + self.shift) & 0xFFFF
        timestamp = (packet.timestamp + self._timestamp_shift) & 0xFFFFFFFF
        if (sequence - self.sequence) & 0xFFFF < 0x8000:  # after it, round the end
            self.sequence = sequence
            if timestamp != self.timestamp:
                self.timestamp, self.timed_at = timestamp, arrived_at
        begin, end = packet.begin - HEADER.size, packet.end
        self.packets += 1
        self.octets += end - packet.begin
        second = payload_type | MARKED if marker else payload_type
        HEADER.pack_into(packet.buffer, begin, PLAIN, second, sequence, timestamp, self.ssrc)
        try:
            self.transmit(packet.view[begin:end])
        except OSError:  # a full buffer or an unreachable peer: it is lost, as on the wire
            self.unsent += 1

    def pass_on(self, datagram: memoryview) -> None:
        """Send what is no RTP, as it is (T.38)."""
        if self.enabled:
            self.packets += 1
            self.octets += len(datagram)
            try:
                self.transmit(datagram)
            except OSError:
                self.unsent += 1

    def send(
        self,
        payload: bytes | memoryview,
        payload_type: int,
        timestamp: int,
        feeder: object,
        now: float,
        *,
        marker: bool = False,
    ) -> None:
        """Send a feeder's next payload; `timestamp` is on a clock of its own, at `clock_rate`."""
        if not self.enabled or (self._holder is not None and self._holder is not feeder):
            return
        if feeder is not self._feeder or self._origin != _OWN:
            self._turn_to(feeder, _OWN, timestamp, now)
            marker = marker or self._marks
        self.sequence = self.sequence + 1 & 0xFFFF
        timestamp = (timestamp + self._timestamp_shift) & 0xFFFFFFFF
        if timestamp != self.timestamp:
            self.timestamp, self.timed_at = timestamp, now
        self.packets += 1
        self.octets += len(payload)
        packet = build(
            payload,
            payload_type=payload_type,
            sequence=self.sequence,
            timestamp=self.timestamp,
            ssrc=self.ssrc,
            marker=marker,
        )
        try:
            self.transmit(packet)
        except OSError:
            self.unsent += 1

    def _turn_to(self, feeder: object, origin: int, timestamp: int, now: float) -> None:
        """Let the clock of another source go on from ours."""
        passed = round((now - self.timed_at) * self.clock_rate) if self.packets else 0
        self._feeder, self._origin = feeder, origin
        self._timestamp_shift = self.timestamp + max(passed, 1) - timestamp


def _nowhere(_: memoryview | bytes) -> None:
    """Until there is an address."""
