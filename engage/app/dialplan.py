"""Where calls may go: routes out and in, who may not call, what else a number may mean."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.app.hotel import Hotel
from engage.app.music import Music
from engage.app.rooms import Rooms
from engage.app.services import LEAD_SOMEWHERE, NO_CHOICE, Services
from engage.dialplan.blacklist import SECTION, Blacklist
from engage.dialplan.blacklist_import import BlacklistImport
from engage.dialplan.blacklist_routes import BlacklistRoutes
from engage.dialplan.emergency_numbers import EmergencyNumberForm
from engage.dialplan.inbound_forms import InboundRouteForm
from engage.dialplan.inbound_modes import SECTION as MODE
from engage.dialplan.inbound_modes import InboundMode
from engage.dialplan.model import ObjectKind
from engage.dialplan.object_routes import ObjectRoutes, OrderedRoutes
from engage.dialplan.outbound_forms import OutboundRouteForm
from engage.dialplan.outbound_settings import SECTION as OUTBOUND_CALLS
from engage.dialplan.outbound_settings import OutboundCalls
from engage.dialplan.pin_groups import PinGroupForm
from engage.dialplan.references import References
from engage.dialplan.ring_group_forms import RingGroupForm
from engage.dialplan.rules import ObjectRules
from engage.dialplan.service import DialplanObjects
from engage.dialplan.speed_dial_import import SpeedDialImport
from engage.dialplan.speed_dial_routes import SpeedDialRoutes
from engage.dialplan.speed_dials import MOST, SpeedDialForm
from engage.dialplan.voicemail_groups import VoicemailGroupForm
from engage.errors import Invalid
from engage.people.choices import Choice
from engage.people.numbering import (
    NumberOfEmergency,
    NumberOfRingGroup,
    NumberOfSpeedDial,
    NumberOfVoicemailGroup,
)
from engage.queues.settings import QueueSettings
from engage.storage import tables
from engage.system.actor import Module
from engage.voicemail.settings import VoicemailSettings
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Hours, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.people.service import People
    from engage.pms.room_phones import Pbx
    from engage.system.configuration import Configuration
    from engage.telephony.trunks import Trunks
    from pbxcore.dialplan.pin import Pin

OUTBOUND = ObjectKind(
    "outbound_route", tables.outbound_routes, Module.OUTBOUND_ROUTES, OutboundRouteForm
)
RING_GROUPS = ObjectKind(
    "ring_group",
    tables.ring_groups,
    Module.RING_GROUPS,
    RingGroupForm,
    owner=NumberOfRingGroup,
    span="ring_groups",
)
INBOUND = ObjectKind(
    "inbound_route", tables.inbound_routes, Module.INBOUND_ROUTES, InboundRouteForm
)
SPEED_DIALS = ObjectKind(
    "speed_dial",
    tables.speed_dials,
    Module.SPEED_DIALS,
    SpeedDialForm,
    MOST,
    owner=NumberOfSpeedDial,
)
EMERGENCIES = ObjectKind(
    "emergency_number",
    tables.emergency_numbers,
    Module.EMERGENCY_NUMBERS,
    EmergencyNumberForm,
    owner=NumberOfEmergency,
)
PIN_GROUPS = ObjectKind("pin_group", tables.pin_groups, Module.PIN_GROUPS, PinGroupForm)
VOICEMAIL_GROUPS = ObjectKind(
    "voicemail_group",
    tables.voicemail_groups,
    Module.VOICEMAIL,
    VoicemailGroupForm,
    owner=NumberOfVoicemailGroup,
    span="voicemail_groups",
)


class Dialplan:
    """Routes, and the plan that the PBX is told."""

    def __init__(self, platform: Platform, people: People, trunks: Trunks, pbx: Pbx) -> None:
        self._time, self._people = platform.time, people
        self._use_settings(platform.configuration)
        references = References(people.leading_to, trunks.naming)
        self.music = Music(platform, people, references)
        self._keep_objects(platform, trunks, references)
        self._lead_to_each_other(references)
        self._offer_choices()
        self.services = Services(platform, people, references)
        prompt_of = self.services.prompts.path_of
        self.rooms = Rooms(platform, people, prompt_of, self.music, references)
        self.hotel = Hotel(platform, people, pbx, self.services, references)
        self.routes: Sequence[BaseRoute] = [
            *self.music.routes,
            *self.hotel.routes,
            *self.rooms.routes,
            *self.services.routes,
            *BlacklistRoutes(BlacklistImport(platform.configuration)).routes(),
            *SpeedDialRoutes(self.speed_dials, SpeedDialImport(self.speed_dials)).routes(),
            *self._routes(),
        ]

    def _use_settings(self, configuration: Configuration) -> None:
        """What the plan reads of sections, its own and those of others."""
        self._blacklist = partial(configuration.get, Blacklist)
        self._voicemail = partial(configuration.get, VoicemailSettings)
        self._mode = partial(configuration.get, InboundMode)
        self._outbound_calls = partial(configuration.get, OutboundCalls)
        self._queue_settings = partial(configuration.get, QueueSettings)
        configuration.register(
            SECTION, Blacklist, Module.INBOUND_ROUTES, check=self._check_blacklist
        )
        configuration.register(MODE, InboundMode, Module.INBOUND_ROUTES)
        configuration.register(OUTBOUND_CALLS, OutboundCalls, Module.OUTBOUND_ROUTES)

    def _keep_objects(self, platform: Platform, trunks: Trunks, references: References) -> None:
        """What administrators arrange here, each with its rules."""
        on, numbers = (platform.database, platform.events, platform.clock), self._people.number_book

        def trunk_exists(trunk_id: str) -> bool:
            return bool(trunks.name_of(trunk_id))

        self.outbound = DialplanObjects(
            OUTBOUND, *on, ObjectRules(self._pin_group_problem, trunk_exists=trunk_exists)
        )
        self.inbound = DialplanObjects(
            INBOUND, *on, ObjectRules(self._inbound_problem, trunk_exists=trunk_exists)
        )
        self.ring_groups = DialplanObjects(
            RING_GROUPS,
            *on,
            ObjectRules(self._group_problem, references.users_of("ring_group")),
            numbers,
        )
        self.speed_dials = DialplanObjects(SPEED_DIALS, *on, numbers=numbers)
        self.emergencies = DialplanObjects(
            EMERGENCIES,
            *on,
            ObjectRules[EmergencyNumberForm](self._greeting_problem, trunk_exists=trunk_exists),
            numbers,
        )
        self.pin_groups = DialplanObjects(
            PIN_GROUPS, *on, ObjectRules(users=references.users_of("pin_group"))
        )
        self.voicemail_groups = DialplanObjects(
            VOICEMAIL_GROUPS,
            *on,
            ObjectRules[VoicemailGroupForm](
                self._greeting_problem, references.users_of("voicemail_group")
            ),
            numbers,
        )

    def _lead_to_each_other(self, references: References) -> None:
        """Whoever is led to by one of these is not deleted."""
        references.follow((self.outbound, self.inbound, self.ring_groups, self.speed_dials))
        references.follow((self.emergencies, self.voicemail_groups))
        references.follow_settings(SECTION, self._blacklist)
        self._people.groups.consult(references)

    def _offer_choices(self) -> None:
        """What forms elsewhere choose from."""
        offer = self._people.choices.offer
        offer("pin-groups", (Module.OUTBOUND_ROUTES,), self._pin_group_choices)
        offer("ring-groups", (*LEAD_SOMEWHERE, Module.TRUNKS), self._ring_group_choices)
        offer("voicemail-groups", LEAD_SOMEWHERE, self._voicemail_group_choices)

    async def start(self) -> None:
        """Read all of it."""
        await self.outbound.start()
        await self.inbound.start()
        await self.ring_groups.start()
        await self.speed_dials.start()
        await self.emergencies.start()
        await self.pin_groups.start()
        await self.music.start()
        await self.rooms.start()
        await self.voicemail_groups.start()
        await self.services.start()
        await self.hotel.start()

    async def stop(self) -> None:
        """Nothing runs in the background."""

    def plan(self) -> Plan:
        """As the PBX is to know it."""
        calendar = self._time().calendar()
        queues = self._people.queues.call_queues(self.services.prompts.file_named)
        members_of = self._people.members_of_groups
        groups = [each.form.group(members_of) for each in self.ring_groups.entries]
        path_of = self.services.prompts.path_of
        boxes = [each.form.group(members_of, path_of) for each in self.voicemail_groups.entries]
        dials = (each.form for each in self.speed_dials.entries if not each.form.disabled)
        outbound_calls = self._outbound_calls()
        plan = Plan(
            tuple(
                each.form.route(each.id, self._pins_of, members_of)
                for each in self.outbound.entries
            ),
            tuple(each.form.route(each.id) for each in self.inbound.entries),
            queues=queues,
            agents=self._people.queues.agent_profiles(),
            break_reasons=tuple(self._queue_settings().break_reasons),
            numbers={each: Place("queue", each) for each in queues}
            | {each.number: Place("ring_group", each.number) for each in groups}
            | {each.number: Place("voicemail_group", each.number) for each in boxes},
            speed_dials={each.code: each.destination.place for each in dials},
            emergencies=tuple(each.form.emergency() for each in self.emergencies.entries),
            ring_groups={each.number: each for each in groups},
            blacklist=self._blacklist().plan(),
            hours=Hours(self._time().time_zone, calendar.office_time, calendar.holidays),
            mode=self._mode().mode,
            caller_id=outbound_calls.caller_id,
            barred=outbound_calls.barred(),
            voicemail=self._voicemail().rules,
            voicemail_groups={each.number: each for each in boxes},
            music=self.music.plan(),
        )
        # Services are the whole of theirs; rooms come to them.
        return self.hotel.added_to(self.rooms.added_to(self.services.added_to(plan)))

    def members_of_ring_group(self, number: str) -> tuple[str, ...]:
        """Who rings for a number, in order; nobody where there is no such group."""
        found = (each.form for each in self.ring_groups.entries if each.form.number == number)
        members_of = self._people.members_of_groups
        return next((each.group(members_of).members for each in found), ())

    def location_of(self, number: str) -> str:
        """What an emergency number says of where we are."""
        entries = (each.form for each in self.emergencies.entries)
        return next((each.address for each in entries if each.number == number), "")

    def _routes(self) -> Iterator[BaseRoute]:
        yield from OrderedRoutes(
            self.outbound,
            "OutboundRoute",
            ("an outbound route", "outbound routes"),
            ("position", "name", "patterns", "permission", "disabled"),
            ("position", "name", "disabled"),
        ).routes()
        yield from OrderedRoutes(
            self.inbound,
            "InboundRoute",
            ("an inbound route", "inbound routes"),
            ("position", "name", "dids", "disabled"),
            ("position", "name", "disabled"),
        ).routes()
        yield from ObjectRoutes(
            self.ring_groups,
            "RingGroup",
            ("a ring group", "ring groups"),
            ("number", "name", "members", "strategy"),
            ("number", "name", "strategy"),
        ).routes()
        yield from ObjectRoutes(
            self.emergencies,
            "EmergencyNumber",
            ("an emergency number", "emergency numbers"),
            ("name", "number", "level"),
            ("name", "number", "level"),
        ).routes()
        yield from ObjectRoutes(
            self.pin_groups, "PinGroup", ("a PIN group", "PIN groups"), ("name",), ("name",)
        ).routes()
        yield from ObjectRoutes(
            self.voicemail_groups,
            "VoicemailGroup",
            ("a voicemail group", "voicemail groups"),
            ("number", "name", "members"),
            ("number", "name"),
        ).routes()

    def _pins_of(self, group: str) -> tuple[Pin, ...]:
        found = next((each.form for each in self.pin_groups.entries if each.id == group), None)
        return () if found is None else found.pins()

    def _pin_group_choices(self) -> list[Choice]:
        return [Choice(each.id, each.form.name) for each in self.pin_groups.entries]

    def _pin_group_problem(self, form: OutboundRouteForm, but: str) -> dict[str, str]:
        known = {"", *(each.id for each in self.pin_groups.entries)}
        return {} if form.pin_group in known else {"pin_group": NO_CHOICE}

    def _inbound_problem(self, form: InboundRouteForm, _but: str) -> dict[str, str]:
        return self.music.problem(form.ring_back, "ring_back")

    def _check_blacklist(self, values: Blacklist) -> None:
        """An announcement is one of the custom prompts."""
        if values.answer == "prompt" and not self.services.prompts.path_of(values.prompt):
            raise Invalid({"prompt": NO_CHOICE})

    def _greeting_problem(
        self, form: EmergencyNumberForm | VoicemailGroupForm, _but: str
    ) -> dict[str, str]:
        known = not form.prompt or self.services.prompts.path_of(form.prompt)
        return {} if known else {"prompt": NO_CHOICE}

    def _group_problem(self, form: RingGroupForm, _but: str) -> dict[str, str]:
        found = self.music.problem(form.music)
        if form.prompt and not self.services.prompts.path_of(form.prompt):
            found["prompt"] = NO_CHOICE
        return found

    def _ring_group_choices(self) -> list[Choice]:
        groups = (each.form for each in self.ring_groups.entries)
        return [Choice(each.number, f"{each.name} ({each.number})") for each in groups]

    def _voicemail_group_choices(self) -> list[Choice]:
        groups = (each.form for each in self.voicemail_groups.entries)
        return [Choice(each.number, f"{each.name} ({each.number})") for each in groups]
