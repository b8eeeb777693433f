"""Datagrams of a fax: which are any (ITU-T T.38 §9.1, in the packed encoding of X.691)."""

from __future__ import annotations

from typing import Final

_NUMBER: Final = 2
"""Octets of the sequence number, which may be any."""
_LONG: Final = 0x80
"""In a length: it has two octets (X.691 §10.9.3.7)."""
_FRAGMENTED: Final = 0xC0
_FORWARD_CORRECTION: Final = 0x80
"""In the choice of error recovery: parity, and not packets once more."""


class _Malformed(Exception):
    """It ends too early, or is in fragments, which a datagram never needs."""


def is_datagram(data: memoryview | bytes) -> bool:
    """Whether this is a datagram of a fax, to its last octet: no packet of voice looks like one."""
    reader = _Reader(data)
    try:
        reader.skip(_NUMBER)
        reader.skip(reader.length())
        if reader.octet() & _FORWARD_CORRECTION:
            reader.skip(reader.length())  # over how many packets the parity goes
        for _ in range(reader.length()):
            reader.skip(reader.length())
    except _Malformed:
        return False
    return reader.at_end


class _Reader:
    def __init__(self, data: memoryview | bytes) -> None:
        self._data, self._at = data, 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._data)

    def skip(self, count: int) -> None:
        self._at += count
        if self._at > len(self._data):
            raise _Malformed

    def octet(self) -> int:
        self.skip(1)
        return self._data[self._at - 1]

    def length(self) -> int:
        first = self.octet()
        if first < _LONG:
            return first
        if first >= _FRAGMENTED:
            raise _Malformed
        return (first & ~_LONG) << 8 | self.octet()
