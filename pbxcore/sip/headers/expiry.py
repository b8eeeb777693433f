"""Expires, Min-Expires and Retry-After: lengths of time (RFC 3261 §20.19, §20.23, §20.33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.sip.grammar import seconds

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

_MALFORMED_S: Final = 3600


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


def read_retry_after(message: Message) -> int | None:
    """Seconds until to try again, None when the header is missing or unreadable (§20.33)."""
    value = (message.get(b"retry-after") or b"").partition(b";")[0]
    return seconds(value.partition(b"(")[0])
