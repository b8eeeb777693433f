"""From a stream's packets to a frame of sound at every tick: order, decode, make up, resample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbxcore.media.concealment import Concealer
from pbxcore.media.jitter import Gap, JitterBuffer
from pbxcore.media.resampling import Resampler
from pbxcore.media.samples import frame_size, silence

if TYPE_CHECKING:
    from pbxcore.media.codecs.coding import Decoder
    from pbxcore.media.samples import Samples


class Playout:
    """What one stream says, as frames of `rate` samples a second.

    `clock_rate` is that of its timestamps. Codecs may change with any packet, so each comes with
    its decoder.
    """

    def __init__(self, clock_rate: int, rate: int) -> None:
        self.jitter: JitterBuffer[tuple[Decoder, bytes]] = JitterBuffer(clock_rate)
        self._rate = rate
        self._ready = silence(0)
        self._decoded_rate = 0
        self._listen_at(rate)

    def _listen_at(self, decoded_rate: int) -> None:
        if decoded_rate != self._decoded_rate:
            self._decoded_rate = decoded_rate
            self._concealer = Concealer(decoded_rate)
            self._resampler = Resampler(decoded_rate, self._rate)

    def put(self, sequence: int, timestamp: int, payload: bytes, decoder: Decoder) -> None:
        """Take a packet as it comes from the network."""
        self.jitter.put(sequence, timestamp, (decoder, payload))

    def frame(self) -> Samples | None:
        """What is heard in the next 20 ms; None: the peer sends nothing."""
        wanted = frame_size(self._rate)
        while len(self._ready) < wanted:
            piece = self._piece()
            if piece is None:
                if not len(self._ready):
                    return None
                piece = silence(wanted - len(self._ready))
            self._ready = np.concatenate((self._ready, piece)) if len(self._ready) else piece
        frame, self._ready = self._ready[:wanted], self._ready[wanted:]
        return frame

    def _piece(self) -> Samples | None:
        taken = self.jitter.take()
        if taken is Gap.PAUSE:
            return None
        decoded = silence(0)
        if not isinstance(taken, Gap):
            decoder, payload = taken
            self._listen_at(decoder.rate)
            decoded = self._concealer.heard(decoder.decode(payload))
        if not len(decoded):
            decoded = self._concealer.lost(frame_size(self._decoded_rate))
        return self._resampler.resample(decoded)
