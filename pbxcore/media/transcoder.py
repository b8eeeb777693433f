"""From one leg's codec to the other's, packet by packet: what is not waited for is not delayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pbxcore.media.codecs.coding import FrameEncoder, decoder_for
from pbxcore.media.concealment import Concealer
from pbxcore.media.samples import frame_size, silence

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples
    from pbxcore.sip.sdp.codecs import Codec

_MOST_LOST: Final = 5
"""Frames missing in a row that are made up; after more the speaker has paused."""


class Transcoder:
    """One direction between two codecs; packets go in as they come, late ones are left out.

    It has no jitter buffer: the peer has one, and sees the pace of the network. What is lost is
    made up here, for the peer cannot miss what was never numbered for it.
    """

    def __init__(self, origin: Codec, target: Codec) -> None:
        self._decoder = decoder_for(origin)
        self._rate = self._decoder.rate
        self._encoder = FrameEncoder(target, self._rate)
        self._origin_rate, self._target_rate = origin.clock_rate, target.clock_rate
        self._concealer = Concealer(self._rate)
        self._frame = frame_size(self._rate)
        self._source: int | None = None
        self._sequence = self._expected = self._position = 0
        self._rest = silence(0)

    def take(
        self, ssrc: int, sequence: int, timestamp: int, payload: bytes
    ) -> list[tuple[bytes, int]]:
        """Payloads of 20 ms for the target, each with its timestamp on a clock of our own."""
        sound = [self._rest]
        if ssrc == self._source:
            ahead = (sequence - self._sequence + 0x8000 & 0xFFFF) - 0x8000
            if ahead <= 0:
                return []
            sound.append(self._gap(timestamp, lost=ahead > 1))
        decoded = self._concealer.heard(self._decoder.decode(payload))
        self._source, self._sequence = ssrc, sequence
        self._expected = timestamp + len(decoded) * self._origin_rate // self._rate
        return self._framed(np.concatenate((*sound, decoded)))

    def clock(self, timestamp: int) -> int:
        """A timestamp of the origin's on our clock, for what comes beside the sound."""
        ahead = (timestamp - self._expected + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000
        passed = self._position * self._target_rate // self._rate
        return passed + ahead * self._target_rate // self._origin_rate

    def _gap(self, timestamp: int, *, lost: bool) -> Samples:
        """What to put between the last packet and the one of this timestamp."""
        ticks = (timestamp - self._expected + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000
        missing = ticks * self._rate // self._origin_rate
        if missing <= 0:
            return silence(0)
        if lost and missing <= _MOST_LOST * self._frame:
            return self._concealer.lost(missing)
        self._position += missing  # nothing was said: the peer's clock goes on alone
        return silence(0)

    def _framed(self, sound: Samples) -> list[tuple[bytes, int]]:
        frames = []
        whole = len(sound) - len(sound) % self._frame
        for at in range(0, whole, self._frame):
            payload = self._encoder.encode(sound[at : at + self._frame])
            frames.append((payload, self._position * self._target_rate // self._rate))
            self._position += self._frame
        self._rest = sound[whole:]
        return frames
