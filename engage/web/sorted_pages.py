"""Pages of rows that the database sorts: where a request's page begins, and where it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.errors import Invalid
from engage.storage.sorted_rows import Order, place_of
from engage.web.collections import BAD_CURSOR, make_cursor, read_cursor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engage.storage.sorted_rows import Columns
    from engage.web.collections import Asked

LARGEST = 10**15
"""No number of ours is larger; databases refuse those of more than 64 bits."""


def order_of(query: Asked, columns: Columns) -> Order:
    """How a list is asked for.

    Raises:
        Invalid: its cursor is none of ours, or of another sort.
    """
    place = read_place(query, columns[query.sort].type.python_type)
    return Order(query.sort, query.descending, place)


def next_cursor(found: Sequence[Any], query: Asked, columns: Columns) -> str | None:
    """Where the page ends, if there is more: one row more than asked for was read."""
    if len(found) <= query.limit:
        return None
    return cursor_at(*place_of(found[query.limit - 1], columns[query.sort]))


def cursor_at(value: str | float, ident: str) -> str:
    """A cursor at a place."""
    return make_cursor((2 if isinstance(value, str) else 1, value), ident)


def read_place(query: Asked, kind: type) -> tuple[Any, str] | None:
    """The place of a request's cursor, whose value is of this kind; None where it has none.

    Raises:
        Invalid: the cursor is none of ours, or of another sort.
    """
    if not query.cursor:
        return None
    (form, value), ident = read_cursor(query.cursor)
    fits = form == 2 if kind is str else form == 1 and abs(value) <= LARGEST  # NaN is not
    if not fits:
        raise Invalid({"cursor": BAD_CURSOR})
    return kind(value), ident
