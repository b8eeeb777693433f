"""Keys pressed for a stream, sent to its peer as telephone events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.events import KEYS, keyed
from pbxcore.net.media.output import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.media.commands import PressDigits
    from pbxcore.media.events import EventPacket
    from pbxcore.net.media.loop import Loop
    from pbxcore.net.media.stream import Stream

PACKET_MS: Final = 20


class Keying:
    """Presses what is asked for, one key after the other; nobody else is heard meanwhile."""

    def __init__(self, stream: Stream, loop: Loop) -> None:
        self._stream, self._loop = stream, loop
        self._waiting: list[PressDigits] = []
        self._packets: Iterator[EventPacket | None] | None = None
        self._payload_type = 0
        self._step = self._base = self._passed = 0

    def press(self, wanted: PressDigits) -> None:
        """Press these after those asked for before."""
        self._waiting.append(wanted)
        if self._packets is None and self._next():
            self._passed = 0
            self._stream.output.claim(Claim.DIGITS, self)
            self._loop.each_tick(self._tick)

    def close(self) -> None:
        """Press no more."""
        self._waiting.clear()
        self._packets = None
        self._loop.no_tick(self._tick)
        self._stream.output.release(Claim.DIGITS, self)

    def _next(self) -> bool:
        agreed = self._stream.agreed
        main = agreed.main if agreed else None
        events = agreed.events_for(main) if agreed and main else None
        if not self._waiting or events is None:
            return False
        wanted = self._waiting.pop(0)
        keys = "".join(key for key in wanted.digits.upper() if key in KEYS)
        rate = events.codec.clock_rate
        self._payload_type = events.send_type
        self._packets = keyed(keys, wanted.duration_ms, wanted.gap_ms, rate, PACKET_MS)
        self._step, self._base = rate * PACKET_MS // 1000, self._passed
        return True

    def _tick(self, moment: float) -> None:
        if self._packets is None:
            return
        try:
            packet = next(self._packets)
            self._passed += self._step
        except StopIteration:
            if not self._next():
                self.close()
            return
        if packet is not None:
            self._stream.output.send(
                packet.payload,
                self._payload_type,
                self._base + packet.timestamp,
                self,
                moment,
                marker=packet.marker,
            )
