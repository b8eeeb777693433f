"""Figures about queues as lines of files."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from engage.column_heads import KEY, KIND, NAME, Column, heads
from engage.csv_cells import cell
from engage.errors import N_
from engage.i18n import translate
from engage.queues.agent_times import AgentTimes
from engage.queues.reports import FIGURES, TIMES, figures_row, times_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engage.queues.figures import Figures, Report

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
    """Each figure in a line, with what it is about; of agents also what their time went to."""
    parts = (
        (N_("Total"), [found.total]),
        (N_("Queue"), found.queues),
        (N_("Agent"), found.agents),
        (N_("Hour"), found.hours),
    )
    return [
        [
            *(translate(kind, language), each.key, name_of(each.key)),
            *figures_row(each),
            *(_times(found, each.key) if part is found.agents else [""] * len(TIMES)),
        ]
        for kind, part in parts
        for each in part
    ]


def _times(found: Report, agent: str) -> list[Any]:
    return [*times_row(found.times.get(agent) or AgentTimes())]


def csv_bytes(found: Report, name_of: Names, language: str) -> bytes:
    """A CSV file in UTF-8, which spreadsheets know by its byte-order mark."""
    buffer = io.StringIO()
    rows = [heads((KIND, *OF_LINES, *TIMES), language), *lines(found, name_of, language)]
    csv.writer(buffer).writerows([cell(each) for each in row] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", "replace")


def sheets(found: Report, name_of: Names, language: str) -> Sheets:
    """Worksheets of queues, agents and hours."""

    def row(figures: Figures) -> list[Any]:
        return [figures.key, name_of(figures.key), *figures_row(figures)]

    head = heads(OF_LINES, language)
    agents = [[*row(each), *_times(found, each.key)] for each in found.agents]
    parts = (
        (N_("Queues"), [head, *map(row, [*found.queues, found.total])]),
        (N_("Agents"), [heads((*OF_LINES, *TIMES), language), *agents]),
        (N_("Hours"), [head, *map(row, found.hours)]),
    )
    return [(translate(name, language), rows) for name, rows in parts]
