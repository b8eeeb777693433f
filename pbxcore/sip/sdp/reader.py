"""Reads session descriptions, tolerantly (RFC 8866 §5, §9).

Line ends may be CRLF, LF or CR; lines may stand in any order within their part; `s=` and `t=` may
be missing, `c=` too until somebody wants to send there. What remains must make sense.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.sdp.description import (
    Attribute,
    Bandwidth,
    Connection,
    Line,
    Media,
    Origin,
    SessionDescription,
)

LARGEST_DESCRIPTION: Final = 65536
"""Bytes we read; an offer of a browser with every codec and candidate has about 10,000."""
_LARGEST_REMEMBERED: Final = 4096
"""Bytes: what strangers send is forgotten unless it is as short as a phone's."""
MOST_LINES: Final = 2000
MOST_MEDIA: Final = 64

_BREAK: Final = re.compile(r"\r\n|\n|\r")
_MEDIA: Final = re.compile(r"(\S+)\s+([0-9]{1,5})(?:/([0-9]{1,5}))?\s+(\S+)\s*(.*)")
_TIME: Final = re.compile(r"[0-9]{1,20}\s+[0-9]{1,20}")
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,253}[A-Za-z0-9_])?\.?")
_OF_SESSION: Final = frozenset("vosueptrz")
"""Letters that have no meaning in a media part: found there, they are the session's."""


def read(body: bytes) -> SessionDescription:
    """Read a description; one that comes again soon, as in a 183 and its 200, is remembered.

    Raises:
        RemoteProtocolError: 400: a line says nothing; 413: more than we read; 488: a description
            we can read nothing of, of another version or network.
    """
    if len(body) > LARGEST_DESCRIPTION:
        raise RemoteProtocolError(413)
    return _remembered(body) if len(body) <= _LARGEST_REMEMBERED else _read(body)


def _read(body: bytes) -> SessionDescription:
    if b"\0" in body:
        raise _malformed("NUL")
    lines = _BREAK.split(body.decode("utf-8", "surrogateescape"))
    if len(lines) > MOST_LINES:
        raise RemoteProtocolError(413, "Too Many Lines in SDP")
    reading = _Reading()
    for line in lines:
        if line and not line.isspace():
            reading.take(line)
    return reading.description()


_remembered = lru_cache(maxsize=256)(_read)


class _Part:
    """One part of the description as it grows; `head` is its `m=` line, empty for the session."""

    def __init__(self, head: str = "") -> None:
        self.head = head
        self.connections: list[Connection] = []
        self.bandwidths: list[Bandwidth] = []
        self.lines: list[Line] = []
        self.attributes: list[Attribute] = []

    def take(self, letter: str, value: str) -> None:
        match letter:
            case "a":
                name, colon, rest = value.partition(":")
                if name := name.strip():
                    self.attributes.append(Attribute(name, rest.strip() if colon else None))
            case "c":
                self.connections.append(_connection(value))
            case "b":
                self.bandwidths.append(_bandwidth(value))
            case "t" if not _TIME.fullmatch(value):
                pass  # the writer says `t=0 0`, which is all that a call needs
            case _:
                self.lines.append(Line(letter, value))

    def media(self) -> Media:
        match = _MEDIA.fullmatch(self.head)
        if match is None or int(match[2]) > 65535:
            raise _malformed("m=")
        return Media(
            kind=match[1].lower(),
            port=int(match[2]),
            ports=int(match[3] or 1),
            profile=match[4],
            formats=tuple(match[5].split()),
            connections=tuple(self.connections),
            bandwidths=tuple(self.bandwidths),
            lines=tuple(self.lines),
            attributes=tuple(self.attributes),
        )


class _Reading:
    def __init__(self) -> None:
        self._session = self._current = _Part()
        self._media: list[_Part] = []
        self._version: str | None = None
        self._origin: Origin | None = None
        self._name: str | None = None

    def take(self, line: str) -> None:
        letter, value = line[0], line[2:].strip()
        if line[1:2] != "=" or not letter.isalpha():
            raise _malformed("Line")
        match letter:
            case "m":
                if len(self._media) == MOST_MEDIA:
                    raise RemoteProtocolError(413, "Too Many Media in SDP")
                self._current = _Part(value)
                self._media.append(self._current)
            case "v" | "o" | "s":
                self._take_once(letter, value)
            case _:
                (self._session if letter in _OF_SESSION else self._current).take(letter, value)

    def _take_once(self, letter: str, value: str) -> None:
        match letter:
            case "v" if self._version is None:
                self._version = value
            case "o" if self._origin is None:
                self._origin = _origin(value)
            case "s" if self._name is None:
                self._name = value
            case _:
                raise _malformed(f"{letter}= Twice")

    def description(self) -> SessionDescription:
        if self._version is None or self._origin is None:
            raise _malformed("Without v= or o=")
        if self._version != "0":
            raise RemoteProtocolError(488, "Unknown SDP Version")
        session = self._session
        return SessionDescription(
            origin=self._origin,
            name=self._name or "-",
            connection=session.connections[0] if session.connections else None,
            bandwidths=tuple(session.bandwidths),
            lines=tuple(session.lines),
            attributes=tuple(session.attributes),
            media=tuple(part.media() for part in self._media),
        )


def _origin(value: str) -> Origin:
    # From the right: some write a user name with spaces.
    parts = value.rsplit(None, 5)
    if len(parts) == 5:
        parts.insert(0, "-")  # and some none at all
    if len(parts) != 6:
        raise _malformed("o=")
    # Minus signs come from phones that print a number above 2**31 as they hold it.
    username, session_id, version, net, _, address = parts
    if net.upper() != "IN":
        raise RemoteProtocolError(488, "Unknown Network in SDP")
    return Origin(
        "-".join(username.split()),
        _number(session_id.removeprefix("-"), "o="),
        _number(version.removeprefix("-"), "o="),
        address,
    )


def _connection(value: str) -> Connection:
    parts = value.split()
    if len(parts) != 3:
        raise _malformed("c=")
    net, family, address = parts
    if net.upper() != "IN" or family.upper() not in {"IP4", "IP6"}:
        raise RemoteProtocolError(488, "Unknown Network in SDP")
    host, _, scope = address.partition("/")
    if scope and not scope.replace("/", "").isdecimal():
        raise _malformed("c=")
    return Connection(host_of(host), scope)


def host_of(text: str) -> str:
    """An address as it stands in SDP, or a host's name; IPv6 in its shortest form, no brackets.

    Raises:
        RemoteProtocolError: 400: it is neither.
    """
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        # All digits and dots is a mistyped address, not a name.
        if not _HOST_NAME.fullmatch(bare) or not bare.strip("0123456789."):
            raise _malformed("Address") from None
        return bare


def _bandwidth(value: str) -> Bandwidth:
    kind, _, amount = value.partition(":")
    if not kind.strip():
        raise _malformed("b=")
    return Bandwidth(kind.strip(), _number(amount.strip(), "b="))


def _number(text: str, where: str) -> int:
    # `isdecimal` and `int` take the digits of every script; the standard takes ten.
    if not (text.isascii() and text.isdecimal() and len(text) <= 30):
        raise _malformed(where)
    return int(text)


def _malformed(what: str) -> RemoteProtocolError:
    return RemoteProtocolError(400, f"Malformed SDP: {what}")
