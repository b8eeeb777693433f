"""The worker that sends what is in the outbox."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from engage.errors import Unavailable
from engage.i18n import SOURCE_LANGUAGE, closest
from engage.identifiers import new_id, now_ms
from engage.notify.events import MailSettled
from engage.notify.kinds import KINDS, TEST
from engage.notify.message import AddressRefused, Envelope, compose
from engage.notify.model import Mail, NoMailServer, Pace, Trouble, delay_s, outage_s
from engage.notify.repository import MailRepository
from engage.notify.settings import NAME, EmailSettings
from engage.notify.templates import (
    Occasion,
    TemplateRefused,
    own_source,
    render,
    samples,
)
from engage.notify.transport import Connection, NotSent, Step
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import tzinfo

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.identifiers import Clock
    from engage.mailing import Recipient
    from engage.notify.kinds import Kind
    from engage.notify.library import TemplateLibrary
    from engage.notify.message import Rendered
    from engage.notify.outbox import Outbox
    from engage.notify.templates import Source
    from engage.notify.transport import Server
    from engage.storage.database import Database
    from engage.system.actor import Actor
    from engage.system.configuration import Configuration
    from engage.system.events import SectionChanged

log = logging.getLogger(__name__)

OWNER = "web"  # of leases; stays the same over a restart
LEASE_MS = 600_000  # longer than a server may take for one mail
POLL_MS = 2_000
SOON_S = 0.05  # after a mail was written: its transaction is about to end
IDLE_MS = 10_000  # how long a connection is kept for the next mail
TIDY_MS = 3_600_000
COUNT_MS = 5_000
AWAY_MS = 2_000
DAY_MS = 86_400_000
TEST_PATIENCE = 0.5
SAMPLE_NAME = "Grace Hopper"


@dataclass(frozen=True, slots=True)
class Status:
    """How sending goes. `trouble` holds back every mail; `since_ms` tells since when.

    `ruled`: a start setting names the server.
    """

    state: Literal["no_server", "ready", "trouble"]
    trouble: Trouble | None = None
    since_ms: int = 0
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """What a test mail met; `trouble` is None when it was taken."""

    trouble: Trouble | None
    steps: tuple[Step, ...]


class MailSending:
    """One mail at a time, over one connection that is kept while there is more to send.

    Trouble that hits every mail alike (no server, no encryption, a wrong password) blames none:
    they wait, and the server is looked for again. What the server says of one mail is that mail's.
    """

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        library: TemplateLibrary,
        configuration: Configuration,
        events: Events,
        public_url: Callable[[], str],
        *,
        zone: Callable[[], tzinfo] = lambda: UTC,
        clock: Clock = now_ms,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database, self._outbox, self._library = database, outbox, library
        self._configuration, self._events = configuration, events
        self._public_url, self._zone = public_url, zone
        self._clock, self._chance = clock, chance
        self._connection: Connection | None = None
        self._used_at_ms = self._tidied_at_ms = self._counted_at_ms = 0
        self._pace = Pace()
        self._failures = 0
        self._rests_until_ms = 0
        self._trouble: tuple[Trouble, int] | None = None
        self.figures: dict[str, int] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None
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
        self._woken.set()

    async def section_changed(self, fact: SectionChanged) -> None:
        """Use other settings at once."""
        if fact.name == NAME:
            self.wake()

    async def start(self) -> None:
        """Free what was under way when this sender last ended, and begin."""
        freed = await self._database.write(lambda c: MailRepository(c).recover(OWNER))
        if freed:
            log.info("mails resumed", extra={"mails": freed})
        self._loop = asyncio.create_task(self._run())

    async def stop(self, grace_s: float = 5.0) -> None:
        """Let the mail under way end for `grace_s`; what is left is sent by the next start."""
        self._stopping = True
        self._woken.set()
        if self._loop is not None:
            _, late = await asyncio.wait([self._loop], timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._hang_up()

    async def step(self) -> int:
        """Send one mail if one is due; returns after how many milliseconds to look again."""
        now = self._clock()
        await self._tidy(now)
        server = self._settings.server()
        if server is None or (self._connection and self._connection.server != server):
            await self._hang_up()
        if server is None:
            self._recovered()
            return POLL_MS
        rest = max(self._rests_until_ms - now, self._pace.wait_ms(now))
        if rest > 0:
            return min(rest, POLL_MS)
        async with self._database.read() as connection:
            due = await MailRepository(connection).next_due()
        if due is not None and due <= now:
            mail = await self._outbox.claim(OWNER, LEASE_MS)
            if mail is not None:
                await self._handle(mail, server)
            return 0
        if self._connection is not None and now - self._used_at_ms >= IDLE_MS:
            await self._hang_up()
        return POLL_MS if due is None else min(due - now, POLL_MS)

    async def try_out(self, actor: Actor, to: Recipient) -> Tried:
        """Send a test mail at once, past the outbox, and tell how the server took it.

        Raises:
            Forbidden: without the right to edit email.
            NoMailServer: none is set.
            AddressRefused: this is no mail address.
        """
        actor.check(Module.EMAIL)
        server = self._settings.server()
        if server is None:
            raise NoMailServer
        now, ident = self._clock(), new_id()
        _, _, who = actor.who.partition(":")
        mail = self._outbox.draft(ident, TEST, to, {"sent_by": who}, now)
        rendered = await self._rendered(mail, TEST)
        envelope = compose(mail, rendered, self._settings.sender(self._public_host))
        connection = Connection(server, self._public_host, patience=TEST_PATIENCE)
        trouble: Trouble | None = None
        try:
            async with connection:
                await _hand_over(connection, envelope)
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
        if trouble is None:
            self.wake()
        return Tried(trouble, tuple(connection.steps))

    async def shown(self, mail: Mail) -> Rendered | None:
        """A mail as it was or will be sent, without what opens accounts; None if it is unknown."""
        kind = KINDS.get(mail.kind)
        if kind is None or mail.params is None:
            return None
        language = self._language_of(mail.language)
        template = await self._library.used(kind, language)
        occasion = self._occasion(language, mail.name)
        try:
            return render(kind, template.source, mail.params, occasion, hide_secrets=True)
        except TemplateRefused:
            return None

    def sample(self, kind: Kind, source: Source, language: str) -> Rendered:
        """A template with sample values.

        Raises:
            TemplateRefused: it cannot be filled in.
        """
        occasion = self._occasion(language, SAMPLE_NAME)
        return render(kind, source, samples(kind, language), occasion)

    # --- inside -------------------------------------------------------------------------------

    @property
    def _settings(self) -> EmailSettings:
        return self._configuration.get(EmailSettings)

    @property
    def _public_host(self) -> str:
        return urlsplit(self._public_url()).hostname or "localhost"

    def _soon(self) -> None:
        asyncio.get_running_loop().call_later(SOON_S, self._woken.set)

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                wait_ms = await self.step()
            except Unavailable:
                log.warning("mails wait for the database")
                wait_ms = AWAY_MS
            except Exception:
                log.exception("mails stumbled")
                wait_ms = AWAY_MS
            if wait_ms:
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_ms / 1000):
                        await self._woken.wait()

    async def _handle(self, mail: Mail, server: Server) -> None:
        kind = KINDS.get(mail.kind)
        if mail.expires_at_ms <= self._clock():
            await self._give_up(mail, Trouble("expired", mail.words))
            return
        if kind is None or mail.params is None:
            await self._give_up(mail, Trouble("unreadable" if kind else "template", ""))
            return
        try:
            rendered = await self._rendered(mail, kind)
            envelope = compose(mail, rendered, self._settings.sender(self._public_host))
        except TemplateRefused as refused:
            await self._give_up(mail, Trouble("template", str(refused)))
        except AddressRefused as refused:
            await self._give_up(mail, Trouble("address", str(refused)))
        else:
            mail = replace(mail, subject=rendered.subject)
            try:
                words = await self._send(server, envelope)
            except NotSent as failed:
                await self._failed(mail, failed.trouble)
            else:
                await self._sent(mail, words)

    async def _send(self, server: Server, envelope: Envelope) -> str:
        reused = self._connection
        if reused is not None and reused.alive:
            try:
                return await _hand_over(reused, envelope)
            except NotSent as failed:
                closed_meanwhile = failed.trouble.reason == "broken_off" and (
                    reused.steps[-1].name == "sender"
                )
                if not closed_meanwhile:
                    raise
        await self._hang_up()
        connection = Connection(server, self._public_host)
        await connection.open()
        self._connection = connection
        return await _hand_over(connection, envelope)

    async def _rendered(self, mail: Mail, kind: Kind) -> Rendered:
        language = self._language_of(mail.language)
        occasion = self._occasion(language, mail.name)
        params: Mapping[str, str | int] = mail.params or {}
        template = await self._library.used(kind, language)
        try:
            return render(kind, template.source, params, occasion)
        except TemplateRefused:
            if not template.version:
                raise
            log.exception("template refused", extra={"kind": kind.name, "language": language})
            return render(kind, own_source(kind, language), params, occasion)

    def _language_of(self, wanted: str) -> str:
        """The language a recipient is written to: theirs, else the installation's."""
        own = closest(wanted) if wanted else None
        return own or closest(self._settings.language) or SOURCE_LANGUAGE

    def _occasion(self, language: str, recipient_name: str) -> Occasion:
        """What a mail tells besides the values of its kind."""
        return Occasion(
            language,
            recipient_name,
            self._settings.sender_name,
            self._public_url().rstrip("/"),
            self._zone(),
        )

    async def _sent(self, mail: Mail, words: str) -> None:
        now = self._used_at_ms = self._clock()
        self._recovered()
        self._pace.took(now, self._settings.per_minute)
        params = self._outbox.without_secrets(mail)
        await self._surely(
            lambda: self._database.write(
                lambda c: MailRepository(c).settle(
                    mail.id,
                    OWNER,
                    state="sent",
                    tries=mail.tries + 1,
                    due_at_ms=mail.due_at_ms,
                    now_ms=now,
                    words=words,
                    subject=mail.subject,
                    params=params,
                )
            )
        )
        self._settled(mail, "sent")

    async def _failed(self, mail: Mail, trouble: Trouble) -> None:
        now = self._clock()
        if trouble.general:
            await self._hang_up()
            self._failures += 1
            self._rests_until_ms = now + int(outage_s(self._failures, self._chance()) * 1000)
            if self._trouble is None or self._trouble[0].reason != trouble.reason:
                log.warning("mails wait", extra={"reason": trouble.reason, "said": trouble.words})
            self._trouble = (trouble, self._trouble[1] if self._trouble else now)
            await self._wait(mail, trouble, mail.tries, mail.due_at_ms)
            return
        self._recovered()
        self._pace.took(now, self._settings.per_minute)
        tries = mail.tries + 1
        delay = delay_s(trouble, tries, self._chance())
        if delay is None:
            await self._give_up(mail, trouble)
        else:
            await self._wait(mail, trouble, tries, now + int(delay * 1000))

    async def _wait(self, mail: Mail, trouble: Trouble, tries: int, due_at_ms: int) -> None:
        now = self._clock()
        await self._surely(
            lambda: self._database.write(
                lambda c: MailRepository(c).settle(
                    mail.id,
                    OWNER,
                    state="waiting",
                    tries=tries,
                    due_at_ms=due_at_ms,
                    now_ms=now,
                    reason=trouble.reason,
                    words=trouble.words,
                    subject=mail.subject,
                )
            )
        )

    async def _give_up(self, mail: Mail, trouble: Trouble) -> None:
        now = self._clock()
        await self._surely(
            lambda: self._database.write(
                lambda c: MailRepository(c).settle(
                    mail.id,
                    OWNER,
                    state="failed",
                    tries=mail.tries + 1,
                    due_at_ms=mail.due_at_ms,
                    now_ms=now,
                    reason=trouble.reason,
                    words=trouble.words,
                    subject=mail.subject,
                )
            )
        )
        self._settled(mail, "failed")

    async def _surely(self, write: Callable[[], Awaitable[object]]) -> None:
        """Write what the server has said, however long the database is away."""
        while True:
            try:
                await write()
            except Unavailable:
                log.warning("a mail's result waits for the database")
                await asyncio.sleep(AWAY_MS / 1000)
            else:
                return

    async def _record(self, connection: AsyncConnection, actor: Actor, mail: Mail) -> None:
        await MailRepository(connection).add(self._outbox.row(mail))
        await note(connection, actor, "mail.test", f"mail:{mail.id}", {"to": mail.address})

    def _settled(self, mail: Mail, state: str) -> None:
        log.info("mail settled", extra={"mail": mail.id, "kind": mail.kind, "state": state})
        self._counted_at_ms = 0
        self._events.publish(MailSettled(mail.kind, state))

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


async def _hand_over(connection: Connection, envelope: Envelope) -> str:
    return await connection.send(
        envelope.sender, envelope.recipient, envelope.message, utf8=envelope.utf8
    )
