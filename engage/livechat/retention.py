"""What visitors said is kept for as many days as their live chat says, and no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.background import regularly
from engage.durations import DAY_MS
from engage.livechat.erasing import erase
from engage.livechat.events import ConversationsErased
from engage.livechat.repository import LiveChatRepository
from engage.system.actor import SYSTEM
from engage.system.operation_log import note

if TYPE_CHECKING:
    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.livechats import LiveChats
    from engage.livechat.model import LiveChat

EVERY_S = 3600.0
"""How often it is looked for what is over age (seconds)."""

PORTION = 20
"""So many chats are removed in one transaction: others write in between."""


class Retention:
    """Removes chats that are over for longer than *Data Retention (days)*.

    With a chat go its words, its consent, its place in the search, who called in it and, at the
    next sweep of the files, what was sent in it; with the last chat of a visitor goes the visitor.
    """

    def __init__(self, hub: Hub, livechats: LiveChats, events: Events, clock: Clock) -> None:
        self._hub, self._livechats = hub, livechats
        self._events, self._clock = events, clock
        self._worker = regularly("removal of old chats", self.sweep, every_s=EVERY_S)

    def keep(self) -> None:
        """Begin to look, at once and then every hour."""
        self._worker.start()

    async def stop(self) -> None:
        """What is over age goes the next time."""
        await self._worker.stop()

    async def sweep(self) -> int:
        """Remove what is over age; how many chats."""
        removed = 0
        for livechat in (*self._livechats.all(), *self._livechats.deleted()):
            if livechat.options.retention_days:
                removed += await self._sweep(livechat)
        return removed

    async def _sweep(self, livechat: LiveChat) -> int:
        before_ms = self._clock() - livechat.options.retention_days * DAY_MS

        async def work(transaction: HubTransaction) -> tuple[str, ...]:
            rows = LiveChatRepository(transaction.connection)
            found = await rows.over_since(livechat.id, before_ms, PORTION)
            erased = await erase(transaction, found)
            if found:
                detail = {"chats": len(found), "days": livechat.options.retention_days}
                target = f"livechat:{livechat.name}"
                await note(transaction.connection, SYSTEM, "livechat.erase", target, detail)
            return erased

        removed = 0
        while erased := await self._hub.transact(work):
            self._events.publish(ConversationsErased(erased))
            removed += len(erased)
        return removed
