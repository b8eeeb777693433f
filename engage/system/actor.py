"""Who changes something, from where, and with which rights on the administration's modules."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from engage.errors import Forbidden
from pbxcore.faxes.library import installed

if TYPE_CHECKING:
    from collections.abc import Mapping

Level = Literal["none", "view", "edit"]
LEVELS: tuple[Level, ...] = ("none", "view", "edit")
"""From nothing to everything; a level holds those before it."""


class Module(StrEnum):
    """A part of the administration that a custom privilege opens or closes."""

    EXTENSIONS = "extensions"
    EXTENSION_GROUPS = "extension_groups"
    TRUNKS = "trunks"
    OUTBOUND_ROUTES = "outbound_routes"
    INBOUND_ROUTES = "inbound_routes"
    QUEUES = "queues"
    RING_GROUPS = "ring_groups"
    SPEED_DIALS = "speed_dials"
    EMERGENCY_NUMBERS = "emergency_numbers"
    PIN_GROUPS = "pin_groups"
    PICKUP_GROUPS = "pickup_groups"
    PARKING_LOTS = "parking_lots"
    CONFERENCE_ROOMS = "conference_rooms"
    PAGING_GROUPS = "paging_groups"
    IVRS = "ivrs"
    CUSTOM_PROMPTS = "custom_prompts"
    MUSIC_ON_HOLD = "music_on_hold"
    ANNOUNCEMENTS = "announcements"
    DISAS = "disas"
    CALLBACKS = "callbacks"
    WAKE_UPS = "wake_ups"
    FAX = "fax"
    PMS = "pms"
    NAME_DIRECTORIES = "name_directories"
    FEATURE_CODES = "feature_codes"
    CALL_HISTORY = "call_history"
    RECORDINGS = "recordings"
    VOICEMAIL = "voicemail"
    ACTIVE_CALLS = "active_calls"
    SUPERVISION = "supervision"
    LIVECHAT = "livechat"
    LIVECHAT_RECORDS = "livechat_records"
    PERSONAL_DATA = "personal_data"
    BROADCAST = "broadcast"
    IM_SETTINGS = "im_settings"
    USERS = "users"
    WAVE_PRIVILEGES = "wave_privileges"
    TIME_SETTINGS = "time_settings"
    HTTP_SERVER = "http_server"
    API_USERS = "api_users"
    EMAIL = "email"
    SIP_SECURITY = "sip_security"
    OPERATION_LOG = "operation_log"


def is_there(module: Module) -> bool:
    """Whether this server has what a module administers: only then is it shown to anybody."""
    return module is not Module.FAX or installed()


@dataclass(frozen=True, slots=True)
class Rights:
    """A level for each module; a module that is not named is closed."""

    levels: Mapping[Module, Level] = field(default_factory=lambda: MappingProxyType({}))

    def level(self, module: Module) -> Level:
        """What is allowed in a module."""
        return self.levels.get(module, "none")

    def allow(self, module: Module, level: Level) -> bool:
        """Whether at least `level` is granted."""
        return LEVELS.index(self.level(module)) >= LEVELS.index(level)

    def cover(self, other: Rights) -> bool:
        """Whether whoever has these could do all that the other rights allow."""
        return all(self.allow(module, level) for module, level in other.levels.items())


NO_RIGHTS = Rights()
ALL_RIGHTS = Rights(MappingProxyType(dict.fromkeys(Module, "edit")))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as the operation log names them.

    `who` has its kind before it: `admin:root`, `user:1000`, `api:cdrapi`, `system:`. `address` is
    the client's, empty for what the server does by itself.
    """

    who: str
    address: str = ""
    rights: Rights = NO_RIGHTS

    def check(self, module: Module, level: Level = "edit") -> None:
        """Refuse who lacks a right.

        Raises:
            Forbidden: with `module`.
        """
        if not self.rights.allow(module, level):
            raise Forbidden(module=str(module))


SYSTEM = Actor("system:", rights=ALL_RIGHTS)
"""The server itself: its first start, its command line, its background work."""
