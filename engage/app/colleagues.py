"""Groups, corrections, search, and how people hear of news while they are away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.chat.corrections import Corrections
from engage.chat.group_routes import GroupRoutes
from engage.chat.groups import GroupChats
from engage.chat.inactive import Activity, InactiveMails
from engage.chat.keeping import ChatKeeping
from engage.chat.routes import ChatRoutes
from engage.chat.search import Search
from engage.chat.search_index import SearchIndex
from engage.chat.search_routes import SearchRoutes
from engage.chat.sockets import ChatSockets
from engage.push.part import PushPart
from engage.push.routes import PushRoutes
from engage.web.sockets import WAVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.everyone import Everyone
    from engage.app.messaging import Messaging
    from engage.app.phones import Phones
    from engage.app.platform import Platform
    from engage.app.uploads import Uploads
    from engage.app.visitors import Visitors
    from engage.notify.outbox import Outbox


class Colleagues:
    """Chat among those who work here."""

    def __init__(
        self,
        platform: Platform,
        everyone: Everyone,
        messaging: Messaging,
        visitors: Visitors,
        uploads: Uploads,
        phones: Phones,
        outbox: Outbox,
    ) -> None:
        database, events = platform.database, platform.events
        hub, people, sockets = messaging.hub, everyone.people, everyone.sockets
        groups = GroupChats(database, hub, people, uploads.im)
        corrections = Corrections(hub, phones.telephony.deliveries, events, uploads.im)
        ChatSockets(corrections).register(sockets)
        self.search_index = SearchIndex(database, events)
        activity = Activity(database)
        sockets.on_connect(WAVE, lambda each: activity.saw([each.id]))
        sockets.on_disconnect(WAVE, lambda each: activity.saw([each.id]))
        self.inactive_mails = InactiveMails(
            database, activity, sockets, people, people, outbox, uploads.im
        )
        self.push = PushPart(
            database,
            platform.keyring,
            hub,
            sockets,
            people,
            visitors.agents_at,
            events,
            platform.public_url,
        )
        push = self.push.push
        visitors.livechat.alarms.push = lambda inquiry, livechat: push.rouse(
            livechat.id, inquiry.conversation_id
        )
        self.keeping = ChatKeeping(hub)
        chats = ChatRoutes(phones.chat, self.keeping, corrections, hub, people, messaging.presence)
        self.routes: Sequence[BaseRoute] = [
            *chats.routes(),
            *GroupRoutes(groups, hub, people).routes(),
            *SearchRoutes(Search(database, self.search_index)).routes(),
            *PushRoutes(self.push.push, self.push.key, self.push.trial).routes(),
        ]
