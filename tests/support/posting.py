"""An outbox with its sender and its settings, and who gets mails from it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from engage.events import Events
from engage.keyring import Keyring
from engage.mailing import Recipient
from engage.notify.library import TemplateLibrary
from engage.notify.repository import Wanted
from engage.notify.sending import MailSending
from engage.notify.settings import NAME, EmailSettings
from engage.notify.trial import Trial
from engage.notify.writing import Writing
from engage.system.actor import SYSTEM, Module
from engage.system.configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.notify.model import Mail
    from engage.notify.outbox import Outbox
    from engage.storage.database import Database
    from tests.support.mail_sink import MailSink
    from tests.support.site import AdjustableClock

PUBLIC_URL = "https://pbx.example.test:8089"
BEN = Recipient("ben@example.test", "Ben Osei", "de")
MIDDLE = 0.5  # no jitter


class Post:
    """An outbox, its sender and its settings."""

    def __init__(self, database: Database, outbox: Outbox, clock: AdjustableClock) -> None:
        events = Events()
        self.database, self.outbox, self.clock = database, outbox, clock
        self.configuration = Configuration(database, Keyring(b"k" * 32), events, clock)
        self.configuration.register(NAME, EmailSettings, Module.EMAIL)
        library = TemplateLibrary(database, lambda: ("en", "de"), clock)
        writing = Writing(
            library,
            self.configuration,
            lambda: PUBLIC_URL,
            stop_path=outbox.refusals.path,
        )
        self.sending = MailSending(
            database, outbox, writing, self.configuration, events, clock, lambda: MIDDLE
        )
        self.trial = Trial(database, outbox, writing, self.configuration, clock)

    async def use(self, sink: MailSink, **values: Any) -> None:
        """Send to this server from now on."""
        server = {"host": "127.0.0.1", "port": sink.port, "security": "auto", "per_minute": 0}
        await self.configuration.change(SYSTEM, NAME, {**server, **values})
        self.sending.wake()

    async def write(self, to: Recipient = BEN, kind: str = "welcome", **further: Any) -> None:
        values: dict[str, Any] = {"params": {"full_name": to.name, "link": "/wave/#/p?t=1"}}
        values |= further
        await self.database.write(lambda c: self.outbox.post(c, kind, to=to, **values))

    async def all(self) -> list[Mail]:
        return (await self.outbox.page(SYSTEM, Wanted(), 100))[0]

    async def one(self) -> Mail:
        (mail,) = await self.all()
        return mail

    async def settle(self, state: str, *, tries: int = 1, within_s: float = 10) -> Mail:
        """Step until the one mail there is has come to this."""
        async with asyncio.timeout(within_s):
            while True:
                await self.sending.step()
                mail = await self.one()
                if (mail.state, mail.tries) == (state, tries):
                    return mail


@asynccontextmanager
async def posting(post: Post) -> AsyncIterator[None]:
    """Let it send by itself."""
    await post.sending.start()
    try:
        yield
    finally:
        await post.sending.stop()
