"""The hub, and who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.hub.events import EventAppended
from engage.hub.presence import Presence
from engage.hub.service import Hub
from engage.web.sockets import WAVE

if TYPE_CHECKING:
    from engage.app.ground import Ground
    from engage.web.sockets import Sockets


class Messaging:
    """Carries every conversation, whoever takes part in it."""

    def __init__(self, ground: Ground, sockets: Sockets) -> None:
        self.hub = Hub(ground.database, sockets, ground.events)
        presence = self.presence = Presence(sockets, ground.events)
        sockets.on_connect(WAVE, lambda each: presence.connected(each.who))
        sockets.on_disconnect(WAVE, lambda each: presence.disconnected(each.who))
        ground.events.subscribe(EventAppended, ground.metrics.appended)
