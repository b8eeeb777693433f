"""Records of live chats, wired."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engage.chat_records.routes import RecordRoutes
from engage.chat_records.service import ChatRecords
from engage.chat_records.settings import SECTION, RecordSettings
from engage.people.choices import Choice
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.colleagues import Colleagues
    from engage.app.everyone import Everyone
    from engage.app.messaging import Messaging
    from engage.app.platform import Platform
    from engage.app.uploads import Uploads
    from engage.app.visitors import Visitors


class ChatRecordsPart:
    """What is kept of visitors' chats, for those who may read it."""

    def __init__(
        self,
        platform: Platform,
        everyone: Everyone,
        messaging: Messaging,
        visitors: Visitors,
        uploads: Uploads,
        colleagues: Colleagues,
    ) -> None:
        platform.configuration.register(SECTION, RecordSettings, Module.LIVECHAT_RECORDS)
        settings = partial(platform.configuration.get, RecordSettings)
        kept = visitors.livechat.livechats
        everyone.people.choices.offer(
            "livechats",
            (Module.LIVECHAT, Module.LIVECHAT_RECORDS),
            lambda: [Choice(each.id, each.name) for each in (*kept.all(), *kept.deleted())],
        )
        self.records = records = ChatRecords(
            platform.database,
            messaging.hub,
            kept,
            visitors.livechat.handing_over,
            visitors.livechat.oversight,
            platform.events,
            lambda: settings().chairman_export,
            colleagues.search_index.settled,
        )

        def zone() -> ZoneInfo:
            return ZoneInfo(platform.time().time_zone)

        self.routes: Sequence[BaseRoute] = RecordRoutes(records, uploads.files, zone).routes()
