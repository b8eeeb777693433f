"""Figures about queues as lines of files."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from engage.csv_cells import cell
from engage.queues.reports import COLUMNS, figures_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engage.queues.figures import Report

    Names = Callable[[str], str]
    Sheets = Sequence[tuple[str, Iterable[Sequence[Any]]]]

HEAD = ("kind", "key", "name", *COLUMNS)


def lines(found: Report, name_of: Names) -> list[list[Any]]:
    """Each figure in a line, with what it is about."""
    parts = (
        ("total", [found.total]),
        ("queue", found.queues),
        ("agent", found.agents),
        ("hour", found.hours),
    )
    return [
        [kind, each.key, name_of(each.key), *figures_row(each)]
        for kind, part in parts
        for each in part
    ]


def csv_bytes(found: Report, name_of: Names) -> bytes:
    """A CSV file in UTF-8, which spreadsheets know by its byte-order mark."""
    buffer = io.StringIO()
    rows = [HEAD, *lines(found, name_of)]
    csv.writer(buffer).writerows([cell(each) for each in row] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", "replace")


def sheets(found: Report, name_of: Names) -> Sheets:
    """Worksheets of queues, agents and hours."""
    head = ["key", "name", *COLUMNS]
    parts = (("Queues", [*found.queues, found.total]), ("Agents", found.agents))
    return [
        (
            name,
            [head, *([each.key, name_of(each.key), *figures_row(each)] for each in part)],
        )
        for name, part in (*parts, ("Hours", found.hours))
    ]
