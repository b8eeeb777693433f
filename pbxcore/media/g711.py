"""G.711: µ-law and A-law, eight bits a sample (ITU-T G.711), without numpy.

Between the two laws a packet is one `bytes.translate`: that is all a relay needs to know of sound.
"""

from __future__ import annotations

from typing import Final

_BIAS: Final = 0x84
"""33 in the law's 14 bits: what makes every segment of the µ-law begin at a power of two."""
_MU_CLIP: Final = 0x7FFF - _BIAS
_EVEN_BITS: Final = 0x55
"""Inverted in A-law, so that silence has edges for the line's clock (G.711 table 1a, note 2)."""


def expand_mu(code: int) -> int:
    """A µ-law code as a sample of 16 bits (G.711 table 2)."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << (code >> 4 & 7)) - _BIAS
    return -magnitude if code & 0x80 else magnitude


def expand_a(code: int) -> int:
    """An A-law code as a sample of 16 bits (G.711 table 1)."""
    code ^= _EVEN_BITS
    segment, step = code >> 4 & 7, code & 0x0F
    magnitude = (step << 4) + 8 if segment == 0 else (step << 4) + 0x108 << segment - 1
    return magnitude if code & 0x80 else -magnitude


def compress_mu(sample: int) -> int:
    """The µ-law code of a sample of 16 bits, by the decision values of G.711 table 2."""
    sign, magnitude = (0x80, ~sample) if sample < 0 else (0, sample)
    magnitude = min(magnitude, _MU_CLIP) + _BIAS
    segment = magnitude.bit_length() - 8
    return ~(sign | segment << 4 | magnitude >> segment + 3 & 0x0F) & 0xFF


def compress_a(sample: int) -> int:
    """The A-law code of a sample of 16 bits, by the decision values of G.711 table 1."""
    # The smallest steps stand half a step off zero, on both sides of it: they part at -1 and 0.
    sign, magnitude = (0, ~sample) if sample < 0 else (0x80, sample)
    segment = max(magnitude.bit_length() - 8, 0)
    return (sign | segment << 4 | magnitude >> max(segment, 1) + 3 & 0x0F) ^ _EVEN_BITS


MU_TO_A: Final = bytes(compress_a(expand_mu(code)) for code in range(256))
A_TO_MU: Final = bytes(compress_mu(expand_a(code)) for code in range(256))
