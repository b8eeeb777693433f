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
    from pbxcore.net.media.stream import Stream

_RATE: Final = 8000
_AT_ONCE: Final = 5
"""Packets heard together: a fifth of the work, and a key is told 100 ms later at most."""


class ToneHearing:
    """Hears packets in the order they come, a few at once."""

    def __init__(self, stream: Stream, *, keys: bool, fax: bool) -> None:
        self._stream = stream
        self._decoders = Decoders(stream)
        self._keys = KeyDetector(_RATE) if keys else None
        self._fax = FaxDetector(_RATE) if fax else None
        self._resamplers: dict[int, Resampler] = {}
        self._payload_type = -1
        self._waiting: list[bytes] = []
        stream.hear(self._take)

    def close(self) -> None:
        """Listen no more."""
        self._stream.ignore(self._take)

    def _take(self, packet: Packet) -> None:
        if packet.payload_type != self._payload_type:
            self._hear()
            self._payload_type = packet.payload_type
        self._waiting.append(bytes(packet.payload))
        if len(self._waiting) >= _AT_ONCE:
            self._hear()

    def _hear(self) -> None:
        waiting, self._waiting = self._waiting, []
        decoder = self._decoders.of(self._payload_type)
        if decoder is None or not waiting:
            return
        samples = np.concatenate([decoder.decode(each) for each in waiting])
        if decoder.rate != _RATE:
            if decoder.rate not in self._resamplers:
                self._resamplers[decoder.rate] = Resampler(decoder.rate, _RATE)
            samples = self._resamplers[decoder.rate].resample(samples)
        if self._keys is not None:
            for key in self._keys.hear(samples):
                self._stream.digits.pressed(key.digit, key.duration_ms, "tone")
        if self._fax is not None:
            for tone in self._fax.hear(samples):
                self._stream.tell(ToneHeard(self._stream.name, tone))
