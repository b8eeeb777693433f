"""Identifiers and moments, as the whole application makes them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from uuid import UUID

Clock = Callable[[], int]
"""The present moment in milliseconds UTC."""
MOST_WITHIN_A_MOMENT = 0xFFF
"""What the counter of a UUIDv7 holds at most."""


def now_ms() -> int:
    """The system's clock."""
    return time.time_ns() // 1_000_000


class Identifiers:
    """Makes UUIDv7s (RFC 9562 §5.7), each greater than all it has made before.

    The twelve bits behind the moment count within a millisecond (§6.2, method 1): they begin at
    random in their lower half, and where they are used up the next moment is taken early. A clock
    that is set back is not followed. The other 62 bits are random.
    """

    def __init__(self, clock: Clock, noise: Callable[[int], bytes] = os.urandom) -> None:
        self._clock, self._noise = clock, noise
        self._moment = self._count = 0
        self._lock = Lock()

    def new(self) -> str:
        """The next one."""
        noise = int.from_bytes(self._noise(10))
        with self._lock:
            now = self._clock()
            if now > self._moment:
                self._moment, self._count = now, noise >> 69  # 11 of 80 bits
            elif self._count < MOST_WITHIN_A_MOMENT:
                self._count += 1
            else:
                self._moment, self._count = self._moment + 1, noise >> 69
            head = self._moment << 80 | 0x7 << 76 | self._count << 64
        return str(UUID(int=head | 0b10 << 62 | noise & (1 << 62) - 1))


_OURS = Identifiers(now_ms)


def new_id() -> str:
    """A UUIDv7: unique, and greater than all that this process has made before."""
    return _OURS.new()


def rfc3339(moment_ms: int) -> str:
    """A moment as programs and browsers read it: `2026-11-24T03:40:00.123Z`."""
    moment = datetime.fromtimestamp(moment_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
