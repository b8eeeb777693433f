"""Listens to one stream for keys pressed in band, and for fax machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pbxcore.media.commands import ToneHeard
from pbxcore.media.goertzel import FaxDetector, KeyDetector
from pbxcore.media.resampling import Resampler
from pbxcore.net.media.hearing import Decoders

if TYPE_CHECKING:
    from pbxcore.media.rtp import Packet
    from pbxcore.media.samples import Samples
    from pbxcore.net.media.stream import Stream

_RATE: Final = 8000
_AT_ONCE_S: Final = 0.1
"""So much is heard together, which saves most of the work: a key is told 100 ms late at most."""


class ToneHearing:
    """Hears packets in order: a few at once, but while a key sounds each by itself."""

    def __init__(self, stream: Stream, *, keys: bool, fax: bool) -> None:
        self._stream = stream
        self._decoders = Decoders(stream)
        self._keys = KeyDetector(_RATE) if keys else None
        self._fax = FaxDetector(_RATE) if fax else None
        self._resamplers: dict[int, Resampler] = {}
        self._waiting: list[Samples] = []
        self._waiting_s = 0.0
        stream.hear(self._take)

    def close(self) -> None:
        """Listen no more."""
        self._stream.ignore(self._take)

    def _take(self, packet: Packet) -> None:
        decoder = self._decoders.of(packet.payload_type)
        if decoder is None:
            return
        samples = decoder.decode(bytes(packet.payload))
        if decoder.rate != _RATE:
            if decoder.rate not in self._resamplers:
                self._resamplers[decoder.rate] = Resampler(decoder.rate, _RATE)
            samples = self._resamplers[decoder.rate].resample(samples)
        self._waiting.append(samples)
        self._waiting_s += len(samples) / _RATE
        sounds = self._keys is not None and self._keys.alert
        if sounds or self._waiting_s >= _AT_ONCE_S:
            self._hear()

    def _hear(self) -> None:
        samples = np.concatenate(self._waiting)
        self._waiting, self._waiting_s = [], 0.0
        if self._keys is not None:
            for key in self._keys.hear(samples):
                self._stream.digits.pressed(key.digit, key.duration_ms, "tone")
        if self._fax is not None:
            for tone in self._fax.hear(samples):
                self._stream.tell(ToneHeard(self._stream.name, tone))
