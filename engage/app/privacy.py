"""Personal data, wired: all slices that keep something of people outside."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engage.files.storage import FileStore
from engage.privacy.archive import Archives
from engage.privacy.proof import Notary
from engage.privacy.routes import PersonalDataRoutes
from engage.privacy.service import PersonalData

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.chat_records import ChatRecordsPart
    from engage.app.messaging import Messaging
    from engage.app.platform import Platform
    from engage.app.records import Records
    from engage.app.uploads import Uploads
    from engage.faxes.service import Faxes


class Privacy:
    """What people outside may ask for."""

    def __init__(
        self,
        platform: Platform,
        messaging: Messaging,
        uploads: Uploads,
        calls: Records,
        chats: ChatRecordsPart,
        faxes: Faxes,
    ) -> None:
        self.personal = personal = PersonalData(
            platform.database,
            messaging.hub,
            platform.events,
            uploads.files,
            calls.recordings,
            faxes,
            calls.visitors_forgotten,
            Notary(platform.keyring.derive("erasures")),
            platform.keyring,
            platform.clock,
        )
        shelf = FileStore(platform.settings.data / "files")
        archives = Archives(platform.database, chats.records, shelf, calls.recordings, faxes)

        def zone() -> ZoneInfo:
            return ZoneInfo(platform.time().time_zone)

        self.routes: Sequence[BaseRoute] = PersonalDataRoutes(personal, archives, zone).routes()
