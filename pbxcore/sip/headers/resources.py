"""Alert-Info, Call-Info and Error-Info: addresses of sounds and pages (RFC 3261 §20.4, §20.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import write_address
from pbxcore.sip.grammar import parameters_or_none

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


class Resource(msgspec.Struct, frozen=True):
    """A URI of any scheme, such as `urn:alert:source:internal` (RFC 7462), and parameters."""

    uri: bytes
    parameters: dict[bytes, bytes | None] = {}

    @property
    def purpose(self) -> bytes | None:
        """What a Call-Info is: `icon`, `info`, `card` or another word."""
        return self.parameters.get(b"purpose")

    @property
    def answer_after(self) -> int | None:
        """Seconds until a phone answers by itself, as many phones and PBXs write it."""
        value = self.parameters.get(b"answer-after") or b""
        return int(value) if value.isdigit() and len(value) < 6 else None

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: the URI is empty, or a parameter's name is no token.
        """
        return write_address(self.uri, b"", self.parameters)


def parse_resource(value: bytes) -> Resource | None:
    """Read one; without brackets, as some phones write it, all before a semicolon is the URI."""
    if value.startswith(b"<"):
        uri, closing, tail = value[1:].partition(b">")
        if not closing:
            return None
    else:
        uri, semicolon, tail = value.partition(b";")
        tail = semicolon + tail
    uri = uri.strip()
    found = parameters_or_none(tail)
    if not uri or found is None or any(each in b' \t<>"' for each in uri):
        return None
    return Resource(uri, found)


def read_resources(message: Message, name: bytes) -> list[Resource]:
    """Those of `alert-info`, `call-info` or `error-info` that can be read."""
    try:
        values = message.all(name)
    except RemoteProtocolError:
        return []
    return [found for each in values if (found := parse_resource(each)) is not None]
