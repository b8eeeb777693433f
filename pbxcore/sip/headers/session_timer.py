"""Session-Expires and Min-SE (RFC 4028 §4, §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.grammar import parameters, seconds, write_parameters

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

SHORTEST_S: Final = 90
"""No session interval may be shorter, and Min-SE means this when it is missing (RFC 4028 §5)."""


class SessionExpires(msgspec.Struct, frozen=True):
    """The session interval in seconds, and who refreshes."""

    interval: int
    parameters: dict[bytes, bytes | None] = {}

    @property
    def refresher(self) -> bytes | None:
        """`uac` or `uas`, None when it is open."""
        value = (self.parameters.get(b"refresher") or b"").lower()
        return value if value in (b"uac", b"uas") else None

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: a parameter's name is no token.
        """
        return b"%d%b" % (self.interval, write_parameters(self.parameters))


def parse_session_expires(value: bytes) -> SessionExpires:
    """Read a Session-Expires header.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    digits, semicolon, tail = value.partition(b";")
    interval = seconds(digits)
    if interval is None:
        raise RemoteProtocolError(400, "Malformed Session-Expires")
    return SessionExpires(interval, parameters(semicolon + tail))


def read_session_expires(message: Message) -> SessionExpires | None:
    """What a request asks, or a response grants.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    value = message.get(b"session-expires")
    return None if value is None else parse_session_expires(value)


def read_min_se(message: Message) -> int:
    """The shortest interval that everyone on the way accepts, in seconds, never below 90.

    Raises:
        RemoteProtocolError: 400: it is malformed.
    """
    value = message.get(b"min-se")
    if value is None:
        return SHORTEST_S
    found = seconds(value.partition(b";")[0])
    if found is None:
        raise RemoteProtocolError(400, "Malformed Min-SE")
    return max(found, SHORTEST_S)
