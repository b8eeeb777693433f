"""The channel between parts, without I/O: frames of msgpack behind their length, a hello first.

Each side sends `Hello`, then requests, answers and notices in any order and both ways. A frame is a
big-endian length of four bytes and a msgpack array. Which values it carries is for `pbx_channel`
and `media_channel` to say: a part loads no more of them than it understands.
"""

from __future__ import annotations

import struct
from typing import Any, Generic, TypeVar

import msgspec

VERSION = 1
LARGEST_FRAME = 16 * 1024 * 1024  # a directory of 50,000 extensions fits
HEADER = struct.Struct(">I")

Value = TypeVar("Value")
AnyFrame = TypeVar("AnyFrame")


class ChannelBroken(Exception):
    """The peer sent what cannot be a frame, or speaks another version; the connection is over."""


class Hello(msgspec.Struct, frozen=True, tag="hello", array_like=True):
    """The first frame of each side: the version spoken and who speaks."""

    version: int
    part: str
    pid: int


class Ask(msgspec.Struct, Generic[Value], frozen=True, tag="request", array_like=True):
    """A request; `id` counts up per side and connection."""

    id: int
    value: Value


class Answer(msgspec.Struct, Generic[Value], frozen=True, tag="reply", array_like=True):
    """The reply to the request of that id."""

    id: int
    value: Value


class Refusal(msgspec.Struct, frozen=True, tag="refused", array_like=True):
    """The request of that id failed on the other side; its log knows why."""

    id: int
    reason: str


class Tell(msgspec.Struct, Generic[Value], frozen=True, tag="notice", array_like=True):
    """A notice; nobody answers it."""

    value: Value


_encoder = msgspec.msgpack.Encoder()


def encode(frame: Hello | Ask[Any] | Answer[Any] | Refusal | Tell[Any]) -> bytes:
    """The bytes of one frame.

    Raises:
        ValueError: it is larger than a frame may be.
    """
    body = _encoder.encode(frame)
    if len(body) > LARGEST_FRAME:
        raise ValueError(f"a frame of {len(body)} bytes")
    return HEADER.pack(len(body)) + body


class Framer(Generic[AnyFrame]):
    """Turns the bytes of one connection into frames and insists on the hello.

    Args:
        decoder: of the frames that this end understands.
        largest: bytes of a frame.
    """

    def __init__(
        self, decoder: msgspec.msgpack.Decoder[AnyFrame], largest: int = LARGEST_FRAME
    ) -> None:
        self._decoder, self._largest = decoder, largest
        self._buffer = bytearray()
        self.peer: Hello | None = None

    def feed(self, data: bytes) -> list[AnyFrame]:
        """Take what arrived; give the frames that are now complete, the hello among them.

        Raises:
            ChannelBroken: too long, malformed, of another version, or no hello first.
        """
        self._buffer += data
        frames: list[AnyFrame] = []
        start = 0
        while len(self._buffer) - start >= HEADER.size:
            (length,) = HEADER.unpack_from(self._buffer, start)
            if length > self._largest:
                raise ChannelBroken(f"a frame of {length} bytes")
            end = start + HEADER.size + length
            if len(self._buffer) < end:
                break
            frames.append(self._decode(bytes(self._buffer[start + HEADER.size : end])))
            start = end
        del self._buffer[:start]
        return frames

    def _decode(self, body: bytes) -> AnyFrame:
        try:
            frame = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as malformed:
            raise ChannelBroken(f"malformed frame: {malformed}") from None
        if isinstance(frame, Hello) == (self.peer is not None):
            raise ChannelBroken("the first frame, and only the first, is a hello")
        if isinstance(frame, Hello):
            if frame.version != VERSION:
                raise ChannelBroken(f"peer speaks version {frame.version}, this is {VERSION}")
            self.peer = frame
        return frame
