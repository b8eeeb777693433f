"""Datagrams of a fax: written, read, and told from others.

(ITU-T T.38 §9.1, in the packed encoding of X.691.)
"""

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


_REPEATED: Final = 3
"""Packets before the newest that go along once more (§9.1.4.1)."""
_LARGEST: Final = 400
"""Octets of a datagram, which every receiver takes (T38FaxMaxDatagram)."""
_LONGEST_GAP: Final = 0x8000
_ANEW: Final = 8
"""Datagrams in a row that seem late, and follow each other: their sender counts anew."""


class UdptlWriter:
    """Puts packets into datagrams, each with those before it, so that few that are lost matter."""

    def __init__(self) -> None:
        self._number = 0
        self._sent: tuple[bytes, ...] = ()

    def write(self, packet: bytes) -> bytes:
        """The next datagram."""
        repeated: list[bytes] = []
        room = _LARGEST - _NUMBER - 2 - len(packet) - 2
        for each in self._sent:
            room -= len(each) + 2
            if room < 0:
                break
            repeated.append(each)
        datagram = b"".join(
            (
                self._number.to_bytes(_NUMBER),
                _field(packet),
                b"\0",  # packets once more, and not parity
                _length(len(repeated)),
                *map(_field, repeated),
            )
        )
        self._number = (self._number + 1) & 0xFFFF
        self._sent = (packet, *self._sent)[:_REPEATED]
        return datagram


class UdptlReader:
    """Takes packets from datagrams, each once; what was lost comes from those after it."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._late: int | None = None
        self._row = 0

    def read(self, data: bytes) -> list[tuple[int, bytes]]:
        """The packets that are new, with their numbers, the oldest first."""
        try:
            number, packet, repeated = _parts(data)
        except _Malformed:
            return []
        expected = number if self._next is None else self._next
        ahead = (number - expected) & 0xFFFF
        if ahead >= _LONGEST_GAP:
            if not self._counts_anew(number):
                return []  # late, or twice
            ahead = 0
        self._row = 0
        self._next = (number + 1) & 0xFFFF
        lost = [(number - back, each) for back, each in enumerate(repeated[:ahead], 1)]
        return [*((at & 0xFFFF, each) for at, each in reversed(lost)), (number, packet)]

    def _counts_anew(self, number: int) -> bool:
        if number != self._late:  # each may come several times
            follows = self._row and number == ((self._late or 0) + 1) & 0xFFFF
            self._row = self._row + 1 if follows else 1
            self._late = number
        return self._row >= _ANEW


def _parts(data: bytes) -> tuple[int, bytes, list[bytes]]:
    reader = _Reader(data)
    number = int.from_bytes(reader.octets(_NUMBER))
    packet = reader.octets(reader.length())
    if reader.octet() & _FORWARD_CORRECTION:
        return number, packet, []  # what was sent is whole without its parity
    return number, packet, [reader.octets(reader.length()) for _ in range(reader.length())]


def _length(count: int) -> bytes:
    return bytes((count,)) if count < _LONG else (count | _LONG << 8).to_bytes(2)


def _field(packet: bytes) -> bytes:
    return _length(len(packet)) + packet


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

    def octets(self, count: int) -> bytes:
        begin = self._at
        self.skip(count)
        return bytes(self._data[begin : self._at])

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
