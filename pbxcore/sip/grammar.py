"""Grammar that many headers share (RFC 3261 §25.1): tokens, quotes, parameters, lists."""

from __future__ import annotations

import re
from typing import Final

from pbxcore.errors import RemoteProtocolError

TOKEN: Final = re.compile(rb"[A-Za-z0-9\-.!%*_+`'~]+")
HOST: Final = re.compile(
    rb"(?:[A-Za-z0-9_](?:[A-Za-z0-9_\-]*[A-Za-z0-9_])?\.?)+|\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9.\-_~]+)?\]"
)
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PARAMETER: Final = re.compile(
    rb"\s*;\s*([A-Za-z0-9\-.!%*_+`'~]+)"
    rb"(?:\s*=\s*(\"(?:[^\"\\]|\\.)*\"|\[[0-9A-Fa-f:.%]+\]|[^\s;,\"<>=]+))?\s*",
    re.DOTALL,
)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)


def is_token(value: bytes) -> bool:
    """Whether the value is a token, such as a method or a parameter's name."""
    return TOKEN.fullmatch(value) is not None


def unquoted(value: bytes) -> bytes:
    """The content of a quoted string, or the value itself when it is not quoted."""
    if len(value) >= 2 and value[:1] == b'"' and value[-1:] == b'"':
        inside = value[1:-1]
        return _ESCAPED.sub(rb"\1", inside) if b"\\" in inside else inside
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


def elements(value: bytes) -> list[bytes]:
    """Split a header's value at its commas, leaving those in quotes and angle brackets alone.

    Raises:
        RemoteProtocolError: 400: a quote or a bracket is left open.
    """
    if b"," not in value:
        return [value.strip()]
    found: list[bytes] = []
    start = at = 0
    in_brackets = False
    while at < len(value):
        char = value[at]
        if char == 0x22 and not in_brackets:
            match = _QUOTED.match(value, at)
            if match is None:
                raise RemoteProtocolError(400, "Open Quote")
            at = match.end()
            continue
        if char == 0x3C:
            in_brackets = True
        elif char == 0x3E:
            in_brackets = False
        elif char == 0x2C and not in_brackets:
            found.append(value[start:at].strip())
            start = at + 1
        at += 1
    if in_brackets:
        raise RemoteProtocolError(400, "Open Bracket")
    found.append(value[start:].strip())
    return found


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
