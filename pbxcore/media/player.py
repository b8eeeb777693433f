"""What is played to a stream: sources one after the other, a frame at each tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from pbxcore.media.oscillator import key_tones, one_round
from pbxcore.media.samples import frame_size, silence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.media.commands import PressDigits, Tone
    from pbxcore.media.samples import Samples


class Source(Protocol):
    """Sound that is there, or will be: whoever reads a disk does it elsewhere and ahead of time."""

    problem: str
    """Why it ended early, "" for a source that is well."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""

    def take(self, count: int) -> Samples:
        """The next samples, at most so many: fewer when no more are there yet, or at all."""

    def close(self) -> None:
        """It is not wanted any more."""


class Sound:
    """A source that is all there."""

    problem = ""

    def __init__(self, samples: Samples) -> None:
        self._left = samples

    @property
    def ended(self) -> bool:
        return not len(self._left)

    def take(self, count: int) -> Samples:
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def close(self) -> None:
        self._left = self._left[:0]


def tone_source(tone: Tone, rate: int) -> Sound:
    """One round of a tone."""
    return Sound(one_round(tone, rate))


class Keys(Sound):
    """Keys in band, one after the other: what is pressed meanwhile comes last."""

    def __init__(self, rate: int) -> None:
        super().__init__(silence(0))
        self._rate = rate

    def press(self, wanted: PressDigits) -> None:
        """Press these after those asked for before."""
        duration_ms, gap_ms = wanted.duration_ms, wanted.gap_ms
        tones = key_tones(wanted.digits, self._rate, duration_ms=duration_ms, gap_ms=gap_ms)
        self._left = np.concatenate((self._left, tones))


class Player:
    """Plays sources in turn, `times` over (0: until closed).

    `sources` open them, each time anew. One that cannot be read is left out, and named by
    `problem`; when none of a round has any sound, it is over, however often it was to be played.
    """

    def __init__(self, sources: Sequence[Callable[[], Source]], times: int, rate: int) -> None:
        self._openers = list(sources)
        self._times = times
        self._size = frame_size(rate)
        self._round: list[Source] = []
        self._rounds = 0
        self._sounded = True
        self.problem = ""

    def frame(self) -> Samples | None:
        """The next 20 ms; None when it is over."""
        parts: list[Samples] = []
        missing = self._size
        while missing and (source := self._current()) is not None:
            part = source.take(missing)
            if not len(part) and not source.ended:
                break  # its disk is slow: a little silence, rather than none of what follows
            parts.append(part)
            missing -= len(part)
            self._sounded = self._sounded or len(part) > 0
        if missing == self._size and self._current() is None:
            return None
        if len(parts) == 1 and not missing:
            return parts[0]
        return np.concatenate((*parts, silence(missing)))

    def close(self) -> None:
        """Play nothing more."""
        for source in self._round:
            source.close()
        self._round, self._openers = [], []

    def _current(self) -> Source | None:
        """The source whose turn it is; None when all are over."""
        while True:
            while self._round and self._round[0].ended:
                source = self._round.pop(0)
                self.problem = self.problem or source.problem
                source.close()
            if self._round:
                return self._round[0]
            if not self._openers or not self._sounded:
                return None
            if self._times and self._rounds >= self._times:
                return None
            self._rounds += 1
            self._sounded = False
            self._round = [opener() for opener in self._openers]
