"""Date and Timestamp: when a message was sent (RFC 3261 §20.17, §20.38)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from pbxcore.sip.message import Message

_DAYS: Final = b"Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS: Final = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DATE: Final = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),[ \t]+([0-9]{2})[ \t]+([A-Z][a-z]{2})[ \t]+([0-9]{4})[ \t]+"
    rb"([0-9]{2}):([0-9]{2}):([0-9]{2})[ \t]+GMT"
)
_TIMESTAMP: Final = re.compile(
    rb"([0-9]{1,15}(?:\.[0-9]{0,15})?)(?:[ \t]+((?=\.?[0-9])[0-9]{0,15}(?:\.[0-9]{0,15})?))?"
)


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


def parse_date(value: bytes) -> datetime | None:
    """Read a date; None for another zone than GMT or another form, which decide nothing for us."""
    match = _DATE.fullmatch(value)
    if match is None or match[2] not in _MONTHS:
        return None
    month = _MONTHS.index(match[2]) + 1
    day, year, hour, minute, second = (int(match[at]) for at in (1, 3, 4, 5, 6))
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # the 31st of February
        return None


def read_date(message: Message) -> datetime | None:
    """When the message was sent, None when it does not say so readably."""
    return parse_date(message.get(b"date") or b"")


class Timestamp(msgspec.Struct, frozen=True):
    """The sender's clock in seconds, and the seconds an answer took; exact, to be sent back."""

    sent: Decimal
    delay: Decimal | None = None

    def encode(self) -> bytes:
        """The value as it is written."""
        both = (self.sent,) if self.delay is None else (self.sent, self.delay)
        return b" ".join(format(each, "f").encode() for each in both)


def parse_timestamp(value: bytes) -> Timestamp | None:
    """Read a Timestamp header, None when it says nothing readable."""
    match = _TIMESTAMP.fullmatch(value)
    if match is None:
        return None
    sent, delay = match.groups()
    return Timestamp(Decimal(sent.decode()), None if delay is None else Decimal(delay.decode()))


def read_timestamp(message: Message) -> Timestamp | None:
    """The sender's clock, None when it is not told readably."""
    return parse_timestamp(message.get(b"timestamp") or b"")
