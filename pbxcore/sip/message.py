"""SIP messages on bytes, parsed lazily (RFC 3261 §7).

The head is split once; names are indexed on first use; values are looked at when asked for. Lines
nobody touches stay as they came, byte for byte. The reader is tolerant, the writer is not: what
only a wrong peer sends (see `pbxcore.sip.checks`) can be read, so that it can be answered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import elements, is_token

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_HEAD: Final = 65536
"""Bytes of start line and headers we read; RFC 3261 sets no limit, so the sender may get a 400."""

_NAMES: Final = {
    b"a": b"accept-contact",
    b"b": b"referred-by",
    b"c": b"content-type",
    b"d": b"request-disposition",
    b"e": b"content-encoding",
    b"f": b"from",
    b"i": b"call-id",
    b"j": b"reject-contact",
    b"k": b"supported",
    b"l": b"content-length",
    b"m": b"contact",
    b"n": b"identity-info",
    b"o": b"event",
    b"r": b"refer-to",
    b"s": b"subject",
    b"t": b"to",
    b"u": b"allow-events",
    b"v": b"via",
    b"x": b"session-expires",
    b"y": b"identity",
}
_USUAL: Final = (
    b"Via From To Call-ID CSeq Contact Max-Forwards Content-Length Content-Type Expires User-Agent"
    b" Allow Supported Authorization Proxy-Authorization Route Record-Route Require Accept Date"
    b" Server Subject Min-Expires WWW-Authenticate Unsupported Allow-Events Event Content-Encoding"
    b" Proxy-Require Refer-To Referred-By Replaces Reason RSeq RAck Session-Expires Min-SE Path"
    b" Service-Route Privacy P-Asserted-Identity P-Preferred-Identity Diversion History-Info"
    b" Subscription-State SIP-ETag SIP-If-Match Retry-After Warning Alert-Info Call-Info"
    b" Info-Package Recv-Info Content-Disposition Accept-Encoding Accept-Language Organization"
)
METHODS: Final = frozenset(
    b"ACK BYE CANCEL INFO INVITE MESSAGE NOTIFY OPTIONS PRACK PUBLISH REFER REGISTER SUBSCRIBE"
    b" UPDATE".split()
)
"""Those of the RFCs, so that their requests skip the check for a token."""
_NEW_LINE: Final = re.compile(rb"\r\n(?![ \t])")
# Not from within a run of spaces, which would cost the square of its length.
_FOLD: Final = re.compile(rb"(?<![ \t])[ \t]*\r\n[ \t]+")
# A lone CR or LF inside a value must never reach a line that we write.
_NO_BREAKS: Final = bytes.maketrans(b"\r\n", b"  ")
_SPACE: Final = 0x20
_CARRIAGE_RETURN: Final = 13
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_BARE_LF: Final = re.compile(rb"(?<!\r)\n")


# What peers really write, so that the common name costs one look-up and no copy.
_CANONICAL: Final = {name: name.lower() for name in _USUAL.split()} | {
    spelling: long for short, long in _NAMES.items() for spelling in (short, short.upper())
}


def _canonical(name: bytes) -> bytes:
    lower = name.strip().lower()
    return _NAMES.get(lower, lower)


def _name(line: bytes) -> bytes:
    raw = line.partition(b":")[0]
    return _CANONICAL.get(raw) or _canonical(raw)


class Message:
    """What requests and responses share. `lines` are the raw header lines."""

    __slots__ = ("_more", "_odd", "_values", "body", "lines", "version")

    version: bytes
    lines: list[bytes]
    body: bytes
    _odd: bool  # whether a value may hold a line break, folded or stray
    _values: dict[bytes, bytes] | None
    _more: dict[bytes, list[bytes]] | None

    def _index(self) -> dict[bytes, bytes]:
        values: dict[bytes, bytes] = {}
        more: dict[bytes, list[bytes]] | None = None
        known, odd = _CANONICAL.get, self._odd
        for line in self.lines:
            raw, _, value = line.partition(b":")
            name = known(raw) or _canonical(raw)
            value = _unfolded(value) if odd else value.strip(b" \t")
            if name in values:
                more = more or {}
                more.setdefault(name, [values[name]]).append(value)
            else:
                values[name] = value
        self._more = more
        self._values = values
        return values

    @property
    def values(self) -> Mapping[bytes, bytes]:
        """The first value of each header, unfolded, by its long name in lower case."""
        return self._values or self._index()

    def get(self, name: bytes) -> bytes | None:
        """The first value of a header, unfolded; `name` is the long one in lower case."""
        return (self._values or self._index()).get(name)

    def repeated(self, name: bytes) -> bool:
        """Whether the header stands in more than one line."""
        if self._values is None:
            self._index()
        return self._more is not None and name in self._more

    @property
    def any_repeated(self) -> bool:
        """Whether any header stands in more than one line."""
        if self._values is None:
            self._index()
        return self._more is not None

    def lines_of(self, name: bytes) -> list[bytes]:
        """The values of all lines of a header, in order, unfolded."""
        first = (self._values or self._index()).get(name)
        if first is None:
            return []
        if self._more is None or name not in self._more:
            return [first]
        return list(self._more[name])

    def all(self, name: bytes) -> list[bytes]:
        """The values of a list header, whether in one line, in many, or both.

        Raises:
            RemoteProtocolError: 400: a quote or a bracket is left open.
        """
        lines = self.lines_of(name)
        if len(lines) == 1:
            return elements(lines[0])
        return [each for line in lines for each in elements(line)] if lines else lines

    def replace(self, name: bytes, *lines: bytes) -> None:
        """Put whole lines where the header stood first, or at the end; without any, drop it."""
        places = self._places(name)
        if len(places) == len(lines) == 1 and self._values is not None:
            self.lines[places[0]] = lines[0]
            self._values[name] = _unfolded(lines[0].partition(b":")[2])
            return
        first = places[0] if places else len(self.lines)
        for place in reversed(places):
            del self.lines[place]
        self.lines[first:first] = lines
        self._values = None

    def _places(self, name: bytes) -> list[int]:
        """Where a header's lines stand."""
        values, lines = self._values or self._index(), self.lines
        if self._more is None and name in values and len(values) == len(lines):
            place = list(values).index(name)  # each name has one line: both stand in one order
            if _name(lines[place]) == name:
                return [place]
        return [place for place, line in enumerate(lines) if _name(line) == name]

    def start_line(self) -> bytes:
        """The first line, as it will be written."""
        raise NotImplementedError

    def encode(self) -> bytes:
        """The message as bytes; untouched lines as they came."""
        return b"\r\n".join((self.start_line(), *self.lines, b"", self.body))


class Request(Message):
    """A request; `uri` is what stood between method and version, checked only on demand."""

    __slots__ = ("method", "uri")

    def __init__(
        self,
        method: bytes,
        uri: bytes,
        version: bytes,
        lines: list[bytes],
        body: bytes,
        odd: bool = True,
    ) -> None:
        self.version = version
        self.lines = lines
        self.body = body
        self._odd = odd
        self._values = self._more = None
        self.method = method
        self.uri = uri

    def start_line(self) -> bytes:
        """The request line."""
        return b"%b %b %b" % (self.method, self.uri, self.version)


class Response(Message):
    """A response."""

    __slots__ = ("reason", "status")

    def __init__(
        self,
        status: int,
        reason: bytes,
        version: bytes,
        lines: list[bytes],
        body: bytes,
        odd: bool = True,
    ) -> None:
        self.version = version
        self.lines = lines
        self.body = body
        self._odd = odd
        self._values = self._more = None
        self.status = status
        self.reason = reason

    def start_line(self) -> bytes:
        """The status line."""
        return b"%b %d %b" % (self.version, self.status, self.reason)


def _unfolded(value: bytes) -> bytes:
    if b"\n" in value or b"\r" in value:
        value = _FOLD.sub(b" ", value).translate(_NO_BREAKS)
    return value.strip(b" \t")


def parse(data: bytes) -> Request | Response:
    """Read one message: a datagram, or what stream framing cut out.

    Raises:
        RemoteProtocolError: 400: there is no start line or no end of the head; answer with silence.
    """
    if not data or data[0] <= _SPACE:
        data = data.lstrip(b"\r\n")
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator or has_bare_line_feeds(data):
        head, body = _odd_head(data)
    if len(head) > LARGEST_HEAD:
        raise RemoteProtocolError(400, "Head Too Large")
    lines = head.splitlines()
    odd = sum(map(len, lines)) + 2 * len(lines) - 2 != len(head)  # more than CRLF breaks lines
    if odd or min(lines) < b"!":  # one begins with white space, and may be the end of a folded one
        lines, odd = _NEW_LINE.split(head), True
    start = lines.pop(0)
    first, _, rest = start.partition(b" ")
    if rest[-8:] == b" SIP/2.0" and first in METHODS:
        return Request(first, rest[:-8], b"SIP/2.0", lines, body, odd)
    if first[:4].upper() == b"SIP/":
        status, _, reason = rest.partition(b" ")
        if len(status) != 3 or not status.isdigit() or not b"100" <= status <= b"699":
            raise RemoteProtocolError(400, "Malformed Status Line")
        return Response(int(status), reason, first, lines, body, odd)
    uri, _, version = rest.rstrip(b" \t").rpartition(b" ")
    if version[:4].upper() != b"SIP/" or not is_token(first):
        raise RemoteProtocolError(400, "Malformed Start Line")
    return Request(first, uri, version, lines, body, odd)


def has_bare_line_feeds(data: bytes | bytearray) -> bool:
    """Whether the first line ends in a bare line feed: then any blank line ends the head."""
    first = data.find(b"\n")
    return first > 0 and data[first - 1] != _CARRIAGE_RETURN


def _odd_head(data: bytes) -> tuple[bytes, bytes]:
    """Find the head of what leading blank lines or bare line feeds made unusual."""
    if b"\n" not in data:
        raise RemoteProtocolError(400, "No Head")
    if (blank := _BLANK_LINE.search(data)) is not None:
        head, body = data[: blank.start()], data[blank.end() :]
    elif data.endswith(b"\n"):
        head, body = data.rstrip(b"\r\n"), b""
    else:
        raise RemoteProtocolError(400, "Cut Head")
    return _BARE_LF.sub(b"\r\n", head), body


def build_request(method: bytes, uri: bytes, lines: list[bytes], body: bytes = b"") -> bytes:
    """Write a request from whole header lines; Content-Length is added.

    Raises:
        LocalProtocolError: a line would break the message apart.
    """
    return _built(b"%b %b SIP/2.0" % (method, uri), lines, body)


def build_response(status: int, reason: str, lines: list[bytes], body: bytes = b"") -> bytes:
    """Write a response from whole header lines; Content-Length is added.

    Raises:
        LocalProtocolError: a line would break the message apart.
    """
    return _built(b"SIP/2.0 %d %b" % (status, reason.encode()), lines, body)


def _built(start: bytes, lines: list[bytes], body: bytes) -> bytes:
    head = b"\r\n".join((start, *lines))
    breaks = head.count(b"\r") + head.count(b"\n")
    if breaks != 2 * len(lines) or not all(lines):
        raise LocalProtocolError("a header line that is empty or has a line break")
    return b"%b\r\nContent-Length: %d\r\n\r\n%b" % (head, len(body), body)
