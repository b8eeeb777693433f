"""G.722 and Opus by FFmpeg's libraries (ITU-T G.722; RFC 6716, RFC 7587)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

import av
import numpy as np

from pbxcore.media.resampling import Resampler
from pbxcore.media.samples import frame_size, silence

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples

_RATE: Final = 16_000
_NAMES: Final[dict[str, Literal["g722", "libopus"]]] = {"g722": "g722", "opus": "libopus"}
_DECODED: Final = {"g722": 16_000, "opus": 48_000}
_OPUS: Final = {"application": "voip", "compression_level": "2", "packet_loss": "5", "fec": "1"}
"""Little effort: voices hardly sound worse. What one lost packet had is said again in the next."""
_OPUS_BITS: Final = 32_000


class FfmpegDecoder:
    """Decodes one stream; a decoder remembers what came before."""

    rate: Final = _RATE

    def __init__(self, name: str) -> None:
        decoded = _DECODED[name]
        self._context = av.CodecContext.create(_NAMES[name], "r")
        self._context.sample_rate = decoded
        self._context.layout = "mono"
        self._resampler = Resampler(decoded, _RATE) if decoded != _RATE else None

    def decode(self, payload: bytes) -> Samples:
        if not payload:  # it would end the stream for FFmpeg
            return silence(0)
        try:
            frames = self._context.decode(av.Packet(payload))
        except av.FFmpegError:
            return silence(0)
        parts = [np.frombuffer(bytes(frame.planes[0]), np.int16, frame.samples) for frame in frames]
        if not parts:
            return silence(0)
        samples = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return self._resampler.resample(samples) if self._resampler else samples


class FfmpegEncoder:
    """Encodes one stream, a packet per frame."""

    rate: Final = _RATE

    def __init__(self, name: str) -> None:
        context = av.CodecContext.create(_NAMES[name], "w")
        context.sample_rate, context.layout, context.format = _RATE, "mono", "s16"
        context.time_base = Fraction(1, _RATE)
        if name == "opus":
            context.bit_rate, context.options = _OPUS_BITS, _OPUS
        self._context = context
        self._clock = 0

    def encode(self, frame: Samples) -> bytes:
        count = frame_size(_RATE)
        sound = av.AudioFrame("s16", "mono", count, align=1)
        sound.planes[0].update(frame.tobytes())
        sound.sample_rate, sound.pts = _RATE, self._clock
        self._clock += count
        return b"".join(bytes(packet) for packet in self._context.encode(sound))
