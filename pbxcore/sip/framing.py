"""Messages cut out of a byte stream (RFC 3261 §18.3, RFC 5626 §3.5.1)."""

from __future__ import annotations

import re
from typing import Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.message import has_bare_line_feeds

LARGEST_MESSAGE: Final = 65536
"""Bytes of head and body together that a stream may carry for one message."""
KEEP_ALIVE: Final = b"\r\n\r\n"
PONG: Final = b"\r\n"

_LENGTH: Final = re.compile(rb"\n(?:content-length|l)[ \t]*:[ \t\r\n]*([^\r\n]*)", re.IGNORECASE)
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")


class StreamFraming:
    """Cuts what arrives into messages; a keep-alive comes out as `KEEP_ALIVE`.

    `pending` tells whether a message has begun and is not whole: the driver limits how long that
    may last, so that a peer which sends a byte a minute does not hold a connection.
    """

    def __init__(self, largest: int = LARGEST_MESSAGE) -> None:
        self._largest = largest
        self._buffer = bytearray()
        self._wanted = 0  # whole length of the message begun, 0 while its head is not complete
        self._searched = 0  # where the end of the head was not found yet

    @property
    def pending(self) -> bool:
        """Whether part of a message waits for the rest; half a keep-alive is none."""
        return not KEEP_ALIVE.startswith(self._buffer)

    def receive(self, data: bytes) -> list[bytes]:
        """Take what arrived; give the messages that are now whole.

        Raises:
            RemoteProtocolError: too large, or no usable Content-Length. What came before is in the
                error's `messages`; the stream has lost its place and must be closed.
        """
        self._buffer += data
        found: list[bytes] = []
        try:
            while (message := self._next()) is not None:
                found.append(message)
        except RemoteProtocolError as error:
            raise StreamLost(error.status, error.reason, found, bytes(self._buffer)) from None
        return found

    def _next(self) -> bytes | None:
        buffer = self._buffer
        if not self._wanted:
            if buffer.startswith((b"\r", b"\n")):
                return self._blank()
            end = _end_of_head(buffer, self._searched)
            if end < 0:
                if len(buffer) > self._largest:
                    raise RemoteProtocolError(513)
                self._searched = max(0, len(buffer) - 3)
                return None
            self._wanted = end + _content_length(bytes(buffer[:end]))
            if self._wanted > self._largest:
                raise RemoteProtocolError(413)
        if len(buffer) < self._wanted or not buffer:
            return None
        message = bytes(buffer[: self._wanted])
        del buffer[: self._wanted]
        self._wanted = self._searched = 0
        return message

    def _blank(self) -> bytes | None:
        """Take the blank lines before a start line; two together are a keep-alive."""
        buffer = self._buffer
        if buffer.startswith(KEEP_ALIVE):
            del buffer[:4]
            return KEEP_ALIVE
        if KEEP_ALIVE.startswith(buffer):
            return None
        begin = next((at for at, byte in enumerate(buffer) if byte not in b"\r\n"), len(buffer))
        del buffer[:begin]
        return self._next() if buffer else None


class StreamLost(RemoteProtocolError):
    """The stream's framing broke. `messages` came before, `head` is what could not be framed."""

    def __init__(self, status: int, reason: str, messages: list[bytes], head: bytes) -> None:
        super().__init__(status, reason)
        self.messages = messages
        self.head = head


def _end_of_head(buffer: bytearray, start: int) -> int:
    """Where the body begins, -1 as long as that is not to be seen."""
    if has_bare_line_feeds(buffer):
        blank = _BLANK_LINE.search(buffer, start)
        return -1 if blank is None else blank.end()
    end = buffer.find(b"\r\n\r\n", start)
    return -1 if end < 0 else end + 4


def _content_length(head: bytes) -> int:
    """The body's length; a stream needs the header (§18.3), yet without one there is no body.

    Raises:
        RemoteProtocolError: 400: it is no number, or several disagree.
    """
    lengths = set(_LENGTH.findall(head))
    if not lengths:
        return 0
    if len(lengths) > 1:
        raise RemoteProtocolError(400, "Contradicting Content-Length")
    value = lengths.pop().strip()
    if not value.isdigit() or len(value) > 9:
        raise RemoteProtocolError(400, "Malformed Content-Length")
    return int(value)
