"""An event of the protocol: how something stands row by row, and what of it is news. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping

Row = dict[str, Any]


def changed_rows(before: Mapping[Hashable, Row], now: Mapping[Hashable, Row]) -> list[Row]:
    """Rows that are new or others than they were."""
    return [row for key, row in now.items() if before.get(key) != row]


def changed_figures(before: Mapping[Hashable, Row], now: Mapping[Hashable, Row]) -> list[Row]:
    """Of one row, the members that are others than they were."""
    known, row = before.get(None, {}), now.get(None, {})
    figures = {name: value for name, value in row.items() if known.get(name) != value}
    return [figures] if figures else []


@dataclass(frozen=True)
class Topic:
    """What programs subscribe to under one name.

    Args:
        name: as the protocol spells it.
        rows: how it stands now.
        moved_by: the facts after which it may stand differently.
        news: what is told of how it stood and how it stands.
        refresh: asks anew for what cannot be had at once, before it is told to a newcomer.
        refreshed_by: the facts after which that is needed.
        every_s: how often it is looked at without a cause; 0: never.
        listed: whether the body is a list of rows, and not one row.
    """

    name: str
    rows: Callable[[], Mapping[Hashable, Row]]
    moved_by: tuple[type[Any], ...] = ()
    news: Callable[[Mapping[Hashable, Row], Mapping[Hashable, Row]], list[Row]] = changed_rows
    refresh: Callable[[], Awaitable[None]] | None = None
    refreshed_by: tuple[type[Any], ...] = ()
    every_s: float = 0.0
    listed: bool = True
