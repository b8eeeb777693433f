"""The blacklist from a worksheet: `number`, which may be a pattern, and `note`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from engage.dialplan.blacklist import MOST, SECTION, Blacklist
from engage.dialplan.blocked_callers import entered
from engage.errors import N_
from engage.people.csv_table import Problem, read_table
from engage.people.worksheets import NUMBER_REPEATED, Outcome
from engage.system.actor import Module
from pbxcore.dialplan.patterns import BadPattern, parse, patterns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engage.people.csv_table import Row
    from engage.system.actor import Actor
    from engage.system.configuration import Configuration

COLUMNS = ("number", "note")
LONGEST_NOTE = 200
NO_NUMBER = N_("Give a number, or a pattern such as _2XXX.")
NO_NOTE = N_("Use at most 200 characters, and no */.")
LISTED = N_("This number is on the list already.")
FULL = N_("There may be %(most)d numbers, and this line is beyond them.")


class BlacklistImport:
    """Takes worksheets of blocked callers in."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    async def run(self, actor: Actor, data: bytes, *, update: bool, dry_run: bool) -> Outcome:
        """Look a worksheet through and, unless `dry_run`, take it over: all of it or nothing.

        Args:
            actor: who does it.
            data: the file.
            update: give numbers that are listed the notes of the file; else they are refused.
            dry_run: only say what would happen.

        Raises:
            Forbidden: without the right to edit inbound routes.
            ImportRefused: something is wrong in it, and it was not a dry run.
        """
        actor.check(Module.INBOUND_ROUTES)
        listed = patterns_of(self._configuration.get(Blacklist).blocked)
        rows, problems = read_table(data, COLUMNS, key="number", most=MOST)
        known = set(listed)
        changed = sum(_number(row) in known for row in rows)
        problems += self._problems(rows, known, update=update)
        outcome = Outcome(len(rows) - changed, changed, problems)
        if outcome.is_due(dry_run=dry_run):
            await self._configuration.edit(actor, SECTION, partial(_with, rows))
        return outcome

    def _problems(self, rows: list[Row], known: set[str], *, update: bool) -> Iterator[Problem]:
        count, lines = len(known), dict[str, int]()
        for row in rows:
            number, note = _number(row), row.cells.get("note", "")
            if (other := lines.setdefault(number, row.line)) != row.line:
                yield Problem(row.line, "number", NUMBER_REPEATED, {"other": other})
            elif not _is_pattern(number):
                yield Problem(row.line, "number", NO_NUMBER)
            elif number in known and not update:
                yield Problem(row.line, "number", LISTED)
            elif len(note) > LONGEST_NOTE or "*/" in note:
                yield Problem(row.line, "note", NO_NOTE)
            count += number not in known
            if count > MOST:
                yield Problem(row.line, "", FULL, {"most": MOST})


def _number(row: Row) -> str:
    return row.cells.get("number", "").strip()


def _is_pattern(text: str) -> bool:
    try:
        parse(text)
    except BadPattern:
        return False
    return patterns_of(text) == [text]


def _with(rows: list[Row], held: Blacklist) -> dict[str, Any]:
    text = held.blocked
    for row in rows:
        text = entered(text, _number(row), " ".join(row.cells.get("note", "").split()))
    return {"blocked": text}
