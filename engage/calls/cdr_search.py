"""Looking for records of calls as the HTTPS API does: numbers, ranges, patterns, moments."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_

if TYPE_CHECKING:
    from datetime import tzinfo

    from sqlalchemy import ColumnElement

_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_EPOCH_DIGITS = 10
_DAY_WITHOUT_DATE = date(2000, 1, 1)
LONGEST_SPEC = 400


class BadSearch(ValueError):
    """What is asked for means nothing."""


def numbers(column: ColumnElement[str], spec: str) -> ColumnElement[bool]:
    """A list with commas of numbers, ranges `2001-2009`, and patterns.

    In a pattern `@` is any run of characters, `_` exactly one, and a hyphen itself. The range `0-0`
    takes what is empty or no number.

    Raises:
        BadSearch: an empty part, or a range that is none.
    """
    if len(spec) > LONGEST_SPEC:
        raise BadSearch(spec)
    return or_(*(_number(column, each.strip()) for each in spec.split(",")))


def _number(column: ColumnElement[str], part: str) -> ColumnElement[bool]:
    if not part:
        raise BadSearch(part)
    if "@" in part or "_" in part:
        escaped = part.replace("/", "//").replace("%", "/%")
        return column.like(escaped.replace("@", "%"), escape="/")
    if "-" not in part:
        return column == part
    first, _, last = part.partition("-")
    if first == last == "0":
        return ~column.regexp_match("^[0-9]+$")
    if not (first.isdigit() and last.isdigit() and part.isascii()) or int(first) > int(last):
        raise BadSearch(part)
    return _within(column, first, last)


def _within(column: ColumnElement[str], first: str, last: str) -> ColumnElement[bool]:
    """Numbers of one length are in the order of their digits, whatever the database."""
    spans = []
    for length in range(len(first), len(last) + 1):
        low = first if length == len(first) else "1".ljust(length, "0")
        high = last if length == len(last) else "9" * length
        spans.append(and_(func.length(column) == length, column >= low, column <= high))
    # The expression comes last: SQLite calls Python for it.
    return and_(or_(*spans), column.regexp_match("^[0-9]+$"))


def moment_ms(text: str, zone: tzinfo, now_ms: int) -> int:
    """A moment in milliseconds UTC; one without a zone is by the clock of `zone`.

    A date, a date with a time behind a `T` or a blank, a time alone (of 2000-01-01), ten digits of
    seconds since 1970, or `now`.

    Raises:
        BadSearch: none of these.
    """
    text = text.strip()
    if text.lower() == "now":
        return now_ms
    if text.isascii() and text.isdigit() and len(text) == _EPOCH_DIGITS:
        return int(text) * 1000
    try:
        if _TIME.match(text):
            moment = datetime.combine(_DAY_WITHOUT_DATE, time.fromisoformat(text))
        else:
            moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise BadSearch(text) from None
