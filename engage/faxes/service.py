"""Faxes that were received: found, read and removed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from engage.errors import NotFound
from engage.faxes.model import FaxUnavailable, NoPages, ReceivedFax
from engage.faxes.removing import remove
from engage.pdf import as_pdf
from engage.storage.sorted_rows import in_portions, sorted_page
from engage.storage.tables import received_faxes
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database
    from engage.storage.sorted_rows import Order
    from engage.system.actor import Actor

_rows = received_faxes.c
COLUMN_OF: dict[str, ColumnElement[Any]] = {
    "received_at": _rows.received_at_ms,
    "box": _rows.box,
    "caller": _rows.caller,
    "pages": _rows.pages,
}
_STATES: dict[str, ColumnElement[bool]] = {
    "received": _rows.problem == "",
    "incomplete": and_(_rows.problem != "", _rows.pages > 0),
    "failed": and_(_rows.problem != "", _rows.pages == 0),
}


@dataclass(frozen=True, slots=True)
class WantedFaxes:
    """Which are looked for; empty values mean any."""

    search: str = ""
    state: str = ""
    box: str = ""
    from_ms: int = 0
    until_ms: int = 0


class Faxes:
    """What came in.

    Args:
        database: the rows.
        folder: where the pages are.
        installed: whether this server can receive any.
    """

    def __init__(self, database: Database, folder: Path, *, installed: bool) -> None:
        self._database, self._folder, self._installed = database, folder, installed

    def check(self, actor: Actor, *, edit: bool = False) -> None:
        """Let in who may.

        Raises:
            Forbidden: without the right.
            FaxUnavailable: nobody: the library is not installed.
        """
        actor.check(Module.FAX, "edit" if edit else "view")
        if not self._installed:
            raise FaxUnavailable

    async def page(
        self, actor: Actor, wanted: WantedFaxes, order: Order, limit: int
    ) -> tuple[list[ReceivedFax], int]:
        """Faxes that fit, and how many there are of them."""
        self.check(actor)
        fitting = _conditions(wanted)
        query = _page(wanted, order).limit(limit)
        count = select(func.count()).select_from(received_faxes).where(*fitting)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            total: int = (await connection.execute(count)).scalar_one()
        return [ReceivedFax(**row) for row in rows], total

    def every(
        self, actor: Actor, wanted: WantedFaxes, order: Order
    ) -> AsyncIterator[list[ReceivedFax]]:
        """All faxes that fit, however many, in portions; raises as `check` does, at once."""
        self.check(actor)
        return in_portions(self._database, partial(_page, wanted), ReceivedFax, order, COLUMN_OF)

    async def get(self, actor: Actor, fax_id: str) -> ReceivedFax:
        """One fax.

        Raises:
            NotFound: there is none.
        """
        self.check(actor)
        query = select(received_faxes).where(_rows.id == fax_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            raise NotFound
        return ReceivedFax(**row)

    async def pdf(self, actor: Actor, fax_id: str) -> bytes:
        """Its pages.

        Raises:
            NoPages: there are none.
        """
        fax = await self.get(actor, fax_id)
        path = self.pages_of(fax.file)
        if path is None:
            raise NoPages
        try:
            return await asyncio.to_thread(as_pdf, path)
        except OSError:
            raise NoPages from None

    def pages_of(self, file: str) -> Path | None:
        """The file of a fax's pages, if it has any here."""
        return Path(file) if file and Path(file).is_relative_to(self._folder) else None

    async def remove(self, which: ColumnElement[bool]) -> int:
        """Remove faxes with their pages, and tell nobody; how many."""
        return await remove(self._database, self._folder, which)

    async def delete(self, actor: Actor, fax_id: str) -> None:
        """Remove a fax with its pages; mails that wait go without them.

        Raises:
            NotFound: there is none.
        """
        self.check(actor, edit=True)
        fax = await self.get(actor, fax_id)

        async def tell(connection: AsyncConnection, _: int) -> None:
            about = {"from": fax.caller, "to": fax.box, "pages": fax.pages}
            await note(connection, actor, "fax.delete", f"fax:{fax_id}", about)

        await remove(self._database, self._folder, _rows.id == fax_id, tell)


def _page(wanted: WantedFaxes, order: Order) -> Select[Any]:
    query = select(received_faxes).where(*_conditions(wanted))
    return sorted_page(query, order, COLUMN_OF, _rows.id)


def _conditions(wanted: WantedFaxes) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for each in wanted.search.split():
        columns = (_rows.box, _rows.caller, _rows.caller_name, _rows.sender, _rows.mailed)
        found.append(or_(*(column.icontains(each, autoescape=True) for column in columns)))
    if wanted.state:
        found.append(_STATES[wanted.state])
    if wanted.box:
        found.append(_rows.box == wanted.box)
    if wanted.from_ms:
        found.append(_rows.received_at_ms >= wanted.from_ms)
    if wanted.until_ms:
        found.append(_rows.received_at_ms < wanted.until_ms)
    return found
