"""Sound as numbers: one channel of signed 16-bit samples, in a numpy array.

Only what works on sound itself imports this; signalling and the relay path never do.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
Wave = npt.NDArray[np.float32]
"""The same while it is worked on, on the same scale."""

FRAME_MS: Final = 20
"""What one tick hears and says, and what one packet carries unless the peer wishes otherwise."""
PEAK: Final = 32_767


def frame_size(rate: int) -> int:
    """How many samples a frame has."""
    return rate * FRAME_MS // 1000


def silence(count: int) -> Samples:
    """So many samples of nothing."""
    return np.zeros(count, np.int16)


def rounded(wave: npt.NDArray[np.floating]) -> Samples:
    """Back to 16 bits; what is too loud is cut off, never wrapped around."""
    samples: Samples = np.clip(np.rint(wave), -PEAK - 1, PEAK).astype(np.int16)
    return samples


def level_db(samples: Samples) -> float:
    """Loudness below the loudest square wave, in dBov (RFC 6464 §3): 0 to -127."""
    if not len(samples):
        return -127.0
    wave = samples.astype(np.float32)
    power = float(np.dot(wave, wave)) / len(wave) / PEAK**2
    return max(10 * float(np.log10(power)), -127.0) if power else -127.0
