"""Fetches answers from the mailbox: a thread reads, the loop handles."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import delete, insert, select

from engage.background import Worker
from engage.errors import Unavailable
from engage.notify.incoming.aside import Aside
from engage.notify.incoming.imap import Mailbox, MailboxFailed
from engage.notify.incoming.mail import Incoming, NoMail, read
from engage.notify.incoming.settings import NAME, IncomingSettings
from engage.storage.tables import facts
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.notify.incoming.imap import MailServer
    from engage.storage.database import Database
    from engage.system.actor import Actor
    from engage.system.configuration import Configuration
    from engage.system.events import SectionChanged

T = TypeVar("T")
log = logging.getLogger(__name__)

EVERY_S = 20.0
"""How often it is looked for new mail where the server does not tell of it (seconds)."""

SPENT_S = 20.0
"""A connection that has idled for so long was of use: another is opened at once (seconds)."""

PORTION = 20
FACT = "incoming_email"


class Collecting:
    """Reads every mail that comes into the mailbox once.

    How far it has come is a row. A mail may still be handed on twice, by a crash in between:
    whoever handles it recognises it by its `key`.

    Attributes:
        handle: takes a mail; whether it was for us. Set by `app`.
        trouble: what the server said when it could not be read last; empty: it could.
    """

    def __init__(self, database: Database, configuration: Configuration) -> None:
        self._database, self._configuration = database, configuration
        self.handle: Callable[[Incoming], Awaitable[bool]] | None = None
        self.trouble = ""
        self._interrupted = asyncio.Event()  # ends the waiting of `_news`
        self._thread = Aside("mailbox")  # one waits there for minutes
        self._worker = Worker("fetching of mails", self._next, every_s=None, away_s=EVERY_S)

    async def start(self) -> None:
        """Begin to look."""
        self._thread.begin()
        self._worker.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._worker.stop()
        self._thread.end()

    def address_for(self, token: str) -> str:
        """Where an answer with this token goes; empty while there is no mailbox."""
        return self._settings().address_for(token)

    async def section_changed(self, fact: SectionChanged) -> None:
        """Use other settings at once."""
        if fact.name == NAME:
            self._look_now()

    async def try_out(self, actor: Actor) -> str | None:
        """What the server says when it cannot be read; None: it can, or there is none.

        Raises:
            Forbidden: without the right to edit email.
        """
        actor.check(Module.EMAIL)
        server = self._settings().server()
        if server is None:
            return None
        try:
            await asyncio.to_thread(_open, server)
        except MailboxFailed as failed:
            return str(failed)
        self._look_now()
        return None

    def is_set(self) -> bool:
        """Whether there is a mailbox."""
        return self._settings().server() is not None

    async def _look(self) -> bool:
        """Fetch what is new, and what comes as long as the server tells of it.

        Returns:
            whether to look again at once.

        Raises:
            MailboxFailed: the mailbox cannot be read.
        """
        server = self._settings().server()
        if server is None:
            self.trouble = ""
            return False
        mailbox = Mailbox(server)
        try:
            await self._run(mailbox.__enter__)
            while True:
                while await self._read(server, mailbox) == PORTION:
                    pass
                self.trouble = ""
                if not mailbox.tells:
                    return False
                idle_since = time.monotonic()
                if not await self._news(mailbox):
                    return time.monotonic() - idle_since >= SPENT_S
        finally:  # not waited for: a server that says nothing would hold up who stops this
            self._thread.submit(mailbox.__exit__)

    async def _news(self, mailbox: Mailbox) -> bool:
        """Wait until there may be some; False: not over this connection.

        Servers and routers in between end what idles as they like: that is no trouble.
        """
        waiting = asyncio.ensure_future(self._run(mailbox.wait))
        woken = asyncio.create_task(self._interrupted.wait())
        try:
            await asyncio.wait((waiting, woken), return_when=asyncio.FIRST_COMPLETED)
            return await waiting if waiting.done() else False
        except MailboxFailed:
            return False
        finally:
            woken.cancel()
            if not waiting.done():
                mailbox.interrupt()
                await asyncio.gather(waiting, return_exceptions=True)

    async def _read(self, server: MailServer, mailbox: Mailbox) -> int:
        """Handle the next mails; how many there were."""
        place = f"{server.name} {mailbox.validity} "
        known = await self._place()
        if not known.startswith(place):  # another mailbox: what lies in it is no answer to us
            await self._keep(place, await self._run(mailbox.newest))
            return 0
        mails = mailbox.after(int(known.removeprefix(place)), PORTION)
        read = 0
        while (found := await self._run(partial(next, mails, None))) is not None:
            number, raw = found
            read += 1
            if raw is not None and await self._taken(raw):
                await self._run(partial(mailbox.mark, number))
            await self._keep(place, number)
        return read

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._thread.submit(work))

    async def _taken(self, raw: bytes) -> bool:
        """Handle a mail; one that cannot be handled does not keep those after it waiting.

        Raises:
            Unavailable: not now; it is read again.
        """
        try:
            return await self._handle(raw)
        except Unavailable:
            raise
        except Exception:
            log.exception("mail not taken")
            return False

    async def _handle(self, raw: bytes) -> bool:
        try:
            mail = await asyncio.to_thread(read, raw)
        except NoMail as broken:
            log.warning("mail not readable", extra={"why": str(broken)})
            return False
        ours = mail.sender == self._settings().address.lower()  # a loop
        if mail.automatic or ours or self.handle is None:
            return False
        return await self.handle(mail)

    async def _place(self) -> str:
        async with self._database.read() as connection:
            known = await connection.scalar(select(facts.c.value).where(facts.c.name == FACT))
        return str(known or "")

    async def _keep(self, place: str, number: int) -> None:
        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(facts).where(facts.c.name == FACT))
            await connection.execute(insert(facts).values(name=FACT, value=f"{place}{number}"))

        await self._database.write(work)

    def _settings(self) -> IncomingSettings:
        return self._configuration.get(IncomingSettings)

    def _look_now(self) -> None:
        self._interrupted.set()
        self._worker.wake()

    async def _next(self) -> float:
        self._interrupted.clear()
        try:
            return 0.0 if await self._look() else EVERY_S
        except MailboxFailed as failed:
            if self.trouble != str(failed):
                log.warning("mailbox cannot be read", extra={"said": str(failed)})
            self.trouble = str(failed)
            return EVERY_S


def _open(server: MailServer) -> None:
    with Mailbox(server):
        pass
