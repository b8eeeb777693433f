"""Everything that is stored, for other programs: one kind of row at a time, without secrets.

It only reads, so it works beside a running server.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal

from sqlalchemy import Table, select, tuple_

from engage.csv_cells import cell
from engage.identifiers import rfc3339
from engage.storage.tables import (
    accounts,
    broadcasts,
    conversations,
    deliveries,
    events,
    extension_group_members,
    extension_groups,
    extensions,
    inquiries,
    livechats,
    mail_templates,
    mails,
    operations,
    queue_agents,
    queues,
    visitors,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy import Row

    from engage.storage.database import Database

Format = Literal["jsonl", "csv"]
AT_ONCE = 1000
"""Rows read by one statement."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is exported under one name, and which columns nobody gets."""

    table: Table
    hidden: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()  # text columns that hold JSON

    @property
    def columns(self) -> list[str]:
        """The exported columns, as they are called in the file: moments lose their `_ms`."""
        return [each.removesuffix("_ms") for each in self.stored_columns]

    @property
    def stored_columns(self) -> list[str]:
        """The exported columns, as they are stored."""
        return [each.name for each in self.table.columns if each.name not in self.hidden]


KINDS = {
    "accounts": Kind(accounts, frozenset({"password_hash", "version"})),
    "extensions": Kind(extensions, frozenset({"sip_secret"})),
    "extension-groups": Kind(extension_groups),
    "extension-group-members": Kind(extension_group_members),
    "queues": Kind(queues),
    "queue-agents": Kind(queue_agents),
    "livechats": Kind(livechats),
    "visitors": Kind(visitors, frozenset({"token_hash", "token_expires_at_ms"})),
    "inquiries": Kind(inquiries),
    "conversations": Kind(conversations),
    "events": Kind(events, documents=frozenset({"body"})),
    "broadcasts": Kind(broadcasts),
    "deliveries": Kind(deliveries, frozenset({"lease_owner", "lease_until_ms"})),
    "email-templates": Kind(mail_templates),
    "emails": Kind(mails, frozenset({"params", "lease_owner", "lease_until_ms"})),
    "operations": Kind(operations),
}


async def export(
    database: Database,
    kind: Kind,
    target: IO[str],
    shape: Format,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Write every row of a kind, in the order of its key.

    Args:
        database: opened for looking.
        kind: one of `KINDS`.
        target: where to; text.
        shape: `jsonl`, a JSON object a line; or `csv` with a first line of names.
        progress: told now and then how many rows are written.

    Returns:
        how many rows there were.

    Raises:
        Unavailable: the database does not answer.
    """
    written = 0
    table = csv.writer(target)
    if shape == "csv":
        table.writerow(kind.columns)
    async for rows in _batches(database, kind):
        for row in rows:
            values = _values(kind, row)
            if shape == "csv":
                table.writerow([cell(each) for each in values.values()])
            else:
                target.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
        written += len(rows)
        progress(written)
    return written


async def _batches(database: Database, kind: Kind) -> AsyncIterator[list[Row[Any]]]:
    key = list(kind.table.primary_key.columns)
    last: list[Any] | None = None
    while True:
        query = select(kind.table).order_by(*key).limit(AT_ONCE)
        if last is not None:
            query = query.where(tuple_(*key) > tuple_(*last))
        async with database.read() as connection:
            rows = list((await connection.execute(query)).all())
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        last = [getattr(rows[-1], column.name) for column in key]


def _values(kind: Kind, row: Row[Any]) -> dict[str, Any]:
    values = {}
    for stored, shown in zip(kind.stored_columns, kind.columns, strict=True):
        value = row._mapping[stored]  # noqa: SLF001 - SQLAlchemy's public name for a row by column
        if stored.endswith("_ms") and value is not None:
            value = rfc3339(value)
        elif stored in kind.documents:
            value = json.loads(value)
        values[shown] = value
    return values
