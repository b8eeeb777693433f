"""Diversion: who forwarded a call, newest first (RFC 5806 §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.grammar import unquoted
from pbxcore.sip.headers.address_header import AddressHeader

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


class Diversion(AddressHeader, frozen=True):
    """One forwarding: the address that was called, and why it sent the call on."""

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


def read_diversions(message: Message) -> list[Diversion]:
    """All that can be read, newest first as written."""
    return Diversion.readable(message, b"diversion")


def _number(value: bytes | None) -> int | None:
    digits = unquoted(value or b"")
    return int(digits) if digits.isdigit() and len(digits) <= 4 else None
