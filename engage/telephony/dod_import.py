"""DOD numbers of a trunk from a worksheet: `number`, `name` and `extensions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.errors import N_
from engage.people.csv_table import Problem, read_table
from engage.people.worksheets import (
    NUMBER_REPEATED,
    Outcome,
    Plan,
    numbers_in,
    unknown_numbers,
    unrepeated,
    validated,
)
from engage.system.actor import Module
from engage.telephony.dod_form import MOST_DODS, Dod

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from engage.people.csv_table import Row
    from engage.system.actor import Actor
    from engage.telephony.trunks import Trunks

COLUMNS = ("number", "name", "extensions")
LISTED = N_("This trunk has that number already.")
FULL = N_("A trunk may have %(most)d numbers, and this line is beyond them.")

DodPlan = Plan[Dod, Dod]


class DodImport:
    """Takes worksheets of a trunk's DOD numbers in."""

    def __init__(self, trunks: Trunks, extensions: Callable[[], Collection[str]]) -> None:
        self._trunks, self._extensions = trunks, extensions

    async def run(
        self, trunk_id: str, actor: Actor, data: bytes, *, update: bool, dry_run: bool
    ) -> Outcome:
        """Look a worksheet through and, unless `dry_run`, take it over: all of it or nothing.

        Args:
            trunk_id: whose numbers they are.
            actor: who does it.
            data: the file; extensions are numbers, one after the other.
            update: change numbers that are there, by the columns that are there; else they are
                refused.
            dry_run: only say what would happen.

        Raises:
            NotFound: there is no such trunk.
            Forbidden: without the right to edit trunks.
            ImportRefused: something is wrong in it, and it was not a dry run.
            Edited: somebody has changed the trunk meanwhile.
        """
        actor.check(Module.TRUNKS)
        entry = self._trunks.get(actor, trunk_id)
        plan = self._plan({each.number: each for each in entry.form.dods}, data, update=update)
        if plan.outcome.is_due(dry_run=dry_run):
            changed = dict(plan.changes)
            dods = [changed.get(each.number, each) for each in entry.form.dods] + plan.new
            given = {"dods": [each.model_dump() for each in dods]}
            await self._trunks.update(actor, trunk_id, given, entry.version)
        return plan.outcome

    def _plan(self, present: dict[str, Dod], data: bytes, *, update: bool) -> DodPlan:
        rows, problems = read_table(data, COLUMNS, key="number", most=MOST_DODS)
        plan = DodPlan(problems=problems)
        if problems:
            return plan
        known = self._extensions()
        for number, row in unrepeated(rows, "number", NUMBER_REPEATED, plan.problems):
            if number in present and not update:
                plan.problems.append(Problem(row.line, "number", LISTED))
            else:
                _add(plan, row, present.get(number), known)
            if len(present) + len(plan.new) > MOST_DODS:
                plan.problems.append(Problem(row.line, "", FULL, {"most": MOST_DODS}))
        return plan


def _add(plan: DodPlan, row: Row, present: Dod | None, known: Collection[str]) -> None:
    fields: dict[str, Any] = {} if present is None else present.model_dump()
    fields |= {name: row.cells[name].strip() for name in ("number", "name") if name in row.cells}
    if "extensions" in row.cells:
        fields["extensions"] = numbers_in(row.cells["extensions"])
        plan.problems += unknown_numbers(row, "extensions", fields["extensions"], known)
    found, dod = validated(Dod, fields, row.line)
    plan.problems += found
    if dod is not None and present is None:
        plan.new.append(dod)
    elif dod is not None:
        plan.changes.append((dod.number, dod))
