"""What a recording hears of a conference: everybody, at one rate, whatever the room works at."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from pbxcore.media.resampling import Resampler

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.samples import Samples

EAR_RATE: Final = 16_000
_LATE: Final = 5
"""Frames that may wait: rooms and recordings tick in any order, but at the same times."""


class Ear:
    """One listener who is in no room's way; `over` is told when the room is empty."""

    def __init__(self, close: Callable[[Ear], None]) -> None:
        self.over: Callable[[], None] = lambda: None
        self._close = close
        self._frames: deque[Samples] = deque(maxlen=_LATE)
        self._resampler = Resampler(EAR_RATE, EAR_RATE)
        self._rate = EAR_RATE

    def hear(self, frame: Samples, rate: int) -> None:
        """Everybody was heard for 20 ms."""
        if rate != self._rate:
            self._rate, self._resampler = rate, Resampler(rate, EAR_RATE)
        self._frames.append(self._resampler.resample(frame))

    def frame(self) -> Samples | None:
        """The next 20 ms, if they are there."""
        return self._frames.popleft() if self._frames else None

    def close(self) -> None:
        """Listen no more."""
        self._close(self)
