"""Makes up the sound of lost packets: the last pitch period again, fading (as G.711 appendix I)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pbxcore.media.samples import rounded, silence

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples, Wave

_SHORTEST_PERIOD_S: Final = 0.0025
_LONGEST_PERIOD_S: Final = 0.015
"""Voices have 66 to 400 periods a second."""
_COMPARED_S: Final = 0.02
_STEADY_S: Final = 0.01
_GONE_S: Final = 0.06
"""How long what is made up keeps its loudness, and when it has faded away."""
_BLEND_S: Final = 0.004
"""How long what was made up goes on below what is real again."""


class Concealer:
    """For one stream; is shown all that is heard, and asked when something is missing."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._kept = self._count(_COMPARED_S + 2 * _LONGEST_PERIOD_S)
        self._past: deque[Samples] = deque([silence(self._kept)])
        self._length = self._kept
        self._period: Wave = np.zeros(0, np.float32)  # empty while nothing is missing
        self._made_up = 0

    def _count(self, seconds: float) -> int:
        return round(seconds * self._rate)

    def heard(self, samples: Samples) -> Samples:
        """Real sound: as it is, but blended in after a loss."""
        if len(self._period) and len(samples):
            count = min(self._count(_BLEND_S), len(samples))
            rise = np.linspace(0, 1, count, dtype=np.float32)
            samples = samples.copy()
            samples[:count] = rounded(self._next(count) * (1 - rise) + samples[:count] * rise)
            self._period, self._made_up = self._period[:0], 0
        self._past.append(samples)
        self._length += len(samples)
        while self._length - len(self._past[0]) >= self._kept:
            self._length -= len(self._past.popleft())
        return samples

    def lost(self, count: int) -> Samples:
        """So many samples in place of those that did not come."""
        if not len(self._period):
            self._period = self._last_period()
        if self._made_up >= self._count(_GONE_S):
            return silence(count)
        return rounded(self._next(count))

    def _next(self, count: int) -> Wave:
        at = self._made_up + np.arange(count)
        self._made_up += count
        fade = (self._count(_GONE_S) - at) / self._count(_GONE_S - _STEADY_S)
        made_up: Wave = self._period[at % len(self._period)] * np.clip(fade, 0, 1)
        return made_up

    def _last_period(self) -> Wave:
        """The last period, its end bent to where it begins, so that it can be repeated."""
        past: Wave = np.concatenate(self._past)[-self._kept :].astype(np.float32)
        compared = self._count(_COMPARED_S)
        shortest, longest = self._count(_SHORTEST_PERIOD_S), self._count(_LONGEST_PERIOD_S)
        earlier = sliding_window_view(past[-compared - longest : -shortest], compared)
        alike = earlier @ past[-compared:]
        strength = np.sqrt(np.einsum("ij,ij->i", earlier, earlier)) + 1
        length = longest - int((alike / strength).argmax())
        period = past[-length:].copy()
        bend = length // 4
        rise = np.linspace(0, 1, bend, dtype=np.float32)
        period[-bend:] = period[-bend:] * (1 - rise) + past[-length - bend : -length] * rise
        return period
