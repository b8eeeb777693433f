"""SIP, SIPS and tel URIs: reading and comparing (RFC 3261 §19.1, RFC 3966)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import HOST

_SIP: Final = re.compile(
    rb"(?P<scheme>[sS][iI][pP][sS]?):"
    rb"(?:(?P<user>(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]|%[0-9A-Fa-f]{2})+)"
    rb"(?::(?P<password>(?:[A-Za-z0-9\-_.!~*'()&=+$,]|%[0-9A-Fa-f]{2})*))?@)?"
    rb"(?P<host>" + HOST.pattern + rb")(?::(?P<port>[0-9]{1,5}))?"
    rb"(?P<parameters>(?:;(?:[A-Za-z0-9\-_.!~*'()\[\]/:&+$=]|%[0-9A-Fa-f]{2})+)*)"
    rb"(?:\?(?P<headers>(?:[A-Za-z0-9\-_.!~*'()\[\]/?:+$=&]|%[0-9A-Fa-f]{2})*))?"
)
_TEL: Final = re.compile(
    rb"[tT][eE][lL]:(?P<number>\+[0-9\-.()]+|[0-9A-Fa-f*#\-.()]+)"
    rb"(?P<parameters>(?:;[A-Za-z0-9\-_.!~*'()\[\]/:&+$=%]+)*)"
)
_SCHEME: Final = re.compile(rb"[A-Za-z][A-Za-z0-9+.\-]*:")
_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_REMEMBERED_LENGTH: Final = 128
_SEPARATORS: Final = b"-.()"
# Those that must agree even when only one URI has them (RFC 3261 §19.1.4).
_DECISIVE: Final = frozenset((b"user", b"ttl", b"method", b"maddr", b"transport"))
_SAFE_USER: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()&=+$,"
)


class SipUri(msgspec.Struct, frozen=True):
    """A SIP or SIPS URI. `user` is unescaped, `host` in lower case, IPv6 in its brackets."""

    secure: bool
    user: bytes | None
    host: bytes
    port: int | None = None
    password: bytes | None = None
    parameters: dict[bytes, bytes] = {}
    headers: bytes = b""

    def same_as(self, other: SipUri) -> bool:
        """Compare by RFC 3261 §19.1.4."""
        if (self.secure, self.user, self.password, self.host, self.port) != (
            other.secure,
            other.user,
            other.password,
            other.host,
            other.port,
        ):
            return False
        mine, theirs = self.parameters, other.parameters
        for name in mine.keys() | theirs.keys():
            if name in mine and name in theirs:
                if mine[name].lower() != theirs[name].lower():
                    return False
            elif name in _DECISIVE:
                return False
        return _header_set(self.headers) == _header_set(other.headers)


class TelUri(msgspec.Struct, frozen=True):
    """A tel URI; `number` has no visual separators (RFC 3966 §5)."""

    number: bytes
    parameters: dict[bytes, bytes] = {}

    def same_as(self, other: TelUri) -> bool:
        """Compare by RFC 3966 §4: case and separators do not matter, parameters do."""
        return self.number.lower() == other.number.lower() and self.parameters == other.parameters


def parse_uri(value: bytes) -> SipUri | TelUri:
    """Read a URI. The same few come again and again: what is not long is remembered.

    Raises:
        RemoteProtocolError: 416 for a scheme we do not speak, 400 for what is no URI.
    """
    return _remembered(value) if len(value) <= _REMEMBERED_LENGTH else _parsed(value)


def _parsed(value: bytes) -> SipUri | TelUri:
    match = _SIP.fullmatch(value)
    if match is not None:
        scheme, user, password, host, port, tail, headers = match.groups()
        if port is not None and not 0 < int(port) <= 65535:
            raise RemoteProtocolError(400, "Malformed URI")
        return SipUri(
            len(scheme) == 4,
            None if user is None else unescaped(user),
            host.lower(),
            None if port is None else int(port),
            password,
            _parameters(tail),
            headers or b"",
        )
    tel = _TEL.fullmatch(value)
    if tel is not None:
        digits = tel["number"].translate(None, _SEPARATORS)
        return TelUri(digits, _parameters(tel["parameters"]))
    scheme_match = _SCHEME.match(value)
    if scheme_match is not None and scheme_match[0].lower() not in (b"sip:", b"sips:", b"tel:"):
        raise RemoteProtocolError(416)
    raise RemoteProtocolError(400, "Malformed URI")


_remembered = lru_cache(maxsize=4096)(_parsed)


def unescaped(value: bytes) -> bytes:
    """Undo %-escapes."""
    if b"%" not in value:
        return value
    return _ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), value)


def escaped_user(user: str) -> bytes:
    """The user part of a URI for any text."""
    if user.isascii() and user.isalnum():
        return user.encode()
    return b"".join(
        bytes((byte,)) if byte in _SAFE_USER else b"%%%02X" % byte
        for byte in user.encode("utf-8", "replace")
    )


def _parameters(tail: bytes) -> dict[bytes, bytes]:
    if not tail:
        return {}
    found: dict[bytes, bytes] = {}
    for each in tail[1:].split(b";"):
        name, _, value = each.partition(b"=")
        name = unescaped(name).lower()
        if name in found:
            raise RemoteProtocolError(400, "Repeated URI Parameter")
        found[name] = unescaped(value)
    return found


def uri_headers(headers: bytes) -> list[tuple[bytes, bytes]]:
    """The headers behind a URI's question mark, in order: names in lower case, all unescaped."""
    if not headers:
        return []
    pairs = (each.partition(b"=") for each in headers.split(b"&"))
    return [(unescaped(name).lower(), unescaped(value)) for name, _, value in pairs]


def _header_set(headers: bytes) -> frozenset[tuple[bytes, bytes]]:
    return frozenset(uri_headers(headers))
