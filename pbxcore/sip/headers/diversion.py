"""Diversion: who forwarded a call, newest first (RFC 5806 §4)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import parse_address, write_address
from pbxcore.sip.grammar import unquoted

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


class Diversion(msgspec.Struct, frozen=True):
    """One forwarding: the address that was called, and why it sent the call on."""

    uri: bytes
    display_name: bytes = b""
    parameters: dict[bytes, bytes | None] = {}

    @property
    def reason(self) -> bytes:
        """`unconditional`, `user-busy`, `no-answer`, `deflection` …; `unknown` when unsaid."""
        return unquoted(self.parameters.get(b"reason") or b"unknown").lower()

    @property
    def counter(self) -> int:
        """How many forwardings this one stands for; at least one."""
        return max(1, _number(self.parameters.get(b"counter")) or 1)

    @property
    def limit(self) -> int | None:
        """How many more are allowed, None when nothing is said."""
        return _number(self.parameters.get(b"limit"))

    @property
    def private(self) -> bool:
        """Whether the address may not be shown."""
        value = unquoted(self.parameters.get(b"privacy") or b"off").lower()
        return value in (b"full", b"uri", b"name")

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: the URI is empty, or a parameter's name is no token.
        """
        return write_address(self.uri, self.display_name, self.parameters)


def parse_diversion(value: bytes) -> Diversion:
    """Read one.

    Raises:
        RemoteProtocolError: 400: it is no address.
    """
    address = parse_address(value)
    return Diversion(address.uri, address.display_name, address.parameters)


def read_diversions(message: Message) -> list[Diversion]:
    """All that can be read, newest first as written."""
    if message.get(b"diversion") is None:
        return []
    found: list[Diversion] = []
    with suppress(RemoteProtocolError):  # what came before the malformed one is kept
        found.extend(map(parse_diversion, message.all(b"diversion")))
    return found


def _number(value: bytes | None) -> int | None:
    digits = unquoted(value or b"")
    return int(digits) if digits.isdigit() and len(digits) <= 4 else None
