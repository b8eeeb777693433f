"""Two streams that hear each other: packets go on under the other leg's numbers.

They go on as they are where the legs share the codec; where they do not, sound is converted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.media.events import rescaled
from pbxcore.media.feedback import translated
from pbxcore.media.payload_types import TYPES, counterpart, mapped
from pbxcore.net.media.conversion import Conversion

if TYPE_CHECKING:
    from pbxcore.media.rtcp import Feedback
    from pbxcore.media.rtp import Packet
    from pbxcore.net.media.stream import Stream


class Relay:
    """One direction: what `origin` hears goes to the peer of `target`."""

    def __init__(self, origin: Stream, target: Stream) -> None:
        self.origin, self.target = origin, target
        self._types: tuple[int, ...] = (-1,) * TYPES
        self._forward = target.output.forward
        self._conversion: Conversion | None = None
        self._events: dict[int, tuple[int, int]] = {}
        """The clock rates of keys, here and there, by the types that they come under."""
        self.dropped = 0
        self.follow()
        origin.hear(self.take)

    def follow(self) -> None:
        """Either side's description has changed."""
        if self.origin.agreed is not None and self.target.agreed is not None:
            self._types = mapped(self.origin.agreed, self.target.agreed)
            self._conversion = None
            self._events = {
                each.receive_type: (each.codec.clock_rate, same.codec.clock_rate)
                for each in self.origin.agreed.codecs
                if each.codec.is_event and (same := counterpart(each, self.target.agreed))
            }
            self.origin.reports.ask_for_picture()
            faxes = self.origin.is_fax and self.target.is_fax
            self.origin.fax.on_datagram = self.target.output.pass_on if faxes else None

    def take(self, packet: Packet) -> None:
        """Send it on."""
        payload_type = self._types[packet.payload_type]
        if payload_type < 0:
            self.dropped += not self._convert(packet)
        elif packet.payload_type in self._events:
            self._take_event(packet, payload_type)
        else:
            self._forward(packet, payload_type, self)

    def _convert(self, packet: Packet) -> bool:
        if self._conversion is None and self.origin.agreed is not None:
            self._conversion = Conversion(self.origin.agreed, self.target, self)
        return self._conversion is not None and self._conversion.take(packet)

    def _take_event(self, packet: Packet, payload_type: int) -> None:
        """A key goes on by the other leg's clock; among sound that is converted it keeps time."""
        if self._conversion is not None and self._conversion.take_event(packet):
            return
        said = bytes(packet.payload)
        packet.payload[:] = rescaled(said, *self._events[packet.payload_type])
        self._forward(packet, payload_type, self)
        packet.payload[:] = said  # whoever else hears it finds it as it came

    def ask(self, feedback: Feedback) -> None:
        """What the target's peer asks of what it gets, asked of its source."""
        media = self.origin.reception.ssrc
        if media is None:
            return
        sender, shift = self.origin.output.ssrc, self.target.output.shift
        asked = translated(feedback, sender=sender, media=media, shift=shift)
        if asked is not None:
            self.origin.reports.ask(asked)

    def close(self) -> None:
        """Relay no more."""
        self.origin.ignore(self.take)
        self.origin.fax.on_datagram = None


class Bridge:
    """Both directions, or an echo when both streams are the same."""

    def __init__(self, first: Stream, second: Stream) -> None:
        self._streams = (first,) if first is second else (first, second)
        for each in self._streams:
            if each.joined is not None:
                each.joined.leave(each)
            each.joined = self
        self._relays = [Relay(first, second)]
        if first is not second:
            self._relays.append(Relay(second, first))

    def follow(self, stream: Stream) -> None:
        """A stream's codecs may be others now."""
        for each in self._relays:
            each.follow()

    def feedback(self, stream: Stream, feedback: Feedback) -> None:
        """For whoever feeds the stream."""
        for each in self._relays:
            if each.target is stream:
                each.ask(feedback)

    def leave(self, stream: Stream) -> None:
        """A bridge of one is none."""
        for relay in self._relays:
            relay.close()
        for each in self._streams:
            each.joined = None
