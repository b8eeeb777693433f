"""Speed dials from a worksheet: `code`, `kind` and `value` of the destination, `disabled`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.dialplan.speed_dials import MOST, SpeedDialForm
from engage.errors import N_, Invalid
from engage.people.csv_table import Problem, read_table
from engage.people.numbering import NumberTaken
from engage.people.worksheets import Outcome, Plan, unrepeated, validated
from engage.system.actor import Module

if TYPE_CHECKING:
    from engage.dialplan.service import DialplanObjects
    from engage.people.csv_table import Row
    from engage.system.actor import Actor

COLUMNS = ("code", "kind", "value", "disabled")
MOST_LINES = 2 * MOST
YES = frozenset({"yes", "true", "1"})
REPEATED = N_("This code stands in line %(other)d already.")
FULL = N_("There may be %(most)d speed dials, and this line is beyond them.")

SpeedDialPlan = Plan[SpeedDialForm, SpeedDialForm]


class SpeedDialImport:
    """Takes worksheets of speed dials in."""

    def __init__(self, kept: DialplanObjects[SpeedDialForm]) -> None:
        self._kept = kept

    async def run(self, actor: Actor, data: bytes, *, update: bool, dry_run: bool) -> Outcome:
        """Look a worksheet through and, unless `dry_run`, take it over: all of it or nothing.

        Args:
            actor: who does it.
            data: the file.
            update: change those that are there; else their codes are refused.
            dry_run: only say what would happen.

        Raises:
            Forbidden: without the right to edit speed dials.
            ImportRefused: something is wrong in it, and it was not a dry run.
        """
        actor.check(Module.SPEED_DIALS)
        plan = self._plan(data, update=update)
        if plan.outcome.is_due(dry_run=dry_run):
            await self._kept.take_over(actor, plan.new, plan.changes)
        return plan.outcome

    def _plan(self, data: bytes, *, update: bool) -> SpeedDialPlan:
        rows, problems = read_table(data, COLUMNS, key="code", most=MOST_LINES)
        plan = SpeedDialPlan(problems=problems)
        known = {each.form.code: each.id for each in self._kept.entries}
        if problems:
            return plan
        for code, row in unrepeated(rows, "code", REPEATED, plan.problems):
            if (present := known.get(code)) is not None and not update:
                plan.problems.append(Problem(row.line, "code", N_("This code is taken already.")))
            else:
                self._add(plan, row, code, present)
        return plan

    def _add(self, plan: SpeedDialPlan, row: Row, code: str, present: str | None) -> None:
        found, form = validated(SpeedDialForm, _fields(row, code), row.line)
        plan.problems += found
        if form is None:
            return
        try:
            self._kept.check(form, present or "")
        except NumberTaken as taken:
            plan.problems.append(Problem(row.line, "code", taken.text, taken.params))
        except Invalid as wrong:
            for name, text in wrong.fields.items():
                plan.problems.append(Problem(row.line, name.rpartition(".")[2], text))
        if present is not None:
            plan.changes.append((present, form))
            return
        plan.new.append(form)
        if len(self._kept.entries) + len(plan.new) > MOST:
            plan.problems.append(Problem(row.line, "", FULL, {"most": MOST}))


def _fields(row: Row, code: str) -> dict[str, Any]:
    cells = {name: text.strip() for name, text in row.cells.items()}
    place = {name: cells[name] for name in ("kind", "value") if cells.get(name)}
    disabled = cells.get("disabled", "").casefold() in YES
    return {"code": code, "destination": place, "disabled": disabled}
