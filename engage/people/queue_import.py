"""Call queues from a worksheet: `number`, `name`, `static_agents` and `dynamic_agents`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.people.csv_table import Problem, read_table
from engage.people.directory_repository import DirectoryRepository
from engage.people.groups import check_extensions
from engage.people.queue_bodies import NewQueue, QueueChange
from engage.people.queue_entries import changed_queue, new_queue
from engage.people.queue_groups import forget_who_left
from engage.people.queues import subject_of
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.csv_table import Row
    from engage.people.ledger import Ledger
    from engage.people.model import Secrets
    from engage.people.numbering import NumberBook
    from engage.people.numbers import NumberRanges
    from engage.system.actor import Actor

AGENTS = ("static_agents", "dynamic_agents")
COLUMNS = ("number", "name", *AGENTS)
MOST_ROWS = 1_000

QueuePlan = Plan[NewQueue, QueueChange]


class QueueImport:
    """Takes worksheets of call queues in."""

    def __init__(
        self,
        ledger: Ledger,
        secrets: Secrets,
        numbers: NumberBook,
        ranges: Callable[[], NumberRanges],
    ) -> None:
        """`secrets` seal the PINs of queues; `numbers` knows which are taken."""
        self._ledger, self._secrets = ledger, secrets
        self._numbers, self._ranges = numbers, ranges

    async def run(self, actor: Actor, data: bytes, *, update: bool, dry_run: bool) -> Outcome:
        """Look a worksheet through and, unless `dry_run`, take it over: all of it or nothing.

        Args:
            actor: who does it.
            data: the file; agents are numbers, one after the other.
            update: change queues that are there, by the columns that are there; else their
                numbers are refused.
            dry_run: only say what would happen.

        Raises:
            Forbidden: without the right to edit queues.
            ImportRefused: something is wrong in it, and it was not a dry run.
            NumberTaken: somebody took one of the numbers meanwhile.
            Invalid: an agent was deleted meanwhile.
        """
        actor.check(Module.QUEUES)
        plan = self._plan(data, update=update)
        if plan.outcome.is_due(dry_run=dry_run):
            await self._take_over(actor, plan)
        return plan.outcome

    def _plan(self, data: bytes, *, update: bool) -> QueuePlan:
        rows, problems = read_table(data, COLUMNS, key="number", most=MOST_ROWS)
        plan = QueuePlan(problems=problems)
        if problems:
            return plan
        for number, row in unrepeated(rows, "number", NUMBER_REPEATED, plan.problems):
            self._add(plan, row, number, update=update)
        return plan

    def _add(self, plan: QueuePlan, row: Row, number: str, *, update: bool) -> None:
        fields: dict[str, Any] = {}
        if "name" in row.cells:
            fields["name"] = row.cells["name"].strip()
        for column in AGENTS:
            if column in row.cells:
                fields[column] = numbers_in(row.cells[column])
        if update and number in self._ledger.book.queues:
            found, change = validated(QueueChange, fields, row.line)
            plan.changes.append((number, change))
        else:
            found, new = validated(NewQueue, {"name": "", **fields, "number": number}, row.line)
            plan.new.append(new)
            plan.problems += self._number_problems(row.line, number)
        plan.problems += found
        for column in AGENTS:
            numbers = fields.get(column, [])
            plan.problems += unknown_numbers(row, column, numbers, self._ledger.book.extensions)

    def _number_problems(self, line: int, number: str) -> list[Problem]:
        ranges = self._ranges()
        if (wrong := ranges.problem("queues", number)) is not None:
            return [Problem(line, "number", wrong, ranges.spans)]
        if (taken := self._numbers.taken(number)) is not None:
            return [Problem(line, "number", taken.text, taken.params)]
        return []

    async def _take_over(self, actor: Actor, plan: QueuePlan) -> None:
        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            await self._numbers.check_free(connection, [each.number for each in plan.new])
            present = {each.number: each for each in await rows.queues()}
            wanted = [
                *(new_queue(each, self._secrets) for each in plan.new),
                *(
                    changed_queue(present[number], change, self._secrets)
                    for number, change in plan.changes
                    if number in present
                ),
            ]
            for column, static in zip(AGENTS, (True, False), strict=True):
                agents = dict.fromkeys(
                    agent.number
                    for queue in wanted
                    for agent in queue.agents
                    if agent.static == static
                )
                await check_extensions(rows, column, list(agents))
            for queue in wanted:
                await rows.put_queue(queue)
            await forget_who_left(rows)

        detail = {"added": len(plan.new), "changed": len(plan.changes)}
        async with self._numbers.assigning:
            await self._ledger.change(actor, "queue.import", subject_of(""), store, detail)
