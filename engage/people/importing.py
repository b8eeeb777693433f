"""Extensions from a worksheet: looked through as a whole, then written in one transaction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from engage.errors import N_
from engage.people.csv_table import Problem, read_table
from engage.people.extension_forms import ExtensionChange, NewExtension
from engage.people.extension_rows import Rewrite
from engage.people.model import WELCOME_DUE
from engage.people.policy import name_key
from engage.people.wire import EXTENSION_COLUMNS
from engage.people.worksheets import (
    NUMBER_REPEATED,
    Outcome,
    Plan,
    numbers_in,
    unrepeated,
    validated,
)
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.csv_table import Row
    from engage.people.extension_checks import ExtensionChecks
    from engage.people.extension_rows import ExtensionRows
    from engage.people.ledger import Ledger
    from engage.people.passwords import Passwords
    from engage.system.actor import Actor

MOST_ROWS = 5_000
MOST_PASSWORDS = 1_000
"""Each costs a hundredth of a second or more, on purpose; see decision 0013."""
SECRETS = ("sip_secret", "wave_password")
COLUMNS = frozenset((*EXTENSION_COLUMNS, *SECRETS))
EMPTY_IS_LEFT_OUT = frozenset(
    {*SECRETS, "enabled", "max_contacts", "qualify_s", "permission", "wave_privilege_id"}
)
YES, NO = frozenset({"yes", "true", "1", "on"}), frozenset({"no", "false", "0", "off"})


class _CellRefused(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class _Plan(Plan[NewExtension, dict[str, Any]]):
    def passwords(self) -> int:
        given = sum(1 for each in self.new if each.wave_password)
        return given + sum(1 for _, fields in self.changes if "wave_password" in fields)


class Importing:
    """Takes worksheets in."""

    def __init__(
        self,
        ledger: Ledger,
        checks: ExtensionChecks,
        rows: ExtensionRows,
        passwords: Passwords,
        welcome: Callable[[], None],
    ) -> None:
        """`welcome` is told that mails to new users are due."""
        self._ledger, self._checks, self._rows = ledger, checks, rows
        self._passwords, self._welcome = passwords, welcome

    async def run(self, actor: Actor, data: bytes, *, update: bool, dry_run: bool) -> Outcome:
        """Look a worksheet through and, unless `dry_run`, take it over: all of it or nothing.

        Args:
            actor: who does it.
            data: the file.
            update: change extensions that are there, by the columns that are there; else their
                numbers are refused.
            dry_run: only say what would happen.

        Raises:
            Forbidden: without the right to edit extensions.
            ImportRefused: something is wrong in it, and it was not a dry run.
            NumberTaken: somebody took one of the numbers meanwhile.
        """
        actor.check(Module.EXTENSIONS)
        # In a thread: thousands of lines are looked through in a second or so.
        plan = await asyncio.to_thread(self._plan, data, update=update)
        if plan.outcome.is_due(dry_run=dry_run):
            await self._take_over(actor, plan)
        return plan.outcome

    def _plan(self, data: bytes, *, update: bool) -> _Plan:
        rows, problems = read_table(data, COLUMNS, key="number", most=MOST_ROWS)
        plan = _Plan(problems=problems)
        if problems:
            return plan
        for number, row in unrepeated(rows, "number", NUMBER_REPEATED, plan.problems):
            self._add(plan, row, number, update=update)
        if plan.passwords() > MOST_PASSWORDS:
            text = N_(
                "At most %(most)d passwords are taken at once. Without one, users set their own "
                "by a link that they are mailed."
            )
            plan.problems.append(Problem(1, "wave_password", text, {"most": MOST_PASSWORDS}))
        return plan

    def _add(self, plan: _Plan, row: Row, number: str, *, update: bool) -> None:
        fields, problems = self._fields(row)
        known = number in self._ledger.book.extensions
        if known and update:
            del fields["number"]
            found, change = validated(ExtensionChange, fields, row.line)
            problems += found
            if change is not None:
                given = change.given()
                wrong = self._checks.change_problems(number, given)
                problems += self._problems(row.line, wrong)
                plan.changes.append((number, given))
        else:
            found, new = validated(NewExtension, {**fields, "number": number}, row.line)
            problems += found
            if new is not None:
                problems += self._problems(row.line, self._checks.problems(new))
                plan.new.append(new)
            if (taken := self._checks.numbers.taken(number)) is not None:
                problems.append(Problem(row.line, "number", taken.text, taken.params))
        plan.problems += problems

    def _fields(self, row: Row) -> tuple[dict[str, Any], list[Problem]]:
        """A row's cells as values of their kinds."""
        fields: dict[str, Any] = {}
        problems = []
        for name, cell in row.cells.items():
            text = cell if name in SECRETS else cell.strip()
            if not text and name in EMPTY_IS_LEFT_OUT:
                continue
            try:
                fields[name] = self._value(name, text)
            except _CellRefused as refused:
                problems.append(Problem(row.line, name, refused.text))
        fields.setdefault("number", "")
        return fields, problems

    def _value(self, name: str, text: str) -> Any:
        match name:
            case "enabled":
                if text.casefold() not in YES | NO:
                    raise _CellRefused(N_("Please write yes or no."))
                return text.casefold() in YES
            case "allowed_networks" | "digest_algorithms":
                return numbers_in(text)
            case "max_contacts" | "qualify_s":
                if not (text.isascii() and text.isdigit() and len(text) < 10):
                    raise _CellRefused(N_("This must be a whole number."))
                return int(text)
            case "wave_privilege_id":
                privileges = self._ledger.book.wave_privileges
                named = {name_key(each.name): each.id for each in privileges.values()}
                return text if text in privileges else named.get(name_key(text), text)
        return text

    def _problems(self, line: int, wrong: Mapping[str, str]) -> list[Problem]:
        spans = self._checks.spans
        return [Problem(line, name, text, spans) for name, text in wrong.items()]

    async def _take_over(self, actor: Actor, plan: _Plan) -> None:
        """Hash one password after the other, which leaves a thread to those who sign in."""
        prepared = [await self._rows.prepared(each, without=WELCOME_DUE) for each in plan.new]
        hashes = {
            number: await self._passwords.hash(fields["wave_password"])
            for number, fields in plan.changes
            if "wave_password" in fields
        }

        async def store(connection: AsyncConnection) -> list[Rewrite]:
            if prepared:
                await self._rows.insert(connection, prepared)
            numbers = [number for number, _ in plan.changes]
            present = await self._rows.stored(connection, numbers)
            rewrites = [
                Rewrite(present[number], fields, hashes.get(number))
                for number, fields in plan.changes
            ]
            await self._rows.rewrite(connection, rewrites)
            return rewrites

        detail = {"added": len(plan.new), "changed": len(plan.changes)}
        async with self._checks.numbers.assigning:
            rewrites = await self._ledger.change(
                actor, "extension.import", "extension:", store, detail
            )
        self._rows.tell_rewritten(rewrites)
        self._ledger.tell_saved(entry.number for _, entry in prepared)
        self._welcome()
