"""Where a person leaves traces beside the chats themselves: counted, told, wiped out.

A slice that keeps visitors' names, addresses or words in a table that does not go with its
conversation has an entry in `TRACES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import delete, func, literal, or_, select, update

from engage.privacy.model import slices
from engage.privacy.persons import dialled
from engage.storage.tables import (
    call_legs,
    calls,
    contacts,
    livechat_bans,
    mails,
    push_messages,
    queue_log,
    received_faxes,
    visits,
    webhook_deliveries,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.privacy.model import Person
    from engage.storage.database import Database

    Condition = Callable[[Person], ColumnElement[bool]]

CALLS: Final = 500
"""Calls that lose their number in one transaction."""
NAMES: Final = 500
"""Names that one statement compares with."""
MAILS_TO_VISITORS: Final = ("transcript", "livechat_reply")


class Trace(Protocol):
    """One kind of trace."""

    @property
    def name(self) -> str:
        """What counts and files call it."""

    async def rows(self, connection: AsyncConnection, person: Person) -> list[dict[str, Any]]:
        """Everything of it, to be told."""

    async def wipe(self, database: Database, person: Person) -> None:
        """Leave nothing, in portions: others write in between."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are a person's as a whole: they go. `kept` columns are not told."""

    name: str
    table: Table
    of: Condition
    kept: frozenset[str] = frozenset()

    async def rows(self, connection: AsyncConnection, person: Person) -> list[dict[str, Any]]:
        """Everything of it, to be told."""
        keys = [each.name for each in self.table.primary_key]
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        for part in person.portions():
            rows = await connection.execute(select(self.table).where(self.of(part)))
            found |= {tuple(row[key] for key in keys): dict(row) for row in rows.mappings()}
        return [_told(row, self.kept) for row in found.values()]

    async def wipe(self, database: Database, person: Person) -> None:
        """Leave nothing, in portions: others write in between."""
        for part in person.portions():
            await database.write(partial(_delete, self.table, self.of(part)))


class CallsByNumber:
    """Calls from and to the number that was asked for: that they were is kept, whose is not."""

    name = "calls_by_number"

    async def rows(self, connection: AsyncConnection, person: Person) -> list[dict[str, Any]]:
        """Everything of it, to be told."""
        found = await connection.execute(select(calls).where(_of_number(person)))
        return [dict(row) for row in found.mappings()]

    async def wipe(self, database: Database, person: Person) -> None:
        """Leave no name and no number; recordings are removed before, with their files."""

        async def work(connection: AsyncConnection) -> bool:
            ids = await numbers_calls(connection, person, CALLS)
            await _unname(connection, ids, person)
            return bool(ids)

        while await database.write(work):  # who has no number any more is not found again
            pass


async def _unname(connection: AsyncConnection, ids: Sequence[str], person: Person) -> None:
    for table, key, pairs in _NAMED:
        for number, name in pairs:
            await connection.execute(
                update(table)
                .where(key.in_(ids), dialled(table.c[number]).in_(person.numbers))
                .values({number: "", **({name: ""} if name else {})})
            )
    for at in ("data1", "data2", "data3", "data4", "data5"):
        column = queue_log.c[at]
        held = [dialled(column).in_(person.numbers)]
        held += [column.in_(names) for names in slices(sorted(person.names), NAMES)]
        for words in held:
            await connection.execute(
                update(queue_log).where(queue_log.c.call.in_(ids), words).values({at: ""})
            )


_NAMED: Final = (
    (
        calls,
        calls.c.id,
        (("caller", "caller_name"), ("original_caller", None), ("callee", "callee_name")),
    ),
    (call_legs, call_legs.c.call, (("party", "name"), ("target", None))),
)


async def numbers_calls(
    connection: AsyncConnection, person: Person, most: int | None = None
) -> list[str]:
    """Calls from and to the number that was asked for."""
    if not person.numbers:
        return []
    query = select(calls.c.id).where(_of_number(person)).limit(most)
    return list((await connection.execute(query)).scalars())


def _of_number(person: Person) -> ColumnElement[bool]:
    columns = calls.c.caller, calls.c.original_caller, calls.c.callee
    return or_(*(dialled(each).in_(person.numbers) for each in columns))


class FaxesByNumber:
    """Faxes from the number that was asked for, by their call or by what the machine said."""

    name = "faxes"

    async def rows(self, connection: AsyncConnection, person: Person) -> list[dict[str, Any]]:
        """Everything of it, to be told."""
        if not person.numbers:
            return []
        found = await connection.execute(select(received_faxes).where(of_faxes(person)))
        return [_told(dict(row), frozenset({"file"})) for row in found.mappings()]

    async def wipe(self, database: Database, person: Person) -> None:
        """They are removed afterwards, with their pages: mails about them are found by them."""


def of_faxes(person: Person) -> ColumnElement[bool]:
    """Which of `received_faxes` are a person's."""
    columns = received_faxes.c.caller, received_faxes.c.sender
    return or_(*(dialled(each).in_(person.numbers) for each in columns))


def _mails(person: Person) -> ColumnElement[bool]:
    """To the visitor, or about one of their chats or faxes: keys hold its identifier."""
    to = func.lower(mails.c.address).in_(person.emails) & mails.c.kind.in_(MAILS_TO_VISITORS)
    answers = func.lower(mails.c.reply_to).in_(person.emails)
    about = (mails.c.dedupe_key.contains(each) for each in person.conversations)
    return or_(to, answers, *about, *_fax_mails(person))


def _fax_mails(person: Person) -> list[ColumnElement[bool]]:
    """Keys are `fax:`, the fax's identifier and the address: that is cut off, as it is known."""
    if not person.numbers:
        return []
    about = func.replace(mails.c.dedupe_key, literal(":").concat(mails.c.address), "")
    theirs = select(literal("fax:").concat(received_faxes.c.id)).where(of_faxes(person))
    return [(mails.c.kind == "fax_received") & about.in_(theirs)]


def _contacts(person: Person) -> ColumnElement[bool]:
    email = func.lower(contacts.c.email).in_(person.emails)
    return or_(email, dialled(contacts.c.phone).in_(person.numbers))


TRACES: Final[tuple[Trace, ...]] = (
    Rows("mails", mails, _mails, frozenset({"params", "lease_owner", "lease_until_ms"})),
    Rows("contacts", contacts, _contacts),
    Rows(
        "bans",
        livechat_bans,
        lambda person: livechat_bans.c.visitor_id.in_([each.id for each in person.visitors]),
    ),
    Rows("visits", visits, lambda person: visits.c.conversation_id.in_(person.conversations)),
    Rows(
        "webhook_messages",
        webhook_deliveries,
        lambda person: webhook_deliveries.c.conversation_id.in_(person.conversations),
    ),
    Rows(
        "push_messages",
        push_messages,
        lambda person: push_messages.c.conversation_id.in_(person.conversations),
    ),
    CallsByNumber(),
    FaxesByNumber(),
)


async def _delete(table: Table, which: ColumnElement[bool], connection: AsyncConnection) -> None:
    await connection.execute(delete(table).where(which))


def _told(row: dict[str, Any], kept: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in kept}
