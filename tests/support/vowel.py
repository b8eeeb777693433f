"""Something that a detector of voices takes for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbxcore.media.samples import rounded

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples


def vowel(seconds: float, rate: int, pitch_hz: float = 140) -> Samples:
    """A hum with overtones that swells and falls as syllables do."""
    time = np.arange(round(rate * seconds)) / rate
    turns = 2 * np.pi * pitch_hz * time
    wave = sum((np.sin(turns * n) / n for n in range(1, 20)), np.zeros(len(time)))
    return rounded(wave * 4000 * (0.4 + 0.6 * np.abs(np.sin(2 * np.pi * 2 * time))))
