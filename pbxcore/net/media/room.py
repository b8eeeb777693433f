"""A conference: its members' streams, heard, mixed and answered at each tick."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pbxcore.media.codecs.coding import FrameEncoder
from pbxcore.media.commands import Talking
from pbxcore.media.mixer import Member, Mixer
from pbxcore.net.media.ear import Ear
from pbxcore.net.media.hearing import Hearing
from pbxcore.net.media.saying import Saying, rate_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.rtcp import Feedback
    from pbxcore.media.samples import Samples
    from pbxcore.net.media.loop import Loop
    from pbxcore.net.media.stream import Stream
    from pbxcore.sip.sdp.codecs import Codec


class Seat:
    """A member's ears and mouth, at the room's rate."""

    def __init__(self, stream: Stream, room: Room, rate: int) -> None:
        self.stream = stream
        self.hearing = Hearing(stream, rate)
        self.saying = Saying(stream, room, rate)


class Room:
    """Lives from its first member to its last; then `over` is told.

    It works at the rate of its best member: telephones alone are mixed at theirs, for half the
    cost.
    """

    def __init__(self, name: str, loop: Loop, over: Callable[[str], None]) -> None:
        self.name = name
        self._loop, self._over = loop, over
        self._members: dict[Stream, Member] = {}
        self._seats: dict[str, Seat] = {}
        self._rate = 8000
        self._mixer = Mixer(self._rate)
        self._common: dict[object, FrameEncoder] = {}
        self._ears: list[Ear] = []
        loop.each_tick(self._tick)

    def join(self, stream: Stream, member: Member) -> None:
        """Let a stream in, or change how it takes part."""
        if stream.joined is not self:
            if stream.joined is not None:
                stream.joined.leave(stream)
            stream.joined = self
        self._members[stream] = member
        self._arrange()

    def follow(self, stream: Stream) -> None:
        """Its codec may be of another rate now."""
        self._arrange()

    def feedback(self, stream: Stream, feedback: Feedback) -> None:
        """Sound has none that a mixer could follow."""

    def ear(self) -> Ear:
        """Listen to everybody, from nobody's place."""
        ear = Ear(self._ears.remove)
        self._ears.append(ear)
        return ear

    def leave(self, stream: Stream) -> None:
        """Let a stream go."""
        stream.joined = None
        del self._members[stream]
        self._unseat(stream.name)
        if self._members:
            self._arrange()
        else:
            self._loop.no_tick(self._tick)
            for each in self._ears:
                each.over()
            self._over(self.name)

    def _arrange(self) -> None:
        """Seat everybody at the rate that the members ask for."""
        rate = max(map(rate_of, self._members))
        if rate != self._rate:
            for name in tuple(self._seats):
                self._unseat(name)
            self._rate, self._mixer = rate, Mixer(rate)
            self._common.clear()
        for stream, member in self._members.items():
            if stream.name not in self._seats:
                self._seats[stream.name] = Seat(stream, self, rate)
            self._mixer.join(stream.name, member)

    def _unseat(self, name: str) -> None:
        seat = self._seats.pop(name, None)
        if seat is not None:
            seat.hearing.close()
            self._mixer.leave(name)

    def _tick(self, moment: float) -> None:
        said = {}
        for name, seat in self._seats.items():
            frame = seat.hearing.frame()
            if frame is not None:
                said[name] = frame
        heard, changed = self._mixer.mix(said)
        self._answer(heard, moment)
        for ear in self._ears:
            ear.hear(self._mixer.everybody, self._rate)
        for name in changed:
            stream = self._seats[name].stream
            stream.tell(Talking(self.name, name, self._mixer.talking(name)))

    def _answer(self, heard: dict[str, Samples], moment: float) -> None:
        """Most hear the same, for most are silent: that is encoded once for each codec."""
        if not heard:
            return  # the last one left in this very tick
        counts = Counter(map(id, heard.values()))
        common, listeners = counts.most_common(1)[0]
        payloads: dict[object, bytes] = {}
        for name, frame in heard.items():
            seat = self._seats[name]
            codec = seat.saying.codec
            if codec is None or not seat.stream.output.enabled:
                seat.saying.skip()
            elif listeners == 1 or id(frame) != common:
                seat.saying.say(frame, moment)
            else:
                identity = seat.saying.identity
                if identity not in payloads:
                    payloads[identity] = self._common_encoder(codec.codec).encode(frame)
                seat.saying.send(payloads[identity], moment)

    def _common_encoder(self, codec: Codec) -> FrameEncoder:
        encoder = self._common.get(codec.identity)
        if encoder is None:
            encoder = self._common[codec.identity] = FrameEncoder(codec, self._rate)
        return encoder
