"""Reason: why a request was sent, or a response given (RFC 3326 §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import is_token, parameters_or_none, quoted, unquoted

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


class Reason(msgspec.Struct, frozen=True):
    """One reason: `SIP` with a status, `Q.850` with a cause, or another protocol's."""

    protocol: bytes
    cause: int | None = None
    text: str = ""

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: the protocol is no token, or the cause is negative.
        """
        if not is_token(self.protocol) or (self.cause is not None and self.cause < 0):
            raise LocalProtocolError("not a reason")
        cause = b"" if self.cause is None else b";cause=%d" % self.cause
        return self.protocol + cause + (b";text=" + quoted(self.text) if self.text else b"")


def parse_reason(value: bytes) -> Reason | None:
    """Read one, None when it is malformed; well-known protocols get their usual spelling."""
    protocol, semicolon, tail = value.partition(b";")
    protocol = protocol.strip()
    found = parameters_or_none(semicolon + tail)
    if found is None or not is_token(protocol):
        return None
    if protocol.upper() in (b"SIP", b"Q.850"):
        protocol = protocol.upper()
    cause = unquoted(found.get(b"cause") or b"")
    number = int(cause) if cause.isdigit() and len(cause) <= 4 else None
    text = unquoted(found.get(b"text") or b"").decode("utf-8", "replace")
    return Reason(protocol, number, text)


def read_reasons(message: Message) -> list[Reason]:
    """All reasons that can be read, in order."""
    if message.get(b"reason") is None:
        return []
    try:
        values = message.all(b"reason")
    except RemoteProtocolError:
        return []
    return [found for each in values if (found := parse_reason(each)) is not None]
