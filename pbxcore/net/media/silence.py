"""Whether a stream's peer is heard, told when that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.media.commands import MediaHeard, StreamSilent

if TYPE_CHECKING:
    from pbxcore.media.latching import Address
    from pbxcore.net.media.loop import Loop, Timer
    from pbxcore.net.media.stream import Stream


class Silence:
    """`unheard`: the next packet of the peer is to be told of, by `broken`."""

    def __init__(self, stream: Stream, loop: Loop) -> None:
        self.unheard = True
        self._stream, self._loop = stream, loop
        self._longest_s = self._watched_at = 0.0
        self._told = False
        self._timer: Timer | None = None

    def watch(self, longest_s: float) -> None:
        """Tell of a silence of that length from now on; 0: of none."""
        self.close()
        self._longest_s, self._watched_at, self._told = longest_s, self._loop.now, False
        if longest_s:
            self._timer = self._loop.call_at(self._loop.now + longest_s, self._listen)

    def broken(self, source: Address) -> None:
        """Somebody is heard."""
        self.unheard = self._told = False
        self._stream.tell(MediaHeard(self._stream.name, f"{source[0]}:{source[1]}"))

    def close(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _listen(self) -> None:
        """Tell of a silence, once; a packet since then moves the deadline instead."""
        deadline = max(self._watched_at, self._stream.latch.heard_at) + self._longest_s
        if deadline <= self._loop.now:
            if not self._told:
                self.unheard = self._told = True
                self._stream.tell(StreamSilent(self._stream.name))
            deadline = self._loop.now + self._longest_s
        self._timer = self._loop.call_at(deadline, self._listen)
