"""A worksheet as text: CSV in UTF-8, by commas or semicolons (RFC 4180). Without I/O."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING

from engage.csv_cells import text_of
from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line (the first is 1) and column; `text` is translated where shown."""

    line: int
    field: str
    text: str
    params: Mapping[str, object] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One line below the header: the cells it has, by column."""

    line: int
    cells: Mapping[str, str]


def read_table(
    data: bytes, columns: Collection[str], *, key: str, most: int
) -> tuple[list[Row], list[Problem]]:
    """Read a worksheet's rows.

    Args:
        data: the file; a byte-order mark is no part of it.
        columns: those that may be there, in any order and case.
        key: the column that must be there.
        most: rows that are taken at once.

    Returns:
        the rows, empty lines left out, and what is wrong; rows are complete only if nothing is.
    """
    if data.startswith(_OTHER_ENCODINGS):
        return [], [Problem(1, "", _NOT_UTF8)]
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as wrong:
        return [], [Problem(data.count(b"\n", 0, wrong.start) + 1, "", _NOT_UTF8)]
    if "\0" in text:
        return [], [Problem(text.count("\n", 0, text.index("\0")) + 1, "", _NO_TEXT)]
    records = _records(text)
    try:
        _, names = next(records)
    except StopIteration:
        return [], [Problem(1, "", N_("This file is empty."))]
    except _Broken as broken:
        return [], [broken.problem]
    names = [_column(each) for each in names]
    if problems := list(_header_problems(names, columns, key)):
        return [], problems
    return _rows(records, names, most)


_NOT_UTF8 = N_("This is no text in UTF-8. Please save the file as “CSV UTF-8”.")
_NO_TEXT = N_("This is no text, but some other kind of file.")


class _Broken(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that holds anything, with the line it begins in."""
    first_line = text.lstrip("\r\n").partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            wrong = N_("This line's quotation marks do not match, or a cell is too long.")
            raise _Broken(Problem(line, "", wrong)) from None
        if any(cell.strip() for cell in cells):
            yield line, cells


def _column(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def _header_problems(names: list[str], columns: Collection[str], key: str) -> Iterator[Problem]:
    for name in dict.fromkeys(names):
        if name not in columns:
            yield Problem(1, name[:64], N_("This column is not known."))
        elif names.count(name) > 1:
            yield Problem(1, name, N_("This column is there twice."))
    if key not in names:
        yield Problem(1, key, N_("This column is missing."))


def _rows(
    records: Iterator[tuple[int, list[str]]], names: list[str], most: int
) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        for line, cells in records:
            if len(rows) == most:
                text = N_("At most %(most)d lines are taken at once.")
                return rows, [Problem(line, "", text, {"most": most})]
            if any(cell.strip() for cell in cells[len(names) :]):
                problems.append(Problem(line, "", N_("This line has more cells than columns.")))
                continue
            named = zip(names, cells, strict=False)
            rows.append(Row(line, {name: text_of(cell) for name, cell in named}))
    except _Broken as broken:
        problems.append(broken.problem)
    return rows, problems
