"""Push as one part of the server: its key, its subscriptions, its sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.identifiers import now_ms
from engage.push.client import PushClient
from engage.push.encryption import point_of, text_of_key
from engage.push.keys import own_key
from engage.push.sending import PushSending
from engage.push.service import Push
from engage.push.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub
    from engage.identifiers import Clock
    from engage.people.model import AgentSeat
    from engage.push.keys import Secrets
    from engage.push.model import Correspondents
    from engage.push.sending import Client
    from engage.storage.database import Database


class PushPart:
    """Starts and stops what belongs together. `private` is for tests, as in `PushClient`."""

    def __init__(
        self,
        database: Database,
        secrets: Secrets,
        hub: Hub,
        delivery: Delivery,
        people: Correspondents,
        agents_at: Callable[[str], list[AgentSeat]],
        events: Events,
        subject: Callable[[], str],
        *,
        clock: Clock = now_ms,
        client: Client | None = None,
        private: bool = False,
    ) -> None:
        self._database, self._secrets = database, secrets
        self._key = ""
        self.sending = PushSending(database, client or PushClient(), subject, clock)
        self.push = Push(
            database, hub, delivery, people, agents_at, events, self.sending.wake,
            clock=clock, private=private,
        )  # fmt: skip
        self.trial = Trial(self.push, self.sending)

    async def start(self) -> None:
        """Make the key at the first start; read who is subscribed; send."""
        key = await own_key(self._database, self._secrets)
        self._key = text_of_key(point_of(key))
        await self.push.start()
        self.sending.begin(self.push, key)

    async def stop(self) -> None:
        """End the sender."""
        await self.sending.stop()

    def key(self) -> str:
        """The server's public key, as browsers read it."""
        return self._key
