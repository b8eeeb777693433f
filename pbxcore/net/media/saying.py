"""Sound for a stream's peer: encoded in what was agreed, and sent under the stream's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.media.codecs.catalogue import sampling_rate, transcodable
from pbxcore.media.codecs.coding import FrameEncoder

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples
    from pbxcore.net.media.stream import Stream
    from pbxcore.sip.sdp.stream import Agreed, AgreedCodec


def codec_to_send(stream: Stream) -> AgreedCodec | None:
    """The first agreed codec that we encode."""
    codecs = stream.agreed.codecs if stream.agreed else ()
    return next((each for each in codecs if transcodable(each.codec)), None)


def rate_of(stream: Stream) -> int:
    """Samples a second of what a stream can carry; 8000 for one that cannot carry sound of ours."""
    codec = codec_to_send(stream)
    return (sampling_rate(codec.codec) if codec else None) or 8000


class Saying:
    """One feeder's voice on one stream; a frame at each tick, or none.

    `feeder`: on whose behalf, for the claims on the stream's output. `identity` is the codec's, as
    `codec` was last asked for.
    """

    def __init__(self, stream: Stream, feeder: object, rate: int) -> None:
        self._stream, self._feeder, self._rate = stream, feeder, rate
        self._agreed: Agreed | None = None
        self._codec: AgreedCodec | None = None
        self.identity: tuple[object, ...] = ()
        self._encoder: FrameEncoder | None = None
        self._step = self._timestamp = 0

    @property
    def codec(self) -> AgreedCodec | None:
        """What it is said in; None when nothing can be."""
        if self._stream.agreed is not self._agreed:
            self._follow()
        return self._codec

    def say(self, frame: Samples, moment: float) -> None:
        """Encode and send the next 20 ms."""
        if self.codec is not None and self._encoder is not None:
            self.send(self._encoder.encode(frame), moment)

    def send(self, payload: bytes, moment: float) -> None:
        """Send what was encoded, here or elsewhere, for the next 20 ms."""
        codec = self.codec
        if codec is not None:
            self._stream.output.send(
                payload, codec.send_type, self._timestamp, self._feeder, moment
            )
        self.skip()

    def skip(self) -> None:
        """Let 20 ms pass in silence."""
        self._timestamp += self._step

    def _follow(self) -> None:
        self._agreed = self._stream.agreed
        self._codec = codec = codec_to_send(self._stream)
        if codec is None or codec.codec.identity == self.identity:
            return
        self.identity = codec.codec.identity
        self._encoder = FrameEncoder(codec.codec, self._rate)
        self._step = codec.codec.clock_rate // 50
