"""Grammar that many headers share (RFC 3261 §25.1): tokens, quotes, parameters, lists."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pbxcore.errors import LocalProtocolError, RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping

# To look for one of these in bytes takes a tenth of what looking for `b","` takes.
COMMA: Final = 0x2C
QUOTE: Final = 0x22
BACKSLASH: Final = 0x5C
PERCENT: Final = 0x25
LESS_THAN: Final = 0x3C
TOKEN: Final = re.compile(rb"[A-Za-z0-9\-.!%*_+`'~]+")
# Possessive, so that a name that is none costs its length and not a power of it.
HOST: Final = re.compile(
    rb"(?:[A-Za-z0-9_]++(?:(?:-++|\.)[A-Za-z0-9_]++)*+\.?"
    rb"|\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9.\-_~]+)?\])"
)
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
# What a list is split at and what it is not; a quote or a bracket alone was left open.
_UNITS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|<[^>]*>|[,"<]', re.DOTALL)
_PARAMETER: Final = re.compile(
    rb"\s*;\s*([A-Za-z0-9\-.!%*_+`'~]+)"
    rb"(?:\s*=\s*(\"(?:[^\"\\]|\\.)*\"|\[[0-9A-Fa-f:.%]+\]|[^\s;,\"<>=]+))?\s*",
    re.DOTALL,
)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
# What may stand unchanged behind the equals sign of a parameter that we write.
_WRITABLE: Final = re.compile(
    TOKEN.pattern
    + rb"|\[[0-9A-Fa-f:.]+\]"
    + rb'|"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\x00-\x09\x0b\x0c\x0e-\x7f])*"'
)
_REMEMBERED_LENGTH: Final = 256
_SURE_DIGITS: Final = 10
"""Fewer digits are less than the largest delta-seconds."""
MOST_ELEMENTS: Final = 500
"""Commas in one header line: nobody has that much to list."""
MOST_SECONDS: Final = (1 << 32) - 1
"""The largest delta-seconds (RFC 3261 §20.19)."""


def is_token(value: bytes) -> bool:
    """Whether the value is a token, such as a method or a parameter's name."""
    return TOKEN.fullmatch(value) is not None


def unquoted(value: bytes) -> bytes:
    """The content of a quoted string, or the value itself when it is not quoted."""
    if len(value) >= 2 and value[:1] == b'"' and value[-1:] == b'"':
        inside = value[1:-1]
        return _ESCAPED.sub(rb"\1", inside) if BACKSLASH in inside else inside
    return value


def quoted(text: str) -> bytes:
    """A quoted string that is safe in any header: escaped, and without control characters."""
    if not text.isprintable():
        text = "".join(each if each >= " " and each != "\x7f" else " " for each in text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return b'"' + escaped.encode("utf-8", "replace") + b'"'


def parameters(tail: bytes) -> dict[bytes, bytes | None]:
    """Parse `;name=value;flag`: names in lower case, values as written, quotes included.

    Raises:
        RemoteProtocolError: 400: something there is no parameter, or one is given twice.
    """
    found: dict[bytes, bytes | None] = {}
    at, end = 0, len(tail)
    while at < end:
        match = _PARAMETER.match(tail, at)
        if match is None:
            if not tail[at:].strip():
                break
            raise RemoteProtocolError(400, "Malformed Parameters")
        name = match[1].lower()
        if name in found:
            raise RemoteProtocolError(400, "Repeated Parameter")
        found[name] = match[2]
        at = match.end()
    return found


def parameters_or_none(tail: bytes) -> dict[bytes, bytes | None] | None:
    """The same, for a header that decides nothing: None when it is malformed."""
    try:
        return parameters(tail)
    except RemoteProtocolError:
        return None


def elements(value: bytes) -> list[bytes]:
    """Split a header's value at its commas, leaving those in quotes and angle brackets alone.

    Raises:
        RemoteProtocolError: 400: a quote or a bracket is left open, or there are too many.
    """
    if COMMA not in value:
        return [value.strip()]
    if value.count(b",") > MOST_ELEMENTS:
        raise RemoteProtocolError(400, "Too Many Values")
    if QUOTE not in value and LESS_THAN not in value:
        return [each.strip() for each in value.split(b",")]
    found: list[bytes] = []
    start = 0
    for match in _UNITS.finditer(value):
        unit = match[0]
        if unit == b",":
            found.append(value[start : match.start()].strip())
            start = match.end()
        elif len(unit) == 1:
            raise RemoteProtocolError(400, "Open Quote" if unit == b'"' else "Open Bracket")
    found.append(value[start:].strip())
    return found


def named(lines: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """What the lines of a header list, in lower case.

    Phones are of few kinds, and each kind always says the same in one line: it is remembered.

    Raises:
        RemoteProtocolError: 400: as of `elements`.
    """
    short = len(lines) == 1 and len(lines[0]) <= _REMEMBERED_LENGTH
    return _remembered(lines) if short else _named(lines)


def _named(lines: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(name for line in lines for each in elements(line) if (name := each.lower()))


_remembered = lru_cache(maxsize=128)(_named)


def quoted_prefix(value: bytes) -> int:
    """Where the quoted string that begins the value ends; 0 when it begins with none.

    Raises:
        RemoteProtocolError: 400: the quote is left open.
    """
    if value[:1] != b'"':
        return 0
    match = _QUOTED.match(value)
    if match is None:
        raise RemoteProtocolError(400, "Open Quote")
    return match.end()


def seconds(value: bytes | None) -> int | None:
    """Read delta-seconds; huge ones count as the most there is, None when it is no number.

    A comment or anything else behind a space does not matter.
    """
    if value and value.isdigit() and len(value) < _SURE_DIGITS:
        return int(value)
    digits = (value or b"").split(None, 1)[:1]
    if not digits or not digits[0].isdigit():
        return None
    return min(int(digits[0][:11]), MOST_SECONDS)


def write_parameters(given: Mapping[bytes, bytes | None]) -> bytes:
    """Write `;name=value;flag`; a value that is no token, host or quoted string is quoted.

    Raises:
        LocalProtocolError: a name is no token.
    """
    written = []
    for name, value in given.items():
        if not is_token(name):
            raise LocalProtocolError(f"not a parameter: {name!r}")
        if value is None:
            written.append(b";" + name)
        elif _WRITABLE.fullmatch(value):
            written.append(b";%b=%b" % (name, value))
        else:
            text = unquoted(value).decode("utf-8", "replace")
            written.append(b";%b=%b" % (name, quoted(text)))
    return b"".join(written)


def bare(value: bytes | None) -> bytes:
    """A value without its parameters, in lower case: what a media type or an event is called."""
    return (value or b"").partition(b";")[0].strip().lower()
