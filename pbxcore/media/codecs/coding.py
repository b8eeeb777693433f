"""Makes the decoder and the encoder of a codec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pbxcore.errors import LocalProtocolError
from pbxcore.media.codecs.catalogue import sampling_rate
from pbxcore.media.codecs.companded import A_LAW, L16, MU_LAW
from pbxcore.media.resampling import Resampler

if TYPE_CHECKING:
    from pbxcore.media.codecs.companded import Companded, Linear
    from pbxcore.media.samples import Samples
    from pbxcore.sip.sdp.codecs import Codec


class Decoder(Protocol):
    """Turns the payloads of one stream into sound, in order."""

    @property
    def rate(self) -> int:
        """Samples a second of what comes out."""

    def decode(self, payload: bytes) -> Samples:
        """The sound of a packet; what is not decodable is no sound at all."""


class Encoder(Protocol):
    """Turns the sound for one stream into payloads."""

    @property
    def rate(self) -> int:
        """Samples a second of what goes in."""

    def encode(self, frame: Samples) -> bytes:
        """The payload of one frame of 20 ms."""


def decoder_for(codec: Codec) -> Decoder:
    """A decoder of its own for one stream.

    Raises:
        LocalProtocolError: the codec is not in the catalogue.
    """
    ours = _without_memory(codec)
    if ours is not None:
        return ours
    from pbxcore.media.codecs.ffmpeg import FfmpegDecoder

    return FfmpegDecoder(codec.name.lower())


def encoder_for(codec: Codec) -> Encoder:
    """An encoder of its own for one stream.

    Raises:
        LocalProtocolError: the codec is not in the catalogue.
    """
    ours = _without_memory(codec)
    if ours is not None:
        return ours
    from pbxcore.media.codecs.ffmpeg import FfmpegEncoder

    return FfmpegEncoder(codec.name.lower())


def _without_memory(codec: Codec) -> Companded | Linear | None:
    """What codes both ways and serves every stream; None where FFmpeg does the work."""
    rate = sampling_rate(codec)
    if rate is None:
        raise LocalProtocolError(f"cannot convert {codec.name}/{codec.clock_rate}")
    match codec.name.lower():
        case "pcmu":
            return MU_LAW
        case "pcma":
            return A_LAW
        case "l16":
            return L16[rate]
    return None


class FrameEncoder:
    """Frames of `rate` samples a second in one codec, whatever the codec's own rate."""

    def __init__(self, codec: Codec, rate: int) -> None:
        self._encoder = encoder_for(codec)
        same = self._encoder.rate == rate
        self._resampler = None if same else Resampler(rate, self._encoder.rate)

    def encode(self, frame: Samples) -> bytes:
        """The payload of the next 20 ms."""
        if self._resampler is not None:
            frame = self._resampler.resample(frame)
        return self._encoder.encode(frame)
