"""What is left of calls, what is up, and what was recorded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engage.calls.cleaning import Cleaner
from engage.calls.conference_routes import ConferenceRoutes
from engage.calls.conferences import LiveConferences
from engage.calls.control import LiveCalls
from engage.calls.diagnosis_routes import DiagnosisRoutes
from engage.calls.external_disk import ExternalDisk
from engage.calls.history import CallHistory
from engage.calls.live_routes import LiveCallRoutes
from engage.calls.missed_calls import MissedCalls
from engage.calls.moving import Mover
from engage.calls.projection import CallLog
from engage.calls.prompt_recording_routes import PromptRecordingRoutes
from engage.calls.routes import CallRoutes
from engage.calls.sound import Recordings
from engage.calls.sound_routes import RecordingRoutes
from engage.calls.storage_routes import StorageRoutes
from engage.calls.storage_settings import (
    CLEANER,
    STORAGE,
    CleanerSettings,
    StorageSettings,
    check_outside,
)
from engage.calls.visitors_forgotten import VisitorsForgotten
from engage.livechat.events import ConversationsErased
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection
    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.mailing import Mailer
    from engage.people.service import People
    from engage.processes.link import PbxLink


class Records:
    """Records of calls; `log` follows the PBX's journal."""

    def __init__(
        self,
        platform: Platform,
        pbx: PbxLink,
        people: People,
        trunk_name: Callable[[str], str],
        mailer: Mailer,
        switched: Callable[[AsyncConnection, str, str, str], Awaitable[None]],
    ) -> None:
        """Wire it; `switched` tells administrators that recordings go to another place."""
        database = platform.database
        self.trunk_name = trunk_name
        folder = platform.settings.recordings
        self.missed = MissedCalls(
            mailer, lambda number: bool(people.name_of(number)), people.wants_missed
        )
        self.log = CallLog(
            database, platform.events, people.name_of, trunk_name, folder, self.missed.ended
        )
        self.live = LiveCalls(self.log, pbx, database)
        self.history = CallHistory(database)
        register, get = platform.configuration.register, platform.configuration.get
        register(
            STORAGE,
            StorageSettings,
            Module.RECORDINGS,
            check=partial(check_outside, folder.resolve()),
        )
        register(CLEANER, CleanerSettings, Module.RECORDINGS)
        storage, disk = partial(get, StorageSettings), ExternalDisk()
        # What was moved is found there whether more is moved or not.
        self.recordings = Recordings(database, folder, disk, lambda: storage().folder)
        self.mover = Mover(database, platform.events, storage, folder, disk, switched)
        self.visitors_forgotten = VisitorsForgotten(database, self.recordings)
        platform.events.subscribe(ConversationsErased, self.visitors_forgotten.erased)
        self.cleaner = Cleaner(
            database,
            partial(get, CleanerSettings),
            self.recordings,
            lambda: ZoneInfo(platform.time().time_zone),
            platform.clock,
        )
        self.routes: Sequence[BaseRoute] = [
            *LiveCallRoutes(self.live).routes(),
            *PromptRecordingRoutes(self.live).routes(),
            *DiagnosisRoutes(self.history).routes(),
            *ConferenceRoutes(LiveConferences(pbx, database, self.live)).routes(),
            *CallRoutes(self.history, lambda: ZoneInfo(platform.time().time_zone)).routes(),
            *StorageRoutes(disk, folder).routes(),
            *RecordingRoutes(self.recordings).routes(),
        ]
