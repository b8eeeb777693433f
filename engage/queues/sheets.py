"""Figures about queues as lines of files."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from engage.column_heads import KEY, KIND, NAME, Column, heads
from engage.csv_cells import cell
from engage.errors import N_
from engage.i18n import translate
from engage.queues.reports import FIGURES, figures_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engage.queues.figures import Report

    Names = Callable[[str], str]
    Sheets = Sequence[tuple[str, Iterable[Sequence[Any]]]]

OF_LINES = (KEY, NAME, *FIGURES)
OF_CALLS = (
    Column("entered_at", N_("Entered")),
    Column("queue", N_("Queue")),
    Column("number", N_("Number")),
    Column("name", N_("Name")),
    Column("agent", N_("Agent")),
    Column("outcome", N_("Outcome")),
    Column("position", N_("Position")),
    Column("waited_s", N_("Waited"), "s"),
    Column("rang_s", N_("Rang"), "s"),
    Column("talked_s", N_("Talked"), "s"),
    Column("ended_by", N_("Ended by")),
    Column("callback", N_("Callback")),
    Column("call", N_("Call")),
)


def lines(found: Report, name_of: Names, language: str) -> list[list[Any]]:
    """Each figure in a line, with what it is about."""
    parts = (
        (N_("Total"), [found.total]),
        (N_("Queue"), found.queues),
        (N_("Agent"), found.agents),
        (N_("Hour"), found.hours),
    )
    return [
        [translate(kind, language), each.key, name_of(each.key), *figures_row(each)]
        for kind, part in parts
        for each in part
    ]


def csv_bytes(found: Report, name_of: Names, language: str) -> bytes:
    """A CSV file in UTF-8, which spreadsheets know by its byte-order mark."""
    buffer = io.StringIO()
    rows = [heads((KIND, *OF_LINES), language), *lines(found, name_of, language)]
    csv.writer(buffer).writerows([cell(each) for each in row] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", "replace")


def sheets(found: Report, name_of: Names, language: str) -> Sheets:
    """Worksheets of queues, agents and hours."""
    head = heads(OF_LINES, language)
    parts = (
        (N_("Queues"), [*found.queues, found.total]),
        (N_("Agents"), found.agents),
        (N_("Hours"), found.hours),
    )
    return [
        (
            translate(name, language),
            [head, *([each.key, name_of(each.key), *figures_row(each)] for each in part)],
        )
        for name, part in parts
    ]
