"""What a request wants of the records of live chats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from engage.chat.search_rules import terms
from engage.chat_records.model import SORTS, Order, Sort, Wanted
from engage.errors import N_, Invalid
from engage.web.collections import BAD_CURSOR, QUERY, asked
from engage.web.requests import moment_ms
from engage.web.sorted_pages import cursor_at, read_place

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.chat_records.model import Record
    from engage.web.collections import Asked

STATES: Final = ("waiting", "active", "transferring", "ended", "missed", "offline")
RATINGS: Final = {"none": 0, **{str(each): each for each in range(1, 6)}}
FILTERS: Final = (
    "livechat",
    "agent",
    "visitor",
    "state",
    "rating",
    "tag",
    "disposition",
    "from",
    "until",
)
FILTER_QUERY: Final = (
    ("livechat", "The identifier of a live chat"),
    ("agent", "The extension of somebody who served or helped"),
    ("visitor", "Part of a name, address or phone number, or a visitor's identifier"),
    ("state", "`waiting`, `active`, `transferring`, `ended`, `missed` or `offline`"),
    ("rating", "`1` to `5` stars, or `none`"),
    ("tag", "A tag that agents have put on it, without regard to case"),
    ("disposition", "What agents say came of it, without regard to case"),
    ("from", "The earliest moment (RFC 3339)"),
    ("until", "The moment it ends before (RFC 3339)"),
)
RECORD_QUERY: Final = (("q", "Words of one message, or a chat's number"), *QUERY[1:], *FILTER_QUERY)
TEXT_SORTS: Final = ("visitor", "agent")
NO_CHOICE: Final = N_("This is none of the choices.")
_NUMBER: Final = re.compile(r"#?(\d{1,15})")


def wanted_of(request: Request) -> tuple[Wanted, Order, Asked]:
    """Which chats, in which order, and how many.

    Raises:
        Invalid: something that cannot be asked for.
    """
    query = asked(request, sorts=SORTS, filters=FILTERS, usual="-queued_at")
    given = query.filters
    state, rating = given.get("state", ""), given.get("rating", "")
    if state not in ("", *STATES):
        raise Invalid({"state": NO_CHOICE})
    if rating and rating not in RATINGS:
        raise Invalid({"rating": NO_CHOICE})
    number = _NUMBER.fullmatch(query.search)
    wanted = Wanted(
        words=tuple(terms(query.search)),
        number=int(number[1]) if number else None,
        livechat=given.get("livechat", ""),
        agent=given.get("agent", ""),
        visitor=given.get("visitor", ""),
        from_ms=moment_ms(request, "from"),
        until_ms=moment_ms(request, "until"),
        state=state,
        rating=RATINGS.get(rating),
        tag=given.get("tag", ""),
        disposition=given.get("disposition", ""),
    )
    return wanted, _order(query), query


def cursor_of(found: list[Record], query: Asked) -> str | None:
    """Where the page ends, if there is more: one record more than asked for was read."""
    if len(found) <= query.limit:
        return None
    last = found[query.limit - 1]
    return cursor_at(last.found.place, str(last.inquiry.number))


def _order(query: Asked) -> Order:
    after = None
    if place := read_place(query, str if query.sort in TEXT_SORTS else int):
        value, number = place
        if not (number.isascii() and number.isdigit() and len(number) <= 15):
            raise Invalid({"cursor": BAD_CURSOR})
        after = (value, int(number))
    return Order(cast("Sort", query.sort), query.descending, after)
