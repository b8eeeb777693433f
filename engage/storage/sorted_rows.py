"""Rows in the order of one of their columns, page after page: each begins where the last ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import tuple_

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from sqlalchemy import ColumnElement, Select

    from engage.storage.database import Database

    Columns = Mapping[str, ColumnElement[Any]]
    """What rows can be sorted by; each is named as the attribute that is read of it."""

PORTION = 500
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Order:
    """By what rows are sorted, and after which one a page begins: its value and its id."""

    by: str
    descending: bool = True
    after: tuple[Any, str] | None = None

    def following(self, last: Any, columns: Columns) -> Order:
        """The same, after a row."""
        return replace(self, after=place_of(last, columns[self.by]))


def place_of(row: Any, column: ColumnElement[Any]) -> tuple[Any, str]:
    """Where a row stands among those that are sorted by a column."""
    return getattr(row, column.key or ""), row.id


def sorted_page(
    query: Select[Any], order: Order, columns: Columns, ident: ColumnElement[str]
) -> Select[Any]:
    """A query's rows in an order, after where it begins; `ident` settles equal ones."""
    sides = (columns[order.by], ident)
    query = query.order_by(*(each.desc() if order.descending else each for each in sides))
    if order.after is None:
        return query
    here, after = tuple_(*sides), tuple_(*order.after)
    return query.where(here < after if order.descending else here > after)


async def in_portions(
    database: Database,
    pages: Callable[[Order], Select[Any]],
    value: Callable[..., Value],
    order: Order,
    columns: Columns,
) -> AsyncIterator[list[Value]]:
    """All rows of a query, however many; no connection is held between two portions.

    Args:
        database: where they are.
        pages: the query from where an order begins.
        value: makes a row's value of its columns, by their names.
        order: how they are sorted, and where they begin.
        columns: what they can be sorted by.
    """
    while True:
        async with database.read() as connection:
            rows = (await connection.execute(pages(order).limit(PORTION))).mappings()
            some = [value(**row) for row in rows]
        if some:
            yield some
        if len(some) < PORTION:
            return
        order = order.following(some[-1], columns)
