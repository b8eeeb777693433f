"""From one sampling rate to another: a low-pass filter, and only the samples that are wanted of it.

The filter is a sinc under Kaiser's window. Its phases make one matrix, so that a frame is one
product, whichever way it goes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pbxcore.media.samples import rounded

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples, Wave

_TAPS: Final = 32
"""Samples of the lower rate that one sample is made of: 2 ms of delay at 8 kHz."""
_BETA: Final = 5.65
"""Kaiser's: what must not be heard is 60 dB down, with a slope of a ninth of the lower rate."""
_CUT: Final = 0.9
"""Where the slope's middle lies, of half the lower rate."""


@cache
def _low_pass(ratio: int) -> Wave:
    """The filter at the higher rate, for a lower one that is `ratio` times less."""
    count = _TAPS * ratio
    time = np.arange(count) / ratio - _TAPS / 2  # a whole delay at either rate
    taps = np.sinc(time * _CUT) * np.kaiser(count + 1, _BETA)[:-1]
    normal: Wave = (taps / taps.sum()).astype(np.float32)
    return normal


class Resampler:
    """Converts one stream, in pieces as they come; rates whose ratio is whole, either way.

    Raises:
        ValueError: neither rate is a multiple of the other.
    """

    def __init__(self, source: int, target: int) -> None:
        self._up, self._down = target // source or 1, source // target or 1
        if source * self._up != target * self._down:
            raise ValueError(f"cannot resample {source} to {target}")
        if self._up > 1:
            # Column p: the taps that fall on real samples when p zeros lie behind the newest.
            phases = _low_pass(self._up).reshape(_TAPS, self._up) * self._up
            self._filter: Wave = np.ascontiguousarray(phases[::-1])
            kept = _TAPS - 1
        else:
            self._filter = np.ascontiguousarray(_low_pass(self._down)[::-1])
            kept = _TAPS * self._down - 1
        self._past: Wave = np.zeros(kept, np.float32)
        self._skip = 0

    def resample(self, samples: Samples) -> Samples:
        """What comes next, at the other rate."""
        if self._up == self._down:
            return samples
        wave: Wave = np.concatenate((self._past, samples.astype(np.float32)))
        kept = len(self._past)
        self._past = wave[len(wave) - kept :]
        if len(samples) == 0:
            return samples
        windows = sliding_window_view(wave, kept + 1)
        if self._up > 1:
            return rounded((windows @ self._filter).ravel())
        wanted = windows[self._skip :: self._down]
        self._skip = (self._skip - len(samples)) % self._down
        return rounded(wanted @ self._filter)
