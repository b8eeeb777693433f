"""What a stream's peer says, as sound: for rooms and recordings frame by frame, at each tick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.media.codecs.catalogue import transcodable
from pbxcore.media.codecs.coding import decoder_for
from pbxcore.media.playout import Playout

if TYPE_CHECKING:
    from pbxcore.media.codecs.coding import Decoder
    from pbxcore.media.rtp import Packet
    from pbxcore.media.samples import Samples
    from pbxcore.net.media.stream import Stream
    from pbxcore.sip.sdp.stream import Agreed


class Decoders:
    """A stream's decoders by payload type, made when the first packet of each comes."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._agreed: Agreed | None = None
        self._decoders: dict[int, Decoder | None] = {}
        self._clock_rates: dict[int, int] = {}

    def of(self, payload_type: int) -> Decoder | None:
        """None for what is not sound, or none that we decode."""
        if self._stream.agreed is not self._agreed:
            self._agreed = self._stream.agreed
            self._decoders.clear()
        if payload_type not in self._decoders:
            self._decoders[payload_type] = self._decoder(payload_type)
        return self._decoders[payload_type]

    def clock_rate(self, payload_type: int) -> int:
        """That of the timestamps of what is decoded."""
        return self._clock_rates[payload_type]

    def _decoder(self, payload_type: int) -> Decoder | None:
        codecs = self._agreed.codecs if self._agreed else ()
        for each in codecs:
            if each.receive_type == payload_type and transcodable(each.codec):
                self._clock_rates[payload_type] = each.codec.clock_rate
                return decoder_for(each.codec)
        return None


class Hearing:
    """Listens to one stream until it is closed; frames have `rate` samples a second."""

    def __init__(self, stream: Stream, rate: int) -> None:
        self.stream = stream
        self._decoders = Decoders(stream)
        self._rate = rate
        self._clock_rate = 0
        self._source: int | None = None
        self._playout: Playout | None = None
        stream.hear(self._take)

    def frame(self) -> Samples | None:
        """The next 20 ms; None while the peer sends nothing."""
        return self._playout.frame() if self._playout else None

    def close(self) -> None:
        """Listen no more."""
        self.stream.ignore(self._take)

    def _take(self, packet: Packet) -> None:
        decoder = self._decoders.of(packet.payload_type)
        if decoder is None:
            return
        playout = self._playout
        clock_rate = self._decoders.clock_rate(packet.payload_type)
        if playout is None or packet.ssrc != self._source or clock_rate != self._clock_rate:
            playout = self._playout = Playout(clock_rate, self._rate)
            self._source, self._clock_rate = packet.ssrc, clock_rate
        playout.put(packet.sequence, packet.timestamp, bytes(packet.payload), decoder)
