"""Packets of one leg's codec made packets of the other's, where the two share none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.codecs.catalogue import transcodable
from pbxcore.media.events import rescaled
from pbxcore.media.g711 import A_TO_MU, MU_TO_A

if TYPE_CHECKING:
    from pbxcore.media.rtp import Packet
    from pbxcore.media.transcoder import Transcoder
    from pbxcore.net.media.output import Output
    from pbxcore.net.media.stream import Stream
    from pbxcore.sip.sdp.stream import Agreed, AgreedCodec

_TABLES: Final = {("pcmu", "pcma"): MU_TO_A, ("pcma", "pcmu"): A_TO_MU}


class Conversion:
    """One direction of a bridge, as far as it cannot be relayed as it is.

    Each transcoder feeds the output by a clock of its own, `feeder` by that of the packets.
    """

    def __init__(self, origin: Agreed, target: Stream, feeder: object) -> None:
        self._output: Output = target.output
        self._feeder = feeder
        agreed = target.agreed
        codecs = agreed.codecs if agreed else ()
        self._target = next((each for each in codecs if transcodable(each.codec)), None)
        self._events = agreed.events_for(self._target) if agreed and self._target else None
        self._origins = {each.receive_type: each for each in origin.codecs}
        self._transcoders: dict[int, Transcoder] = {}
        self._latest: Transcoder | None = None

    def take(self, packet: Packet) -> bool:
        """Send a packet on in the target's codec; False when that cannot be."""
        origin, target = self._origins.get(packet.payload_type), self._target
        if origin is None or target is None or not transcodable(origin.codec):
            return False
        table = _TABLES.get((origin.codec.name.lower(), target.codec.name.lower()))
        if table is not None:
            self._translate(packet, table, target.send_type)
        else:
            self._transcode(packet, origin, target)
        return True

    def take_event(self, packet: Packet) -> bool:
        """Send a telephone event by the clock of what is transcoded; False when nothing is."""
        origin = self._origins.get(packet.payload_type)
        if self._latest is None or self._events is None or origin is None:
            return False
        rates = origin.codec.clock_rate, self._events.codec.clock_rate
        self._output.send(
            rescaled(packet.payload, *rates),
            self._events.send_type,
            self._latest.clock(packet.timestamp),
            self._latest,
            packet.arrived_at,
            marker=packet.marker,
        )
        return True

    def _translate(self, packet: Packet, table: bytes, payload_type: int) -> None:
        """One law into the other; whoever else hears the packet still finds its own."""
        said = bytes(packet.payload)
        packet.payload[:] = said.translate(table)
        self._output.forward(packet, payload_type, self._feeder)
        packet.payload[:] = said

    def _transcode(self, packet: Packet, origin: AgreedCodec, target: AgreedCodec) -> None:
        transcoder = self._transcoders.get(packet.payload_type)
        if transcoder is None:
            from pbxcore.media.transcoder import Transcoder

            transcoder = Transcoder(origin.codec, target.codec)
            self._transcoders[packet.payload_type] = transcoder
        self._latest = transcoder
        payload = bytes(packet.payload)
        for each, timestamp in transcoder.take(
            packet.ssrc, packet.sequence, packet.timestamp, payload
        ):
            self._output.send(each, target.send_type, timestamp, transcoder, packet.arrived_at)
