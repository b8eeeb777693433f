"""Codecs without memory: G.711 by tables, and L16, which is the samples themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pbxcore.media.g711 import compress_a, compress_mu, expand_a, expand_mu

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.samples import Samples


class Companded:
    """One of G.711's laws; both its own decoder and its own encoder, shared by all streams."""

    rate: Final = 8000

    def __init__(self, expand: Callable[[int], int], compress: Callable[[int], int]) -> None:
        self._expanded = np.array([expand(code) for code in range(256)], np.int16)
        # By the sample's 16 bits taken as unsigned; the laws have 14 and 13 bits.
        every_fourth = [compress(sample) for sample in range(-32_768, 32_768, 4)]
        self._compressed = np.roll(np.repeat(np.array(every_fourth, np.uint8), 4), 32_768)

    def decode(self, payload: bytes) -> Samples:
        samples: Samples = self._expanded[np.frombuffer(payload, np.uint8)]
        return samples

    def encode(self, frame: Samples) -> bytes:
        return self._compressed[frame.view(np.uint16)].tobytes()


class Linear:
    """16 bits in network order (RFC 3551 §4.5.11)."""

    def __init__(self, rate: int) -> None:
        self.rate: Final = rate

    def decode(self, payload: bytes) -> Samples:
        return np.frombuffer(payload[: len(payload) & ~1], ">i2").astype(np.int16)

    def encode(self, frame: Samples) -> bytes:
        return frame.astype(">i2").tobytes()


MU_LAW: Final = Companded(expand_mu, compress_mu)
A_LAW: Final = Companded(expand_a, compress_a)
L16: Final = {rate: Linear(rate) for rate in (8000, 16000)}
