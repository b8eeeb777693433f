"""RTP packets, read where they were received and written where they are sent (RFC 3550 §5.1)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER: Final = struct.Struct(">BBHII")
LARGEST: Final = 65_536
"""Bytes; no datagram has more."""
PLAIN: Final = 0x80
"""The first byte of a packet without padding, extension and contributing sources."""
_PADDED: Final = 0x20
_EXTENDED: Final = 0x10
MARKED: Final = 0x80


class Packet:
    """One received packet. Its buffer, and itself, are used again for the next one.

    After `read` the payload lies from `begin` to `end`; `arrived_at` is the reader's to set, in
    seconds on its monotonic clock.
    """

    __slots__ = (
        "arrived_at",
        "begin",
        "buffer",
        "end",
        "marker",
        "payload_type",
        "sequence",
        "ssrc",
        "timestamp",
        "view",
    )

    def __init__(self, data: bytes = b"", size: int = LARGEST) -> None:
        self.buffer = bytearray(max(size, len(data)))
        self.buffer[: len(data)] = data
        self.view = memoryview(self.buffer)
        self.arrived_at = 0.0
        self.begin = self.end = 0
        self.marker = False
        self.payload_type = self.sequence = self.timestamp = self.ssrc = 0

    def read(self, size: int) -> bool:
        """Take the first bytes of the buffer for a packet; False when they are none (§A.1)."""
        if size < HEADER.size:
            return False
        first, second, self.sequence, self.timestamp, self.ssrc = HEADER.unpack_from(self.buffer)
        if first == PLAIN:
            self.begin, self.end = HEADER.size, size
        elif not self._bounds(first, size):
            return False
        self.marker = second >= MARKED
        self.payload_type = second & 0x7F
        return True

    @property
    def payload(self) -> memoryview:
        """What the packet carries; valid until the next `read`."""
        return self.view[self.begin : self.end]

    @property
    def extension(self) -> tuple[int, bytes] | None:
        """The header extension's profile and data (§5.3.1), of a packet not yet overwritten."""
        first = self.buffer[0]
        if not first & _EXTENDED:
            return None
        at = HEADER.size + 4 * (first & 0x0F)
        profile, words = struct.unpack_from(">HH", self.buffer, at)
        return profile, bytes(self.buffer[at + 4 : at + 4 + 4 * words])

    def _bounds(self, first: int, size: int) -> bool:
        if first >> 6 != 2:
            return False
        begin = HEADER.size + 4 * (first & 0x0F)
        if first & _EXTENDED:
            if begin + 4 > size:
                return False
            begin += 4 + 4 * int.from_bytes(self.buffer[begin + 2 : begin + 4])
        end = size
        if first & _PADDED:
            padding = self.buffer[size - 1]
            if not padding:  # it counts itself
                return False
            end -= padding
        self.begin, self.end = begin, end
        return begin <= end


def build(
    payload: bytes | memoryview,
    *,
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    marker: bool = False,
    sources: Sequence[int] = (),
    extension: tuple[int, bytes] | None = None,
    padding: int = 0,
) -> bytes:
    """A packet of its own; `padding` counts itself, `extension` has a multiple of four bytes."""
    first = PLAIN | len(sources)
    parts = [struct.pack(f">{len(sources)}I", *sources)] if sources else []
    if extension is not None:
        first |= _EXTENDED
        profile, data = extension
        parts += [struct.pack(">HH", profile, len(data) // 4), data]
    parts.append(bytes(payload))
    if padding:
        first |= _PADDED
        parts.append(bytes(padding - 1) + bytes((padding,)))
    second = payload_type | MARKED if marker else payload_type
    header = HEADER.pack(first, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return header + b"".join(parts)
