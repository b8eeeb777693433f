"""A jitter buffer without a clock: packets go in as they come, and out in order at each tick.

It keeps as little as the network allows. When packets come too late for their turn, all that
follows is put off by as much; when for a while there always was more in store than needed, one
packet is left out.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

_FIRST_STORE: Final = 2
"""Packets that are there before the first is played: one more than is played at once."""
_LONGEST_GAP: Final = 10
"""Packets missing in a row that are still lost ones; more are a pause of the speaker's."""
_MOST: Final = 25
"""Packets in store, half a second: after a network's stall, the oldest are of no use."""
_NEW_CLOCK: Final = 100
"""Packets back in time that no network causes: the peer began to count anew."""
_CALM: Final = 150
"""Turns after which what was never needed of the store may go: three seconds."""


class Gap(Enum):
    """Why there is no packet."""

    LOST = auto()
    """One should be here: its sound is to be made up."""
    PAUSE = auto()
    """Nothing is expected: before the first packet, or while the peer sends nothing."""


class JitterBuffer(Generic[Item]):
    """For one stream; `clock_rate` is that of its RTP timestamps, in Hz.

    Attributes:
        late: packets that came after their turn, or twice.
        lost: turns for which there was no packet.
        dropped: packets left out to catch up.
    """

    def __init__(self, clock_rate: int) -> None:
        self._step = clock_rate // 50
        self._longest_step = clock_rate * 3 // 25
        self.late = self.lost = self.dropped = 0
        self.reset()

    def reset(self) -> None:
        """Begin anew: another source, or another codec's clock."""
        self._packets: dict[int, Item] = {}
        self._newest: tuple[int, int] | None = None
        self._next: int | None = None
        self._played: int | None = None
        self._missing = 0
        self._begin_calm()

    def _begin_calm(self) -> None:
        self._turns, self._never_needed = 0, _MOST

    def put(self, sequence: int, timestamp: int, item: Item) -> None:
        """Take a packet with its 16-bit sequence number and its 32-bit timestamp."""
        at = self._unwrapped(sequence, timestamp)
        if self._played is not None and at <= self._played - _NEW_CLOCK * self._step:
            self.reset()
            at = self._unwrapped(sequence, timestamp)
        overtaken = self._played is not None and at <= self._played
        if overtaken or at in self._packets:
            self.late += 1
            return
        if self._next is not None and at < self._next:
            if self._packets:
                self.late += 1
                return
            self._next = at  # all are late, not only this one: from now on we are, too
        self._packets[at] = item
        while len(self._packets) > _MOST:
            self._drop_oldest()

    def _unwrapped(self, sequence: int, timestamp: int) -> int:
        """The timestamp counted on beyond 32 bits; learns how far apart packets are."""
        if self._newest is None:
            self._newest = (sequence, timestamp)
            return timestamp
        last_sequence, last = self._newest
        at = last + ((timestamp - last + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000
        if at > last:
            self._newest = (sequence, at)
            if (sequence - last_sequence) & 0xFFFF == 1 and at - last <= self._longest_step:
                self._step = at - last
        return at

    def take(self) -> Item | Gap:
        """What is to be played for the next packet's length of time."""
        if self._next is None:
            if len(self._packets) < _FIRST_STORE:
                return Gap.PAUSE
            self._next = min(self._packets)
            self._begin_calm()
        if not self._packets:
            return self._miss(self._next)
        oldest = min(self._packets)
        if oldest - self._next >= self._step * _LONGEST_GAP:
            self._next = oldest  # the speaker paused, or the clock was set anew
        elif oldest - self._next >= self._step:
            return self._miss(self._next)
        if self._is_calm():
            self._drop_oldest()
            oldest = min(self._packets)
        self._missing = 0
        self._played, self._next = oldest, oldest + self._step
        return self._packets.pop(oldest)

    def _miss(self, turn: int) -> Gap:
        self._missing += 1
        if self._missing > _LONGEST_GAP and not self._packets:
            self._next, self._missing = None, 0
            return Gap.PAUSE
        self._next = turn + self._step
        self._begin_calm()
        self.lost += 1
        return Gap.LOST

    def _is_calm(self) -> bool:
        """Whether, for a while, more was always left than the one that makes up for a late one."""
        self._turns += 1
        self._never_needed = min(self._never_needed, len(self._packets) - _FIRST_STORE)
        if self._turns < _CALM:
            return False
        calm = self._never_needed > 0
        self._begin_calm()
        return calm

    def _drop_oldest(self) -> None:
        del self._packets[min(self._packets)]
        self.dropped += 1
