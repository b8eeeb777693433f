"""What every `list…` action takes: pages, a sort, a choice of columns. Without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LARGEST_PAGE = 100_000
MISSPELT = {"urgmsg": "urgemsg", "newms": "newmsg", "oldms": "oldmsg"}
"""Columns as programs write them, and as they are called."""


def listed(key: str, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> dict[str, Any]:
    """One page of a list; what cannot be used of the parameters is ignored.

    Args:
        key: the name of the array in the answer.
        rows: all rows in their natural order, each with all columns.
        asked: the parameters of the request.
    """
    ordered = _sorted(rows, asked)
    columns = _columns(asked.get("options"), rows)
    page = _count(asked.get("page")) or 1
    size = _count(asked.get("item_num")) or max(1, len(ordered))
    shown = ordered[(page - 1) * size : page * size]
    return {
        key: [{name: row[name] for name in columns if name in row} for row in shown],
        "page": page,
        "total_item": len(ordered),
        "total_page": max(1, -(-len(ordered) // size)),
    }


def _sorted(
    rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    column = asked.get("sidx")
    if not isinstance(column, str) or not rows or _named(column) not in rows[0]:
        return rows
    name = _named(column)
    descending = str(asked.get("sord") or "").strip().lower() == "desc"
    return sorted(rows, key=lambda row: _place(row.get(name)), reverse=descending)


def _place(value: Any) -> tuple[int, float, str]:
    """Nothing first, then numbers by value, then texts without case."""
    if value is None:
        return 0, 0.0, ""
    if isinstance(value, (int, float)):
        return 1, float(value), ""
    text = str(value)
    if text.isascii() and text.isdigit():
        return 1, float(text), text
    return 2, 0.0, text.casefold()


def _columns(options: Any, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    every = list(rows[0]) if rows else []
    if isinstance(options, str):
        options = options.split(",")
    if not isinstance(options, list):
        return every
    asked = [_named(each) for each in options if isinstance(each, str)]
    return [name for name in dict.fromkeys(asked) if name in every] or every


def _named(column: str) -> str:
    name = column.strip().lower().rpartition(".")[2]
    return MISSPELT.get(name, name)


def _count(given: Any) -> int:
    """A positive whole number, written either way; 0 for anything else."""
    if isinstance(given, str) and given.strip().isascii() and given.strip().isdigit():
        given = int(given.strip()[:9])
    if not isinstance(given, int) or isinstance(given, bool):
        return 0
    return min(max(given, 0), LARGEST_PAGE)
