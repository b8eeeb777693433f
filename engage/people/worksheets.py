"""Worksheets of any kind of object: taken in as a whole or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import ValidationError

from engage.errors import N_
from engage.people.csv_table import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from engage.people.csv_table import Row

New = TypeVar("New")
Change = TypeVar("Change")
NUMBER_REPEATED = N_("This number stands in line %(other)d already.")
BETWEEN_NUMBERS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did or would do; nothing at all if there are problems."""

    added: int
    changed: int
    problems: list[Problem]

    def is_due(self, *, dry_run: bool) -> bool:
        """Whether it is to be done now, and not only said.

        Raises:
            ImportRefused: something is wrong, and it is no dry run.
        """
        if self.problems and not dry_run:
            raise ImportRefused(self)
        return not dry_run


class ImportRefused(Exception):
    """Nothing was imported: the outcome has what is wrong, line by line."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("import refused")
        self.outcome = outcome


@dataclass(slots=True)
class Plan(Generic[New, Change]):
    """What a worksheet asks for; `changes` go by the key of what is there already."""

    new: list[New] = field(default_factory=list)
    changes: list[tuple[str, Change]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """How much that is, and what is wrong."""
        return Outcome(len(self.new), len(self.changes), self.problems)


def unrepeated(
    rows: Iterable[Row],
    column: str,
    repeated: str,
    problems: list[Problem],
    *,
    same: Callable[[str], str] = str,
) -> Iterator[tuple[str, Row]]:
    """What stands in a column, with its row, unless a line above has it: that is a problem.

    Args:
        rows: in the order of the file.
        column: what is to be there once only.
        repeated: says so; `%(other)d` is the line above.
        problems: takes it.
        same: makes one of what counts as the same.
    """
    lines: dict[str, int] = {}
    for row in rows:
        cell = row.cells.get(column, "").strip()
        if (other := lines.setdefault(same(cell), row.line)) != row.line:
            problems.append(Problem(row.line, column, repeated, {"other": other}))
        else:
            yield cell, row


def numbers_in(cell: str) -> list[str]:
    """Numbers one after the other, as an export writes them; commas and semicolons do too."""
    return [each for each in BETWEEN_NUMBERS.split(cell) if each]


def unknown_numbers(
    row: Row, column: str, numbers: Iterable[str], known: Iterable[str]
) -> Iterator[Problem]:
    """Numbers of a cell that are no extensions."""
    if unknown := [each for each in dict.fromkeys(numbers) if each not in known]:
        text = N_("There are no such extensions: %(unknown)s.")
        yield Problem(row.line, column, text, {"unknown": ", ".join(unknown[:20])})


def validated(
    model: type[BaseModel], fields: dict[str, Any], line: int
) -> tuple[list[Problem], Any]:
    """A model's value, or what it finds wrong."""
    try:
        return [], model.model_validate(fields)
    except ValidationError as refused:
        return [_problem(line, each) for each in refused.errors(include_input=False)], None


def _problem(line: int, found: ErrorDetails) -> Problem:
    name = str(found["loc"][0]) if found["loc"] else ""
    context = found.get("ctx") or {}
    match found["type"]:
        case "string_too_short":
            return Problem(line, name, N_("This field is required."))
        case "string_too_long":
            return Problem(line, name, N_("Use at most %(max_length)d characters."), context)
        case "too_long":
            return Problem(line, name, N_("Choose at most %(max_length)d."), context)
        case "greater_than_equal":
            return Problem(line, name, N_("This must be at least %(ge)s."), context)
        case "less_than_equal":
            return Problem(line, name, N_("This must be at most %(le)s."), context)
        case "literal_error":
            return Problem(line, name, N_("This is none of the choices."))
    return Problem(line, name, N_("This value cannot be taken."))
