"""Keys that a stream's peer presses, told once each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pbxcore.media.commands import DigitHeard
from pbxcore.media.events import EventReceiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.media.events import Press
    from pbxcore.media.rtp import Packet
    from pbxcore.net.media.loop import Loop, Timer
    from pbxcore.net.media.stream import Stream
    from pbxcore.sip.sdp.stream import Agreed


class Digits:
    """One stream's, as telephone events or by whoever hears tones.

    `on_digit`: each hears every key; replaced as a whole. Some that send events let the tone be
    heard as well: once there was an event, tones are no keys, as long as events are agreed.
    """

    def __init__(self, stream: Stream, loop: Loop) -> None:
        self.on_digit: tuple[Callable[[str], None], ...] = ()
        self._stream, self._loop = stream, loop
        self._events = EventReceiver()
        self._clock_rates: dict[int, int] = {}
        self._clock_rate = 8000
        self._end: Timer | None = None
        self._sends_events = False

    def follow(self, agreed: Agreed) -> None:
        """Events count by the clock that was agreed for them."""
        events = [each for each in agreed.codecs if each.codec.is_event]
        self._clock_rates = {each.receive_type: each.codec.clock_rate for each in events}
        self._sends_events = self._sends_events and bool(events)

    def hear(self, packet: Packet) -> None:
        """A telephone event came."""
        self._sends_events = True
        self._clock_rate = self._clock_rates.get(packet.payload_type, self._clock_rate)
        pressed = self._events.receive(
            packet.payload, packet.ssrc, packet.timestamp, self._clock_rate, self._loop.now
        )
        self._tell(pressed)
        self._watch()

    def pressed(self, key: str, duration_ms: int, by: Literal["event", "tone"]) -> None:
        """A key was pressed, and let go."""
        if by == "tone" and self._sends_events:
            return
        self._stream.tell(DigitHeard(self._stream.name, key, duration_ms, by))
        for hear in self.on_digit:
            hear(key)

    def close(self) -> None:
        """Hear no more."""
        if self._end is not None:
            self._end.cancel()

    def _tell(self, pressed: Iterable[Press]) -> None:
        for press in pressed:
            self.pressed(press.key, press.duration_ms, "event")

    def _watch(self) -> None:
        if self._events.deadline is not None and self._end is None:
            self._end = self._loop.call_at(self._events.deadline, self._ended)

    def _ended(self) -> None:
        """A press may be over because nothing more comes of it."""
        self._end = None
        self._tell(self._events.tick(self._clock_rate, self._loop.now))
        self._watch()
