"""The worker that sends what is in the outbox."""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from engage.background import GRACE_S, Worker
from engage.durations import DAY_MS
from engage.errors import Unavailable
from engage.identifiers import now_ms
from engage.notify.attachments import attachments_of
from engage.notify.events import MailSettled
from engage.notify.kinds import KINDS
from engage.notify.message import AddressRefused
from engage.notify.model import Pace, Trouble, delay_s, outage_s
from engage.notify.repository import MailRepository
from engage.notify.settings import NAME, EmailSettings
from engage.notify.templates import TemplateRefused
from engage.notify.transport import Connection, NotSent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.notify.message import Envelope
    from engage.notify.model import Mail, State
    from engage.notify.outbox import Outbox
    from engage.notify.transport import Server
    from engage.notify.writing import Writing
    from engage.storage.database import Database
    from engage.system.configuration import Configuration
    from engage.system.events import SectionChanged

log = logging.getLogger(__name__)

OWNER = "web"  # of leases; stays the same over a restart
LEASE_MS = 600_000  # longer than a server may take for one mail
POLL_S = 2.0
SOON_S = 0.05  # after a mail was written: its transaction is about to end
IDLE_MS = 10_000  # how long a connection is kept for the next mail
TIDY_MS = 3_600_000
COUNT_MS = 5_000
AWAY_S = 2.0


@dataclass(frozen=True, slots=True)
class Status:
    """How sending goes. `trouble` holds back every mail; `since_ms` tells since when.

    `ruled`: a start setting names the server.
    """

    state: Literal["no_server", "ready", "trouble"]
    trouble: Trouble | None = None
    since_ms: int = 0
    ruled: bool = False


class MailSending:
    """One mail at a time, over one connection that is kept while there is more to send.

    Trouble that hits every mail alike (no server, no encryption, a wrong password) blames none:
    they wait, and the server is looked for again. What the server says of one mail is that mail's.
    """

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        writing: Writing,
        configuration: Configuration,
        events: Events,
        clock: Clock = now_ms,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`chance`: from 0 to 1, for each delay; spreads those that failed together."""
        self._database, self._outbox, self._writing = database, outbox, writing
        self._configuration, self._events = configuration, events
        self._clock, self._chance = clock, chance
        self._connection: Connection | None = None
        self._used_at_ms = self._tidied_at_ms = self._counted_at_ms = 0
        self._pace = Pace()
        self._failures = 0
        self._rests_until_ms = 0
        self._trouble: tuple[Trouble, int] | None = None
        self.figures: dict[str, int] = {}
        self._worker = Worker("sending of mails", self.step, every_s=POLL_S, away_s=AWAY_S)
        outbox.on_post(self._soon)

    @property
    def status(self) -> Status:
        """How it goes now."""
        if self._settings.server() is None:
            return Status("no_server")
        ruled = "host" in self._configuration.section(NAME).ruling
        if self._trouble is not None:
            return Status("trouble", *self._trouble, ruled)
        return Status("ready", ruled=ruled)

    def wake(self) -> None:
        """Look at the outbox now; whatever was wrong may be mended."""
        self._rests_until_ms = 0
        self._worker.wake()

    async def section_changed(self, fact: SectionChanged) -> None:
        """Use other settings at once."""
        if fact.name == NAME:
            self.wake()

    async def start(self) -> None:
        """Free what was under way when this sender last ended, and begin."""
        freed = await self._database.write(lambda c: MailRepository(c).recover(OWNER))
        if freed:
            log.info("mails resumed", extra={"mails": freed})
        self._worker.start()

    async def stop(self) -> None:
        """Let the mail under way end; what is left is sent by the next start."""
        await self._worker.stop(GRACE_S)
        await self._hang_up()

    async def step(self) -> float:
        """Send one mail if one is due; returns after how many seconds to look again."""
        now = self._clock()
        await self._tidy(now)
        server = self._settings.server()
        if server is None or (self._connection and self._connection.server != server):
            await self._hang_up()
        if server is None:
            self._recovered()
            return POLL_S
        rest = max(self._rests_until_ms - now, self._pace.wait_ms(now))
        if rest > 0:
            return min(rest / 1000, POLL_S)
        async with self._database.read() as connection:
            due = await MailRepository(connection).next_due()
        if due is not None and due <= now:
            mail = await self._outbox.claim(OWNER, LEASE_MS)
            if mail is not None:
                await self._handle(mail, server)
            return 0
        if self._connection is not None and now - self._used_at_ms >= IDLE_MS:
            await self._hang_up()
        return POLL_S if due is None else min((due - now) / 1000, POLL_S)

    @property
    def _settings(self) -> EmailSettings:
        return self._configuration.get(EmailSettings)

    def _soon(self) -> None:
        asyncio.get_running_loop().call_later(SOON_S, self._worker.wake)

    async def _handle(self, mail: Mail, server: Server) -> None:
        if mail.expires_at_ms <= self._clock():
            await self._give_up(mail, Trouble("expired", mail.words))
            return
        if mail.params is None:
            await self._give_up(mail, Trouble("unreadable", ""))
            return
        if await self._is_unwanted(mail):
            await self._settle(mail, "cancelled", Trouble("unwanted", ""))
            return
        try:
            rendered = await self._writing.rendered(mail)
            attachments = await asyncio.to_thread(attachments_of, mail)
            envelope = self._writing.envelope(mail, rendered, attachments)
        except TemplateRefused as refused:
            await self._give_up(mail, Trouble("template", str(refused)))
            return
        except AddressRefused as refused:
            await self._give_up(mail, Trouble("address", str(refused)))
            return
        mail = replace(mail, subject=rendered.subject)
        try:
            words = await self._send(server, envelope)
        except NotSent as failed:
            await self._failed(mail, failed.trouble)
        else:
            await self._sent(mail, words)

    async def _is_unwanted(self, mail: Mail) -> bool:
        async with self._database.read() as connection:
            known = mail.kind in KINDS
            return known and not await self._outbox.is_wanted(connection, mail.kind, mail.address)

    async def _send(self, server: Server, envelope: Envelope) -> str:
        reused = self._connection
        if reused is not None and reused.alive:
            try:
                return await reused.send(envelope)
            except NotSent as failed:
                if failed.trouble.reason != "broken_off" or reused.steps[-1].name != "sender":
                    raise  # else the server had closed it meanwhile: nothing was lost
        await self._hang_up()
        connection = Connection(server, self._writing.host)
        await connection.open()
        self._connection = connection
        return await connection.send(envelope)

    async def _sent(self, mail: Mail, words: str) -> None:
        self._used_at_ms = self._clock()
        self._answered()
        params = self._outbox.without_secrets(mail)
        await self._settle(mail, "sent", Trouble("", words), params=params)

    async def _failed(self, mail: Mail, trouble: Trouble) -> None:
        now = self._clock()
        if trouble.general:
            await self._hang_up()
            self._failures += 1
            self._rests_until_ms = now + int(outage_s(self._failures, self._chance()) * 1000)
            if self._trouble is None or self._trouble[0].reason != trouble.reason:
                log.warning("mails wait", extra={"reason": trouble.reason, "said": trouble.words})
            self._trouble = (trouble, self._trouble[1] if self._trouble else now)
            await self._settle(mail, "waiting", trouble, tries=mail.tries)
            return
        self._answered()
        delay = delay_s(trouble, mail.tries + 1, self._chance())
        if delay is None:
            await self._give_up(mail, trouble)
        else:
            await self._settle(mail, "waiting", trouble, due_at_ms=now + int(delay * 1000))

    async def _give_up(self, mail: Mail, trouble: Trouble) -> None:
        await self._settle(mail, "failed", trouble)

    async def _settle(
        self,
        mail: Mail,
        state: State,
        trouble: Trouble,
        *,
        tries: int | None = None,
        due_at_ms: int | None = None,
        **further: str,
    ) -> None:
        """Write what became of a mail, however long the database is away."""
        now = self._clock()

        def row(rows: MailRepository) -> Awaitable[bool]:
            return rows.settle(
                mail.id,
                OWNER,
                state=state,
                tries=mail.tries + 1 if tries is None else tries,
                due_at_ms=mail.due_at_ms if due_at_ms is None else due_at_ms,
                now_ms=now,
                reason=trouble.reason,
                words=trouble.words,
                subject=mail.subject,
                **further,
            )

        while True:
            try:
                await self._database.write(lambda c: row(MailRepository(c)))
                break
            except Unavailable:
                log.warning("a mail's result waits for the database")
                await asyncio.sleep(AWAY_S)
        if state != "waiting":
            log.info("mail settled", extra={"mail": mail.id, "kind": mail.kind, "state": state})
            self._counted_at_ms = 0
            self._events.publish(MailSettled(mail.kind, state, mail.params or {}))

    def _answered(self) -> None:
        """The server is there, and has dealt with one mail."""
        self._recovered()
        self._pace.took(self._clock(), self._settings.per_minute)

    def _recovered(self) -> None:
        self._failures, self._trouble = 0, None

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _tidy(self, now: int) -> None:
        """Remove what is old; count what is there."""
        if now - self._tidied_at_ms >= TIDY_MS:
            self._tidied_at_ms = now
            before = now - self._settings.keep_days * DAY_MS
            await self._database.write(lambda c: MailRepository(c).remove_ended(before))
        if now - self._counted_at_ms >= COUNT_MS:
            self._counted_at_ms = now
            async with self._database.read() as connection:
                self.figures = await MailRepository(connection).counts()
