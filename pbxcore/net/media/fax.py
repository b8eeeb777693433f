"""Fax over UDPTL, passed from one leg to the other as it comes (ITU-T T.38)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.udptl import is_datagram

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.latching import Address
    from pbxcore.net.media.loop import Loop
    from pbxcore.net.media.stream import Stream

_SHORTEST: Final = 4
"""A sequence number, the primary packet's length, and something after it (§9.1)."""


class FaxLine:
    """A stream's datagrams while it carries a fax; they bear numbers of their own, and no source.

    `on_datagram` takes each one of the peer's.
    """

    def __init__(self, stream: Stream, loop: Loop) -> None:
        self.on_datagram: Callable[[memoryview], None] | None = None
        self.packets = 0
        self._stream, self._loop = stream, loop

    def take(self, data: memoryview, source: Address) -> bool:
        """Hand one on; False when it is none, or not the peer's."""
        if len(data) < _SHORTEST:
            return False
        stream, now = self._stream, self._loop.now
        if source != stream.latch.signalled and not is_datagram(data):
            return False  # the voice that was here before may still come
        if not stream.admits(source, 0, int.from_bytes(data[:2]), now):
            return False
        self.packets += 1
        stream.octets += len(data)
        if stream.silence.unheard:
            stream.silence.broken(source)
        if self.on_datagram is not None and stream.receives:
            self.on_datagram(data)
        return True
