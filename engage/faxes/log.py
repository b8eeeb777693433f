"""Follows faxes in the journal: a row and a mail for each, in one transaction."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from engage.faxes.model import ReceivedFax
from engage.storage.tables import received_faxes
from pbxcore.journal import FaxReceived

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.faxes.model import Owners
    from engage.hub.service import HubTransaction
    from engage.mailing import Mailer, Recipient
    from pbxcore.journal import Entry


class FaxLog:
    """Writes them down.

    Args:
        owners: whose they are.
        mailer: takes mails.
        forget: told the path of each fax that is in the database, and whether it has pages: a
            crash need not tell of it.
    """

    def __init__(
        self, owners: Owners, mailer: Mailer, forget: Callable[[Path, bool], None]
    ) -> None:
        self._owners, self._mailer, self._forget = owners, mailer, forget

    async def start(self) -> None:
        """Nothing is to be read."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Each fax once, however often it was told of."""
        told = [each.fact for each in entries if isinstance(each.fact, FaxReceived)]
        for fact in told:
            await self._take(transaction, fact)

        def committed() -> None:
            for fact in told:
                self._forget(Path(fact.path), fact.pages > 0)

        return committed

    async def _take(self, transaction: HubTransaction, fact: FaxReceived) -> None:
        connection = transaction.connection
        known = select(received_faxes.c.id).where(received_faxes.c.id == fact.id)
        if (await connection.execute(known)).first() is not None:
            return
        recipients = self._owners.recipients(fact.box) if fact.pages else ()
        for each in recipients:
            await self._mail(transaction, fact, each)
        fax = ReceivedFax(
            id=fact.id,
            box=fact.box,
            call=fact.call,
            caller=fact.caller,
            caller_name=fact.name,
            sender=fact.sender,
            received_at_ms=fact.received_at_ms,
            seconds=fact.seconds,
            pages=fact.pages,
            bit_rate=fact.bit_rate,
            problem=fact.problem,
            detail=fact.detail,
            mailed="; ".join(each.address for each in recipients),
            file=fact.path if fact.pages else "",
        )
        await connection.execute(insert(received_faxes).values(asdict(fax)))

    async def _mail(self, transaction: HubTransaction, fact: FaxReceived, to: Recipient) -> None:
        await self._mailer.post(
            transaction.connection,
            "fax_received",
            to=to,
            params={
                "full_name": to.name,
                "extension": fact.box,
                "caller": fact.caller or fact.sender,
                "caller_name": fact.name,
                "pages": fact.pages,
                "received_at": fact.received_at_ms,
                "incomplete": "1" if fact.problem else "",
                "fax": fact.path,
            },
            dedupe_key=f"fax:{fact.id}:{to.address}",
        )
