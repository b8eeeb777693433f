"""The last messages on the wire, in a ring bounded by count and bytes. Pure; time is an argument.

Keeping one costs a tuple in a deque; everything else is done when somebody looks.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.sip.flow import Flow

MOST_MESSAGES: Final = 10_000
MOST_BYTES: Final = 8 * 1024 * 1024


class Traced(NamedTuple):
    """One message as it was on the wire; `port` is the peer's, which Via may have decided."""

    at: float
    sent: bool
    flow: Flow
    port: int
    data: bytes


class Ring:
    """Keeps the last messages; each has a number, counted from 1."""

    __slots__ = ("_bytes", "_kept", "_most_bytes", "_most_messages", "last")

    def __init__(self, most_messages: int = MOST_MESSAGES, most_bytes: int = MOST_BYTES) -> None:
        self._most_messages, self._most_bytes = most_messages, most_bytes
        self._kept: deque[tuple[float, bool, Flow, int, bytes]] = deque()
        self._bytes = 0
        self.last = 0

    def __len__(self) -> int:
        """How many messages are kept."""
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of all messages that are kept."""
        return self._bytes

    def add(self, at: float, flow: Flow, port: int, data: bytes, *, sent: bool) -> None:
        """Keep one more; the oldest make room."""
        kept = self._kept
        kept.append((at, sent, flow, port, data))
        self.last += 1
        self._bytes += len(data)
        while self._bytes > self._most_bytes or len(kept) > self._most_messages:
            self._bytes -= len(kept.popleft()[-1])

    def since(self, number: int) -> Iterator[tuple[int, Traced]]:
        """The messages after that number, with their own, the oldest first."""
        first = self.last - len(self._kept) + 1
        start = max(number + 1, first)
        return enumerate(map(Traced._make, islice(self._kept, start - first, None)), start)
