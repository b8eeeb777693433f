"""Name-addr and addr-spec: what From, To and Contact carry (RFC 3261 §20.10, §25.1)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import (
    parameters,
    quoted,
    quoted_prefix,
    unquoted,
    write_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_REMEMBERED_LENGTH: Final = 128
# The form nearly every phone writes, so that it costs one match.
_USUAL: Final = re.compile(
    rb'(?:"([^"\\]*)"[ \t]*)?<([^<>" \t\r\n\f\v]+)>(;tag=([A-Za-z0-9\-.!%*_+`\'~]+))?'
)
_DISPLAY: Final = re.compile(rb"[^<>\",;:@\\]*")
_UNSAFE: Final = re.compile(rb"[^!#-;=?-~]")


class Address(msgspec.Struct, frozen=True, gc=False):
    """One address: display name without quotes, URI as written, and what follows it."""

    display_name: bytes
    uri: bytes
    tag: bytes | None = None
    tail: bytes = b""

    @property
    def parameters(self) -> dict[bytes, bytes | None]:
        """The header's parameters, the tag among them."""
        return parameters(self.tail) if self.tail else {}

    def encode(self) -> bytes:
        """Write a name-addr: the name quoted, the URI in brackets, octets it may not hold escaped.

        Raises:
            LocalProtocolError: the URI is empty.
        """
        return write_address(self.uri, self.display_name, self.parameters)


def write_address(
    uri: bytes, display_name: bytes = b"", given: Mapping[bytes, bytes | None] | None = None
) -> bytes:
    """Write a name-addr with the header's parameters behind it.

    Raises:
        LocalProtocolError: the URI is empty, or a parameter's name is no token.
    """
    if not uri:
        raise LocalProtocolError("an address without a URI")
    name = quoted(display_name.decode("utf-8", "replace")) + b" " if display_name else b""
    safe = _UNSAFE.sub(lambda match: b"%%%02X" % match[0][0], uri)
    return b"%b<%b>%b" % (name, safe, write_parameters(given) if given else b"")


def parse_address(value: bytes) -> Address:
    """Read a name-addr, or an addr-spec whose parameters then belong to the header (§20).

    A call reads its From and To again and again: what is not long is remembered.

    Raises:
        RemoteProtocolError: 400: it is neither.
    """
    return _remembered(value) if len(value) <= _REMEMBERED_LENGTH else _parsed(value)


def _parsed(value: bytes) -> Address:
    usual = _USUAL.fullmatch(value)
    if usual is not None:
        name, uri, tail, tag = usual.groups()
        return Address(name or b"", uri, tag, tail or b"")
    end_of_name = quoted_prefix(value)
    opening = value.find(b"<", end_of_name)
    if opening < 0:
        return _bare(value)
    name = value[:end_of_name] or value[:opening].strip()
    if end_of_name and value[end_of_name:opening].strip():
        raise RemoteProtocolError(400, "Malformed Display Name")
    if not end_of_name and not _DISPLAY.fullmatch(name):
        raise RemoteProtocolError(400, "Malformed Display Name")
    closing = value.find(b">", opening)
    if closing < 0:
        raise RemoteProtocolError(400, "Open Bracket")
    uri = value[opening + 1 : closing]
    if not uri or any(each in b' \t\r\n"<' for each in uri):
        raise RemoteProtocolError(400, "Malformed Address")
    tail = value[closing + 1 :]
    return Address(unquoted(name), uri, parameters(tail).get(b"tag"), tail)


_remembered = lru_cache(maxsize=1024)(_parsed)


def _bare(value: bytes) -> Address:
    uri, semicolon, tail = value.partition(b";")
    uri = uri.strip()
    # Commas and question marks are allowed inside angle brackets only (§20.10).
    if not uri or any(each in b' \t\r\n",?>' for each in uri):
        raise RemoteProtocolError(400, "Malformed Address")
    tail = semicolon + tail
    return Address(b"", uri, parameters(tail).get(b"tag"), tail)
