"""A hotel's rooms and mini bars."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from engage.api import pms_actions as api
from engage.dialplan.feature_codes import FeatureCodes
from engage.dialplan.model import ObjectKind
from engage.dialplan.object_routes import ObjectRoutes
from engage.dialplan.rules import ObjectRules
from engage.dialplan.service import DialplanObjects
from engage.pms.front_desk import FrontDesk
from engage.pms.mini_bar import (
    SECTION,
    USUAL_CODE,
    MiniBarGoodsForm,
    MiniBarMaidForm,
    MiniBarSettings,
    owner,
)
from engage.pms.references import RoomReferences
from engage.pms.repository import forget_room
from engage.pms.room_phones import RoomPhones
from engage.pms.room_statuses import SECTION as STATUSES
from engage.pms.room_statuses import RoomStatuses, StatusesTold
from engage.pms.rooms import PmsRoomForm, room_problem
from engage.pms.taken import MiniBarLog
from engage.storage import tables
from engage.system.actor import Module
from pbxcore.apps.mini_bar import MiniBar
from pbxcore.apps.room_status import RoomStatus
from pbxcore.apps.wake_up import RemoteWakeUpDesk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.app.services import Services
    from engage.dialplan.references import References
    from engage.people.service import People
    from engage.pms.room_phones import Pbx
    from pbxcore.apps.services import PrefixedService, Service
    from pbxcore.dialplan.plan import Plan

ROOMS = ObjectKind("pms_room", tables.pms_rooms, Module.PMS, PmsRoomForm)
GOODS = ObjectKind("mini_bar_goods", tables.mini_bar_goods, Module.PMS, MiniBarGoodsForm)
MAIDS = ObjectKind("mini_bar_maid", tables.mini_bar_maids, Module.PMS, MiniBarMaidForm)


class Hotel:
    """Where administrators arrange rooms, what the PBX is told, and the front desk.

    Args:
        platform: what everything stands on.
        people: have the extensions.
        pbx: has their mailboxes.
        services: wake-up calls, and prompts.
        references: tells what needs a prompt.
    """

    def __init__(
        self,
        platform: Platform,
        people: People,
        pbx: Pbx,
        services: Services,
        references: References,
    ) -> None:
        self._people, self._services = people, services
        self._configuration = configuration = platform.configuration
        lock = people.number_book.assigning
        configuration.register(SECTION, MiniBarSettings, Module.PMS, check=self._check, lock=lock)
        configuration.register(STATUSES, RoomStatuses, Module.PMS)
        self._settings = partial(configuration.get, MiniBarSettings)
        self._statuses = partial(configuration.get, RoomStatuses)
        references.follow_settings(SECTION, self._settings)
        references.follow_settings(STATUSES, self._statuses)
        people.number_book.register(owner(self._settings))
        self._codes = partial(configuration.get, FeatureCodes)
        on = platform.database, platform.events, platform.clock
        self.rooms = DialplanObjects(
            ROOMS,
            *on,
            ObjectRules(
                self._room_problem, lambda entry: self.desk.users(entry), forget=forget_room
            ),
        )
        people.extensions.consult(RoomReferences(self.rooms))
        self.goods = DialplanObjects(GOODS, *on)
        self.maids = DialplanObjects(MAIDS, *on)
        phones = RoomPhones(people, pbx, services.wake_ups)
        self.desk = FrontDesk(self.rooms, phones, platform.database, platform.clock)
        self.log = MiniBarLog(platform.database, self._name_of)
        self.statuses_told = StatusesTold(self._is_room)
        kinds: tuple[tuple[DialplanObjects[Any], str, tuple[str, str], tuple[str, ...]], ...] = (
            (self.rooms, "PmsRoom", ("a PMS room", "PMS rooms"), ("room", "extension", "address")),
            (self.goods, "MiniBarGoods", ("an article", "mini bar goods"), ("code", "name")),
            (self.maids, "MiniBarMaid", ("a maid", "mini bar maids"), ("code",)),
        )
        self.routes: Sequence[BaseRoute] = [
            route
            for kept, model, words, columns in kinds
            for route in ObjectRoutes(kept, model, words, columns, columns).routes()
        ]

    def for_programs(self) -> api.Hotel:
        """What the HTTPS API reaches of it."""
        return api.Hotel(self.desk, self.goods, self.maids, self.log, self._configuration)

    async def start(self) -> None:
        """Read all of it."""
        for each in (self.rooms, self.goods, self.maids, self.desk):
            await each.start()

    def added_to(self, plan: Plan) -> Plan:
        """The plan with what is dialled in rooms, and for them; the usual codes only for hotels.

        Whoever has no rooms may have given those numbers to others.
        """
        codes, settings = self._codes(), self._settings()
        rooms = {each.form.extension: each.form.room for each in self.rooms.entries}
        services: dict[str, Service] = {}
        prefixed: dict[str, PrefixedService] = {}
        if rooms and codes.remote_wake_up:
            numbers = {room: extension for extension, room in rooms.items()}
            services[codes.remote_wake_up] = RemoteWakeUpDesk(numbers)
        if rooms and codes.room_status:
            paths = self._statuses().paths(self._services.prompts.file_named)
            prefixed[codes.room_status] = RoomStatus(codes.room_status, rooms, paths)
        usual = settings.code == USUAL_CODE
        if settings.code and (not usual or (rooms and not codes.has(USUAL_CODE))):
            services[settings.code] = self._bar(rooms, settings)
        return msgspec.structs.replace(
            plan, services=plan.services | services, prefixed=plan.prefixed | prefixed
        )

    def _bar(self, rooms: dict[str, str], settings: MiniBarSettings) -> MiniBar:
        return MiniBar(
            rooms,
            {each.form.code: each.form.password for each in self.maids.entries},
            {each.form.code: each.form.name for each in self.goods.entries},
            skips_password=settings.skips_password,
            path=self._services.prompts.file_named(settings.prompt) if settings.prompt else "",
            lists=settings.list_goods,
        )

    def _is_room(self, number: str) -> bool:
        return any(each.form.room == number for each in self.rooms.entries)

    def _name_of(self, code: str) -> str:
        found = (each.form.name for each in self.goods.entries if each.form.code == code)
        return next(found, code)

    def _check(self, settings: MiniBarSettings) -> None:
        """A code that is changed is no number of something else."""
        if settings.code not in ("", self._settings().code):
            self._people.number_book.check(settings.code, SECTION, "code")

    def _room_problem(self, form: PmsRoomForm, but: str) -> dict[str, str]:
        there = self._people.has_extension, self.desk.is_taken
        return room_problem(form, but, self.rooms.entries, *there)
