"""Extension groups from a worksheet: `name` and `members`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engage.errors import N_
from engage.identifiers import new_id
from engage.people.csv_table import Problem, read_table
from engage.people.directory_repository import DirectoryRepository
from engage.people.group_forms import GroupChange, NewGroup
from engage.people.groups import check_extensions, subject_of
from engage.people.model import Group, NameTaken
from engage.people.policy import name_key
from engage.people.worksheets import (
    Outcome,
    Plan,
    numbers_in,
    unknown_numbers,
    unrepeated,
    validated,
)
from engage.system.actor import Module

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.csv_table import Row
    from engage.people.ledger import Ledger
    from engage.system.actor import Actor

COLUMNS = ("name", "members")
MOST_ROWS = 1_000
REPEATED = N_("This name stands in line %(other)d already.")

GroupPlan = Plan[NewGroup, GroupChange]


class GroupImport:
    """Takes worksheets of extension groups in."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def run(self, actor: Actor, data: bytes, *, update: bool, dry_run: bool) -> Outcome:
        """Look a worksheet through and, unless `dry_run`, take it over: all of it or nothing.

        Args:
            actor: who does it.
            data: the file; `members` are numbers, one after the other.
            update: give groups that are there the members of the file; else they are refused.
            dry_run: only say what would happen.

        Raises:
            Forbidden: without the right to edit groups.
            ImportRefused: something is wrong in it, and it was not a dry run.
            NameTaken: somebody took one of the names meanwhile.
            Invalid: a member was deleted meanwhile.
        """
        actor.check(Module.EXTENSION_GROUPS)
        plan = self._plan(data, update=update)
        if plan.outcome.is_due(dry_run=dry_run):
            await self._take_over(actor, plan)
        return plan.outcome

    def _plan(self, data: bytes, *, update: bool) -> GroupPlan:
        rows, problems = read_table(data, COLUMNS, key="name", most=MOST_ROWS)
        plan = GroupPlan(problems=problems)
        if problems:
            return plan
        known = {name_key(each.name): each for each in self._ledger.book.groups.values()}
        for name, row in unrepeated(rows, "name", REPEATED, plan.problems, same=name_key):
            present = known.get(name_key(name))
            if present is not None and not update:
                plan.problems.append(Problem(row.line, "name", NameTaken.text))
            else:
                self._add(plan, row, name, present)
        return plan

    def _add(self, plan: GroupPlan, row: Row, name: str, present: Group | None) -> None:
        fields: dict[str, Any] = {"name": name}
        if "members" in row.cells:
            fields["members"] = numbers_in(row.cells["members"])
        found, asked = validated(GroupChange if present else NewGroup, fields, row.line)
        plan.problems += found
        members = fields.get("members", [])
        plan.problems += unknown_numbers(row, "members", members, self._ledger.book.extensions)
        if present is not None:
            plan.changes.append((present.id, asked))
        else:
            plan.new.append(asked)

    async def _take_over(self, actor: Actor, plan: GroupPlan) -> None:
        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            present = {each.id: each for each in await rows.groups()}
            wanted = [
                *(Group(new_id(), each.name, tuple(each.members)) for each in plan.new),
                *(_changed(present[key], each) for key, each in plan.changes if key in present),
            ]
            names = {name_key(each.name): each.id for each in present.values()}
            if any(names.get(name_key(each.name), each.id) != each.id for each in wanted):
                raise NameTaken
            members = dict.fromkeys(number for each in wanted for number in each.members)
            await check_extensions(rows, "members", list(members))
            for each in wanted:
                unique = replace(each, members=tuple(dict.fromkeys(each.members)))
                await rows.put_group(unique, name_key(each.name))

        detail = {"added": len(plan.new), "changed": len(plan.changes)}
        await self._ledger.change(actor, "group.import", subject_of(""), store, detail)


def _changed(present: Group, change: GroupChange) -> Group:
    members = present.members if change.members is None else tuple(change.members)
    name = change.name or present.name
    return replace(present, name=name, members=members, version=present.version + 1)
