"""Expires, Min-Expires, Retry-After and Flow-Timer: lengths of time.

RFC 3261 §20.19, §20.23, §20.33, RFC 5626 §10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.sip.grammar import parameters_or_none, seconds, write_parameters

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

_MALFORMED_S: Final = 3600


class RetryAfter(msgspec.Struct, frozen=True):
    """When to try again, in seconds; a comment is not kept."""

    delay: int
    parameters: dict[bytes, bytes | None] = {}

    @property
    def duration(self) -> int | None:
        """How long, from then, the peer will be there."""
        return seconds(self.parameters.get(b"duration"))

    def encode(self) -> bytes:
        """The value as it is written.

        Raises:
            LocalProtocolError: a parameter's name is no token.
        """
        return b"%d%b" % (self.delay, write_parameters(self.parameters))


def read_expires(message: Message) -> int | None:
    """Seconds, None when the header is missing; malformed ones count as an hour (§20.19)."""
    value = message.get(b"expires")
    if value is None:
        return None
    found = seconds(value.partition(b";")[0])
    return _MALFORMED_S if found is None else found


def read_min_expires(message: Message) -> int | None:
    """The shortest expiry a 423 would accept, in seconds; None when it says nothing readable."""
    return seconds((message.get(b"min-expires") or b"").partition(b";")[0])


def parse_retry_after(value: bytes) -> RetryAfter | None:
    """Read a Retry-After header, None when it says nothing readable."""
    head, semicolon, tail = value.partition(b";")
    delay = seconds(head.partition(b"(")[0])
    if delay is None:
        return None
    return RetryAfter(delay, parameters_or_none(semicolon + tail) or {})


def read_retry_after(message: Message) -> RetryAfter | None:
    """When to try again, None when the header is missing or unreadable."""
    return parse_retry_after(message.get(b"retry-after") or b"")


def read_flow_timer(message: Message) -> int | None:
    """The seconds in which a phone keeps its connection alive (RFC 5626 §10), None if unsaid."""
    return seconds(message.get(b"flow-timer"))
