"""What several take part in: pickup groups, parking lots, conference rooms, paging groups."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from engage.app.services import LEAD_SOMEWHERE, numbered
from engage.dialplan.conference_rooms import ConferenceRoomForm
from engage.dialplan.feature_codes import SECTION, FeatureCodes, numbers_of
from engage.dialplan.model import ObjectKind
from engage.dialplan.object_routes import ObjectRoutes
from engage.dialplan.paging_groups import PagingGroupForm
from engage.dialplan.parking_lots import ParkingLotForm
from engage.dialplan.pickup_groups import PickupGroupForm
from engage.dialplan.rules import ObjectRules
from engage.dialplan.service import DialplanObjects
from engage.errors import N_, Label
from engage.people.numbering import (
    NumberOfConferenceRoom,
    NumberOfFeature,
    NumberOfPagingGroup,
    NumberOfParkingLot,
    Owner,
)
from engage.storage import tables
from engage.system.actor import Module
from pbxcore.dialplan.place import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.routing import BaseRoute

    from engage.app.music import Music
    from engage.app.platform import Platform
    from engage.dialplan.references import References
    from engage.people.service import People
    from pbxcore.dialplan.plan import Plan

PICKUP_GROUPS = ObjectKind(
    "pickup_group", tables.pickup_groups, Module.PICKUP_GROUPS, PickupGroupForm
)
PARKING_LOTS = ObjectKind(
    "parking_lot",
    tables.parking_lots,
    Module.PARKING_LOTS,
    ParkingLotForm,
    owner=NumberOfParkingLot,
    span="parking",
)
CONFERENCE_ROOMS = ObjectKind(
    "conference_room",
    tables.conference_rooms,
    Module.CONFERENCE_ROOMS,
    ConferenceRoomForm,
    owner=NumberOfConferenceRoom,
    span="rooms",
)
PAGING_GROUPS = ObjectKind(
    "paging_group",
    tables.paging_groups,
    Module.PAGING_GROUPS,
    PagingGroupForm,
    owner=NumberOfPagingGroup,
)


class Rooms:
    """Where administrators arrange them, and what the PBX is told.

    Args:
        platform: what everything stands on.
        people: who belongs to groups, and what forms choose from.
        prompt_of: the file of a custom prompt, "" when there is none.
        music: what may be waited to.
        references: tells what needs one of them.
    """

    def __init__(
        self,
        platform: Platform,
        people: People,
        prompt_of: Callable[[str], str],
        music: Music,
        references: References,
    ) -> None:
        self._members_of = people.members_of_groups
        self._prompt_of, self._music = prompt_of, music
        self._numbers = people.number_book
        self._codes = partial(platform.configuration.get, FeatureCodes)
        platform.configuration.register(
            SECTION,
            FeatureCodes,
            Module.FEATURE_CODES,
            check=self._check_codes,
            lock=self._numbers.assigning,
        )
        on = platform.database, platform.events, platform.clock
        self.pickup_groups = DialplanObjects(PICKUP_GROUPS, *on)
        using, numbers = references.users_of, people.number_book
        numbers.register(Owner(NumberOfFeature, self._feature))
        self.parking_lots = DialplanObjects(
            PARKING_LOTS, *on, ObjectRules[ParkingLotForm](self._musical_problem), numbers
        )
        self.conference_rooms = DialplanObjects(
            CONFERENCE_ROOMS,
            *on,
            ObjectRules(self._musical_problem, using("conference")),
            numbers,
        )
        self.paging_groups = DialplanObjects(
            PAGING_GROUPS, *on, ObjectRules(self._paging_problem, using("page")), numbers
        )
        references.follow((self.parking_lots, self.conference_rooms, self.paging_groups))
        references.follow((self.pickup_groups,))
        references.follow_settings(SECTION, self._codes)
        offer = partial(people.choices.offer, modules=LEAD_SOMEWHERE)
        offer("conference-rooms", choices=lambda: numbered(self.conference_rooms.entries))
        offer("paging-groups", choices=lambda: numbered(self.paging_groups.entries))
        self.routes: Sequence[BaseRoute] = [*self._routes()]

    async def start(self) -> None:
        """Read all of them."""
        await self.pickup_groups.start()
        await self.parking_lots.start()
        await self.conference_rooms.start()
        await self.paging_groups.start()

    def added_to(self, plan: Plan) -> Plan:
        """The plan with them."""
        lots = tuple(each.form.lot() for each in self.parking_lots.entries)
        rooms = {each.form.number: each.form.room() for each in self.conference_rooms.entries}
        paging = {
            each.form.number: each.form.group(self._members_of)
            for each in self.paging_groups.entries
        }
        dialled = (each.number for each in lots if each.is_dialled)
        numbers = {number: Place("parking_lot", number) for number in dialled}
        numbers |= {slot: Place("parking_slot", slot) for each in lots for slot in each.slots}
        numbers |= {number: Place("page", number) for number in paging}
        return msgspec.structs.replace(
            plan,
            numbers=plan.numbers | numbers,
            services=plan.services | rooms,
            parking_lots=lots,
            pickup_groups=tuple(
                each.form.group(self._members_of) for each in self.pickup_groups.entries
            ),
            paging_groups=paging,
            codes=self._codes().codes(self._members_of),
        )

    def _routes(self) -> Iterator[BaseRoute]:
        columns = ("number", "name")
        yield from ObjectRoutes(
            self.pickup_groups,
            "PickupGroup",
            ("a pickup group", "pickup groups"),
            ("name", "members"),
            ("name",),
        ).routes()
        yield from ObjectRoutes(
            self.parking_lots,
            "ParkingLot",
            ("a parking lot", "parking lots"),
            (*columns, "first_slot", "last_slot", "timeout_s"),
            columns,
        ).routes()
        yield from ObjectRoutes(
            self.conference_rooms,
            "ConferenceRoom",
            ("a conference room", "conference rooms"),
            columns,
            columns,
        ).routes()
        yield from ObjectRoutes(
            self.paging_groups,
            "PagingGroup",
            ("a paging group", "paging groups"),
            (*columns, "type", "members"),
            (*columns, "type"),
        ).routes()

    def _musical_problem(
        self, form: ParkingLotForm | ConferenceRoomForm, _but: str
    ) -> dict[str, str]:
        return self._music.problem(form.music)

    def _paging_problem(self, form: PagingGroupForm, _but: str) -> dict[str, str]:
        missing = form.prompt and not self._prompt_of(form.prompt)
        return {"prompt": N_("This is none of the choices.")} if missing else {}

    def _check_codes(self, codes: FeatureCodes) -> None:
        """A code that is changed is no number of something else."""
        before = self._codes().dialled()
        for field, code in codes.dialled().items():
            if before.get(field) == code:
                continue
            for number in numbers_of(field, code):
                self._numbers.check(number, SECTION, field)

    def _feature(self, number: str, but: str) -> Label | None:
        """What a code does, unless the feature codes themselves are what is asked for."""
        field = None if but == SECTION else self._codes().field_of(number)
        return None if field is None else Label(FeatureCodes.model_fields[field].title or field)
