"""A test mail: sent at once, past the outbox, so that the mail server's answers can be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engage.identifiers import new_id, now_ms
from engage.notify.kinds import TEST
from engage.notify.model import NoMailServer
from engage.notify.repository import MailRepository
from engage.notify.settings import EmailSettings
from engage.notify.transport import Connection, NotSent, Step
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.mailing import Recipient
    from engage.notify.model import Mail, Trouble
    from engage.notify.outbox import Outbox
    from engage.notify.writing import Writing
    from engage.storage.database import Database
    from engage.system.actor import Actor
    from engage.system.configuration import Configuration

PATIENCE = 0.5  # somebody waits for the answer


@dataclass(frozen=True, slots=True)
class Tried:
    """What a test mail met; `trouble` is None when it was taken."""

    trouble: Trouble | None
    steps: tuple[Step, ...]


class Trial:
    """Sends test mails; each stands in the send log like any other."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        writing: Writing,
        configuration: Configuration,
        clock: Clock = now_ms,
    ) -> None:
        self._database, self._outbox, self._writing = database, outbox, writing
        self._configuration, self._clock = configuration, clock

    async def send(self, actor: Actor, to: Recipient) -> Tried:
        """Send one and tell how the server took it.

        Raises:
            Forbidden: without the right to edit email.
            NoMailServer: none is set.
            AddressRefused: this is no mail address.
        """
        actor.check(Module.EMAIL)
        server = self._configuration.get(EmailSettings).server()
        if server is None:
            raise NoMailServer
        _, _, who = actor.who.partition(":")
        mail = self._outbox.draft(new_id(), TEST, to, {"sent_by": who}, self._clock())
        rendered = await self._writing.rendered(mail)
        envelope = self._writing.envelope(mail, rendered)
        connection = Connection(server, self._writing.host, patience=PATIENCE)
        trouble: Trouble | None = None
        try:
            async with connection:
                await connection.send(envelope)
        except NotSent as failed:
            trouble = failed.trouble
        sent = replace(
            mail,
            subject=rendered.subject,
            state="failed" if trouble else "sent",
            tries=1,
            reason=trouble.reason if trouble else "",
            words=trouble.words if trouble else connection.steps[-1].words,
            updated_at_ms=self._clock(),
        )
        await self._database.write(lambda c: self._record(c, actor, sent))
        return Tried(trouble, tuple(connection.steps))

    async def _record(self, connection: AsyncConnection, actor: Actor, mail: Mail) -> None:
        await MailRepository(connection).add(self._outbox.row(mail))
        await note(connection, actor, "mail.test", f"mail:{mail.id}", {"to": mail.address})
