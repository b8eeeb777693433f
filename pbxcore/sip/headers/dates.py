"""Date: when a message was sent (RFC 3261 §20.17)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_DAYS: Final = b"Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS: Final = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def encode_date(at: datetime) -> bytes:
    """The value as it is written, in GMT whatever the zone of the moment."""
    at = at.astimezone(UTC)
    return b"%b, %02d %b %04d %02d:%02d:%02d GMT" % (
        _DAYS[at.weekday()],
        at.day,
        _MONTHS[at.month - 1],
        at.year,
        at.hour,
        at.minute,
        at.second,
    )
