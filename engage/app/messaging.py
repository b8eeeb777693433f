"""The hub, and who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.hub.events import EventAppended
from engage.hub.presence import Presence
from engage.hub.service import Hub
from engage.web.sockets import WAVE

if TYPE_CHECKING:
    from engage.app.platform import Platform
    from engage.web.sockets import Sockets


class Messaging:
    """Carries every conversation, whoever takes part in it."""

    def __init__(self, platform: Platform, sockets: Sockets) -> None:
        self.hub = Hub(platform.database, sockets, platform.events)
        presence = self.presence = Presence(sockets, platform.events)
        sockets.on_connect(WAVE, lambda each: presence.connected(each.who))
        sockets.on_disconnect(WAVE, lambda each: presence.disconnected(each.who))
        platform.events.subscribe(EventAppended, platform.metrics.appended)
