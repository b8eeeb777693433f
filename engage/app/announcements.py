"""Broadcasts: one text to many people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.broadcast.routes import BroadcastRoutes
from engage.broadcast.sending import BroadcastSending
from engage.broadcast.service import Broadcasts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.hub.service import Hub
    from engage.people.service import People
    from engage.telephony.deliveries import Deliveries


class Announcements:
    """Keeps broadcasts and sends them in their time."""

    def __init__(
        self, platform: Platform, people: People, hub: Hub, deliveries: Deliveries
    ) -> None:
        database = platform.database
        self.sending = BroadcastSending(database, hub, people, deliveries, platform.events)
        self.broadcasts = Broadcasts(database, people, deliveries, self.sending.wake)
        self.routes: Sequence[BaseRoute] = BroadcastRoutes(self.broadcasts).routes()
