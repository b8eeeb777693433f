"""Bots, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.livechat.bots.leaving import Leaving
from engage.livechat.bots.registry import BotRegistry
from engage.livechat.bots.service import Bots

if TYPE_CHECKING:
    from engage.events import Events
    from engage.hub.service import Hub
    from engage.identifiers import Clock
    from engage.livechat.service import LiveChatService
    from engage.livechat.webhooks.part import Webhooks
    from engage.storage.database import Database


class BotPart:
    """Lets bots serve a live chat's visitors first; they are told by the webhooks' machinery."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        livechat: LiveChatService,
        webhooks: Webhooks,
        events: Events,
        clock: Clock,
    ) -> None:
        self.registry = BotRegistry(database, webhooks.endpoints, livechat.livechats)
        shared = (hub, livechat.lobby, livechat.livechats, livechat.reception)
        leaving = Leaving(*shared, livechat.attendance, events, clock)
        self.bots = Bots(database, hub, self.registry, webhooks.writing, leaving, clock)
        self.registry.removed = self.bots.removed
        webhooks.writing.bots = self.bots
        webhooks.sending.answered = self.bots.answer
        webhooks.loaded = self.registry.load
        livechat.reception.first = self.bots
        livechat.attendance.also(self.bots.run)
