"""Listens to one stream for keys pressed in band, and for fax machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.commands import ToneHeard
from pbxcore.media.goertzel import FaxDetector, KeyDetector
from pbxcore.media.resampling import Resampler
from pbxcore.net.media.hearing import Decoders

if TYPE_CHECKING:
    from pbxcore.media.rtp import Packet
    from pbxcore.net.media.stream import Stream

_RATE: Final = 8000


class ToneHearing:
    """Hears packets as they come: tones need no order of milliseconds, and keys are not delayed."""

    def __init__(self, stream: Stream, *, keys: bool, fax: bool) -> None:
        self._stream = stream
        self._decoders = Decoders(stream)
        self._keys = KeyDetector(_RATE) if keys else None
        self._fax = FaxDetector(_RATE) if fax else None
        self._resamplers: dict[int, Resampler] = {}
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
        if self._keys is not None:
            for key in self._keys.hear(samples):
                self._stream.digits.pressed(key.digit, key.duration_ms, "tone")
        if self._fax is not None:
            for tone in self._fax.hear(samples):
                self._stream.tell(ToneHeard(self._stream.name, tone))
