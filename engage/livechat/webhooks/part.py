"""Webhooks, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.hub.events import EventAppended
from engage.livechat.model import KIND
from engage.livechat.webhooks.endpoints import Endpoints
from engage.livechat.webhooks.sending import Sending
from engage.livechat.webhooks.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engage.events import Events
    from engage.hub.service import Hub
    from engage.identifiers import Clock
    from engage.keyring import Keyring
    from engage.livechat.livechats import LiveChats
    from engage.storage.database import Database
    from pbxcore.http_client import HttpClient


class Webhooks:
    """Starts and stops what belongs together."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        hub: Hub,
        livechats: LiveChats,
        client: HttpClient,
        events: Events,
        clock: Clock,
    ) -> None:
        self._written = False
        self.loaded: Callable[[], Awaitable[None]] | None = None
        """Told when the endpoints are read, before anything is sent."""

        self.endpoints = Endpoints(database, keyring, client, livechats, clock)
        self.sending = Sending(database, keyring, client, self.endpoints.put, clock)
        self.writing = Writing(livechats, self.endpoints.all, self._note, clock)
        self.endpoints.use(self.writing, self.sending)
        hub.tap(KIND, self.writing)
        events.listen(EventAppended, self._stored)

    async def start(self) -> None:
        """Read who is to be told, and send."""
        await self.endpoints.load()
        if self.loaded is not None:
            await self.loaded()
        await self.sending.start()

    async def stop(self) -> None:
        """End the sender."""
        await self.sending.stop()

    def _note(self) -> None:
        """Something was written; its transaction is not committed yet."""
        self._written = True

    def _stored(self, fact: EventAppended) -> None:
        if self._written and fact.conversation.kind == KIND:
            self._written = False
            self.sending.wake()
