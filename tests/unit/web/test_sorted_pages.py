"""Pages of rows that the database sorts: a cursor tells a place, or is refused."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import column
from sqlalchemy.types import BigInteger, Float, String

from engage.errors import Invalid
from engage.web.collections import Asked, make_cursor
from engage.web.sorted_pages import next_cursor, order_of

COLUMNS = {
    "at": column("at_ms", BigInteger),
    "seconds": column("seconds", Float),
    "name": column("name", String),
}


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    at_ms: int = 7
    seconds: float = 1.5
    name: str = "Zoë"


def asked(sort: str, cursor: str = "") -> Asked:
    return Asked("", sort, True, 1, cursor, False, {})


@pytest.mark.parametrize(("sort", "value"), [("at", 7), ("seconds", 1.5), ("name", "Zoë")])
def test_a_page_begins_where_the_last_one_ended(sort: str, value: object) -> None:
    assert next_cursor([Row("a")], asked(sort), COLUMNS) is None
    cursor = next_cursor([Row("a"), Row("b")], asked(sort), COLUMNS)
    order = order_of(asked(sort, str(cursor)), COLUMNS)
    assert (order.by, order.descending, order.after) == (sort, True, (value, "a"))
    assert type(order.after and order.after[0]) is type(value)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("at", (2, "x")),
        ("name", (1, 7)),
        ("name", (0, None)),
        ("at", (1, float("nan"))),
        ("at", (1, float("inf"))),
        ("seconds", (1, -(2**70))),
    ],
)
def test_a_cursor_of_another_list_is_refused(sort: str, key: tuple[int, object]) -> None:
    with pytest.raises(Invalid):
        order_of(asked(sort, make_cursor(key, "a")), COLUMNS)
