"""Keys as telephone events (RFC 4733): one press heard once, whatever is lost, late or repeated."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS: Final = "0123456789*#ABCD"
"""By event number (§3.2)."""
OVER_S: Final = 0.2
"""A press whose end does not come is over after so long without news (§2.5.2.2)."""
ENDS: Final = 3
"""How often the end is sent (§2.5.1.4)."""
VOLUME: Final = 10
"""-10 dBm0."""
_LONGEST: Final = 0xFFFF
_EVENT: Final = struct.Struct(">BBH")
_END: Final = 0x80
_LATE_S: Final = 2.0
"""What began longer ago than this is no late packet: the peer's clock was set anew."""
_JOIN_S: Final = 0.02


class Press(NamedTuple):
    """A key that was pressed."""

    key: str
    duration_ms: int


class EventReceiver:
    """Hears one peer's presses. A packet may end the press before it as well as its own."""

    def __init__(self) -> None:
        self.deadline: float | None = None
        self._source = 0
        self._event = -1
        self._began = self._duration = self._earlier = 0
        self._told = True

    def receive(
        self, payload: bytes | memoryview, ssrc: int, timestamp: int, clock_rate: int, now: float
    ) -> list[Press]:
        """What a packet tells of presses that are over; `timestamp` is that of the packet."""
        if len(payload) < _EVENT.size:
            return []
        event, flags, duration = _EVENT.unpack_from(payload)
        if event >= len(KEYS):
            return []
        over = []
        if self._is_another(event, ssrc, timestamp, clock_rate):
            over = self._finish(clock_rate)
            self._source, self._event, self._began = ssrc, event, timestamp
            self._duration, self._earlier, self._told = duration, 0, False
        elif timestamp == self._began:
            self._duration = max(self._duration, duration)
        elif self._continues(event, timestamp, clock_rate):
            self._earlier += (timestamp - self._began) & 0xFFFFFFFF
            self._began, self._duration = timestamp, duration
        else:
            return []  # late: of a press before
        if flags & _END:
            over += self._finish(clock_rate)
        elif not self._told:
            self.deadline = now + OVER_S
        return over

    def tick(self, clock_rate: int, now: float) -> list[Press]:
        """The deadline may have passed."""
        if self.deadline is None or now < self.deadline:
            return []
        return self._finish(clock_rate)

    def _is_another(self, event: int, ssrc: int, timestamp: int, clock_rate: int) -> bool:
        if ssrc != self._source or self._event < 0:
            return True
        passed = _signed(timestamp - self._began)
        if passed < 0:
            return passed < -_LATE_S * clock_rate
        return passed > 0 and not self._continues(event, timestamp, clock_rate)

    def _continues(self, event: int, timestamp: int, clock_rate: int) -> bool:
        """A long press goes on where its last segment ended (§2.5.1.3)."""
        gap = _signed(timestamp - self._began - self._duration)
        passed = _signed(timestamp - self._began)
        return (
            not self._told and event == self._event and passed > 0 and gap <= _JOIN_S * clock_rate
        )

    def _finish(self, clock_rate: int) -> list[Press]:
        self.deadline = None
        if self._told:
            return []
        self._told = True
        return [Press(KEYS[self._event], (self._earlier + self._duration) * 1000 // clock_rate)]


def rescaled(payload: bytes | memoryview, rate: int, wanted_rate: int) -> bytes:
    """An event by another clock: its duration is counted in ticks; what is none stays (§2.3.5)."""
    if len(payload) < _EVENT.size:
        return bytes(payload)
    event, flags, duration = _EVENT.unpack_from(payload)
    duration = min(duration * wanted_rate // rate, _LONGEST)
    return _EVENT.pack(event, flags, duration) + bytes(payload[_EVENT.size :])


class EventPacket(NamedTuple):
    """What is sent at one tick: `timestamp` counts from the first press's begin."""

    payload: bytes
    timestamp: int
    marker: bool


def keyed(
    keys: str, duration_ms: int, gap_ms: int, clock_rate: int, packet_ms: int = 20
) -> Iterator[EventPacket | None]:
    """One packet, or none, for each `packet_ms`, until all keys are pressed (§2.5.1)."""
    step = clock_rate * packet_ms // 1000
    whole = max(step, clock_rate * duration_ms // 1000)
    at = 0
    for event in map(KEYS.index, keys):
        ticks = -(-whole // step)
        for tick in range(1, ticks):
            yield _segment(event, at, tick * step, marker=tick == 1)
        for tick in range(ENDS):
            yield _segment(event, at, whole, end=True, marker=ticks == 1 and not tick)
        pause = max(gap_ms // packet_ms, 1) - (ENDS - 1)
        for _ in range(pause):
            yield None
        at += step * (ticks + max(pause, 0) + ENDS - 1)


def _segment(
    event: int, begin: int, duration: int, *, end: bool = False, marker: bool = False
) -> EventPacket:
    """Past the longest duration the press goes on in another segment (§2.5.1.3)."""
    earlier = max(0, (duration - 1) // _LONGEST) * _LONGEST
    payload = _EVENT.pack(event, _END * end | VOLUME, duration - earlier)
    return EventPacket(payload, begin + earlier, marker)


def _signed(difference: int) -> int:
    difference &= 0xFFFFFFFF
    return difference - 0x100000000 if difference & 0x80000000 else difference
