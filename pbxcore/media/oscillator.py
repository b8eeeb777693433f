"""Makes tones sound: sines of any frequencies, in cadence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pbxcore.media.samples import PEAK, Samples, rounded, silence
from pbxcore.media.tones import KEYS

if TYPE_CHECKING:
    from pbxcore.media.commands import Tone

LEVEL: Final = 0.22
"""Of full scale for a tone as a whole: about -10 dBm0 (E.180 §7 asks for -10 ± 5)."""
_EDGE_S: Final = 0.003
"""How long a tone swells and fades, for it not to click."""
_KEY_LEVEL: Final = 0.5
"""About -9 dBm0 for each of a key's two frequencies, where receivers expect them (Q.24)."""


def sine(
    frequencies: tuple[float, ...],
    seconds: float,
    rate: int,
    *,
    level: float = LEVEL,
    edges: bool = True,
) -> Samples:
    """Frequencies in Hz sounding together, each equally loud.

    `level` is their common peak, of full scale; without `edges` the tone begins and ends abruptly.
    """
    count = round(seconds * rate)
    if not frequencies:
        return silence(count)
    time = np.arange(count) / rate
    wave = sum((np.sin(2 * np.pi * each * time) for each in frequencies), np.zeros(count))
    if edges:
        wave *= np.clip(np.minimum(time, (count - 1) / rate - time) / _EDGE_S, 0, 1)
    return rounded(wave * (level * PEAK / len(frequencies)))


def one_round(tone: Tone, rate: int) -> Samples:
    """All cadences of a tone, once; a tone of one cadence repeats without a seam."""
    steady = len(tone.cadences) == 1
    parts = [sine(each, seconds, rate, edges=not steady) for each, seconds in tone.cadences]
    return np.concatenate(parts) if parts else silence(0)


def key_tones(keys: str, rate: int, *, duration_ms: int, gap_ms: int) -> Samples:
    """Keys as a phone plays them in band (ITU-T Q.23), a pause after each; others are left out."""
    parts = [silence(0)]
    for key in keys:
        if key in KEYS:
            parts.append(sine(KEYS[key], duration_ms / 1000, rate, level=_KEY_LEVEL))
            parts.append(silence(rate * gap_ms // 1000))
    return np.concatenate(parts)
