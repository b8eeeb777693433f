"""SIP, SIPS and tel URIs: reading, comparing and writing (RFC 3261 §19.1, RFC 3966)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import HOST, PERCENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
_UNRESERVED: Final = b"A-Za-z0-9\\-_.!~*'()"
_NOT_IN_USER: Final = re.compile(rb"[^" + _UNRESERVED + rb"&=+$,;?/]")
_NOT_IN_PLAIN_USER: Final = re.compile(rb"[^" + _UNRESERVED + rb"&=+$,]")
_NOT_IN_PARAMETER: Final = re.compile(rb"[^" + _UNRESERVED + rb"\[\]/:&+$]")
_NOT_IN_HEADER: Final = re.compile(rb"[^" + _UNRESERVED + rb"\[\]/?:+$]")
_FIRST_IN_TEL: Final = (b"isub", b"ext", b"phone-context")


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

    def encode(self) -> bytes:
        """The URI as it is written, with what must be escaped escaped.

        Raises:
            LocalProtocolError: a part is none, such as a host with a space in it.
        """
        user = b"" if self.user is None else _escaped(self.user, _NOT_IN_USER)
        if self.password is not None:
            user += b":" + self.password
        written = b"%b%b%b%b%b%b" % (
            b"sips:" if self.secure else b"sip:",
            b"" if self.user is None else user + b"@",
            self.host,
            b"" if self.port is None else b":%d" % self.port,
            write_uri_parameters(self.parameters),
            b"?" + self.headers if self.headers else b"",
        )
        if not _SIP.fullmatch(written):
            raise LocalProtocolError("not a SIP URI")
        return written


class TelUri(msgspec.Struct, frozen=True):
    """A tel URI; `number` has no visual separators (RFC 3966 §5)."""

    number: bytes
    parameters: dict[bytes, bytes] = {}

    @property
    def is_global(self) -> bool:
        """Whether the number means the same everywhere (RFC 3966 §5.1.4)."""
        return self.number.startswith(b"+")

    def same_as(self, other: TelUri) -> bool:
        """Compare by RFC 3966 §4: case and separators do not matter, parameters do."""
        return self._compared() == other._compared()

    def encode(self) -> bytes:
        """The URI as it is written, parameters in the order of RFC 3966 §3.

        Raises:
            LocalProtocolError: the number or a parameter's name is none.
        """
        written = b"tel:" + self.number + write_uri_parameters(self._ordered())
        if not _TEL.fullmatch(written):
            raise LocalProtocolError("not a tel URI")
        return written

    def _ordered(self) -> dict[bytes, bytes]:
        first = [name for name in _FIRST_IN_TEL if name in self.parameters]
        rest = sorted(self.parameters.keys() - set(first))
        return {name: self.parameters[name] for name in (*first, *rest)}

    def _compared(self) -> tuple[bytes, dict[bytes, bytes]]:
        found = {name: value.lower() for name, value in self.parameters.items()}
        for name in (b"ext", b"phone-context"):
            value = found.get(name, b"")
            if name == b"ext" or value.startswith(b"+"):
                found |= {name: value.translate(None, _SEPARATORS)} if name in found else {}
        return self.number.lower(), found


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
            # One colon too many is what the grammar of RFC 3261 allowed (RFC 5118 §4.10).
            host.lower().replace(b":::", b"::"),
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


def without_headers(value: bytes) -> bytes:
    """The URI as a Request-URI may hold it, without what stands behind its question mark (§19.1.5).

    Raises:
        RemoteProtocolError: 400 or 416: it is no URI.
    """
    uri = parse_uri(value)
    if not isinstance(uri, SipUri) or not uri.headers:
        return value.removesuffix(b"?")
    return value[: -len(uri.headers) - 1]


def unescaped(value: bytes) -> bytes:
    """Undo %-escapes."""
    if PERCENT not in value:
        return value
    return _ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), value)


def escaped_user(user: str) -> bytes:
    """The user part of a URI for any text."""
    if user.isascii() and user.isalnum():
        return user.encode()
    return _escaped(user.encode("utf-8", "replace"), _NOT_IN_PLAIN_USER)


def write_uri_parameters(given: Mapping[bytes, bytes]) -> bytes:
    """Write `;name=value;flag` as it stands in a URI; an empty value makes a flag.

    Raises:
        LocalProtocolError: a name is empty.
    """
    if b"" in given:
        raise LocalProtocolError("a URI parameter without a name")
    return b"".join(
        b";"
        + _escaped(name, _NOT_IN_PARAMETER)
        + (b"=" + _escaped(value, _NOT_IN_PARAMETER) if value else b"")
        for name, value in given.items()
    )


def write_uri_headers(given: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write `name=value&name=value`, which stands behind a URI's question mark."""
    return b"&".join(
        b"%b=%b" % (_escaped(name, _NOT_IN_HEADER), _escaped(value, _NOT_IN_HEADER))
        for name, value in given
    )


def _escaped(value: bytes, unsafe: re.Pattern[bytes]) -> bytes:
    return unsafe.sub(lambda match: b"%%%02X" % match[0][0], value)


def _parameters(tail: bytes) -> dict[bytes, bytes]:
    if not tail:
        return {}
    found: dict[bytes, bytes] = {}
    for each in tail[1:].split(b";"):
        name, _, value = each.partition(b"=")
        name = unescaped(name).lower()
        if not name or name in found:
            raise RemoteProtocolError(400, "Nameless Or Repeated URI Parameter")
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
