"""Records of calls as programs fetch them: JSON, CSV and XML without the usual envelope. Pure."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from engage.calls.cdr import COLUMNS, MAIN, SUB, VERSTAT
from engage.csv_cells import cell_for_programs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Rows = Sequence[Mapping[str, str]]

MARK = "record_type"
"""The column after those of the protocol that tells a call from its legs, where there are any."""


def as_json(calls: Sequence[Rows]) -> bytes:
    """`cdr_root` with one element a call: flat with a single leg, else with its parts named."""
    found = {"cdr_root": [_element(rows) for rows in calls]}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "replace")


def as_csv(calls: Sequence[Rows]) -> bytes:
    """A line of names, then one line a leg, and one for each call of several legs before them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    lines = [{**row, MARK: kind} for kind, row in _lines(calls)]
    columns = [*COLUMNS, *_beside(lines)]
    writer.writerow(columns)
    for row in lines:
        writer.writerow([cell_for_programs(row[name]) for name in columns])
    return buffer.getvalue().encode("utf-8", "replace")


def as_xml(calls: Sequence[Rows]) -> bytes:
    """An element `cdr` a line of the CSV, with a child a column."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<cdr_root>"]
    for kind, row in _lines(calls):
        columns = {name: row[name] for name in COLUMNS}
        fields = {**columns, MARK: kind, VERSTAT: row[VERSTAT]}
        inner = "".join(
            f"<{name}>{escape(printable(value))}</{name}>" for name, value in fields.items()
        )
        lines.append(f"<cdr>{inner}</cdr>")
    return "\n".join([*lines, "</cdr_root>", ""]).encode("utf-8", "replace")


def _beside(lines: Sequence[Mapping[str, str]]) -> list[str]:
    """The columns that the protocol does not have, where they say something."""
    grouped = any(row[MARK] == SUB for row in lines)
    verified = any(row[VERSTAT] for row in lines)
    return [*([MARK] if grouped else []), *([VERSTAT] if verified else [])]


def _element(rows: Rows) -> dict[str, Any]:
    main, legs = rows[0], rows[1:]
    if len(legs) <= 1:
        return {"cdr": main["session"], **main}
    parts = {f"{SUB}_{at}": dict(leg) for at, leg in enumerate(legs, 1)}
    return {"cdr": main["session"], MAIN: dict(main), **parts}


def _lines(calls: Sequence[Rows]) -> list[tuple[str, Mapping[str, str]]]:
    found: list[tuple[str, Mapping[str, str]]] = []
    for main, *legs in calls:
        found.append((MAIN, main))
        found += [(SUB, leg) for leg in legs] if len(legs) > 1 else []
    return found


def printable(value: str) -> str:
    """Text for XML 1.0, which has no place for most control characters."""
    return "".join(each for each in value if each >= " " or each in "\t\n\r")
