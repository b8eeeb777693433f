"""Where calls may go: routes out and in, who may not call, what else a number may mean."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.dialplan.blacklist import SECTION, Blacklist
from engage.dialplan.inbound_forms import InboundRouteForm
from engage.dialplan.model import RouteKind
from engage.dialplan.outbound_forms import OutboundRouteForm
from engage.dialplan.ring_group_forms import RingGroupForm
from engage.dialplan.ring_group_routes import RingGroupRoutes
from engage.dialplan.routes import InboundRouteRoutes, OutboundRouteRoutes
from engage.dialplan.service import Routes
from engage.errors import N_
from engage.storage.tables import inbound_routes, outbound_routes, ring_groups
from engage.system.actor import Module
from pbxcore.dialplan.plan import Hours, Place, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import BaseRoute

    from engage.app.ground import Ground
    from engage.people.service import People

OUTBOUND = RouteKind("outbound_route", outbound_routes, Module.OUTBOUND_ROUTES, OutboundRouteForm)
RING_GROUPS = RouteKind("ring_group", ring_groups, Module.RING_GROUPS, RingGroupForm)
INBOUND = RouteKind("inbound_route", inbound_routes, Module.INBOUND_ROUTES, InboundRouteForm)


class Dialplan:
    """Routes, and the plan that the PBX is told."""

    def __init__(self, ground: Ground, people: People, trunk_exists: Callable[[str], bool]) -> None:
        self._time, self._people = ground.time, people
        self._blacklist = partial(ground.configuration.get, Blacklist)
        ground.configuration.register(SECTION, Blacklist, Module.INBOUND_ROUTES)
        database, events = ground.database, ground.events
        self.outbound = Routes(OUTBOUND, database, events, trunk_exists, ground.clock)
        self.inbound = Routes(INBOUND, database, events, trunk_exists, ground.clock)
        self.ring_groups = Routes(
            RING_GROUPS, database, events, trunk_exists, ground.clock, self._number_problem
        )
        self.routes: Sequence[BaseRoute] = [
            *OutboundRouteRoutes(self.outbound).routes(),
            *InboundRouteRoutes(self.inbound).routes(),
            *RingGroupRoutes(self.ring_groups).routes(),
        ]

    async def start(self) -> None:
        """Read all routes."""
        await self.outbound.start()
        await self.inbound.start()
        await self.ring_groups.start()

    async def stop(self) -> None:
        """Nothing runs in the background."""

    def plan(self) -> Plan:
        """As the PBX is to know it."""
        calendar = self._time().calendar()
        queues = {each: Place("queue", each) for each in self._people.queue_numbers()}
        members_of = self._people.members_of_groups
        groups = [each.form.group(members_of) for each in self.ring_groups.entries]
        return Plan(
            tuple(each.form.route(each.id) for each in self.outbound.entries),
            tuple(each.form.route(each.id) for each in self.inbound.entries),
            numbers=queues | {each.number: Place("ring_group", each.number) for each in groups},
            ring_groups={each.number: each for each in groups},
            blacklist=self._blacklist().plan(),
            hours=Hours(self._time().time_zone, calendar.office_time, calendar.holidays),
        )

    def _number_problem(self, form: RingGroupForm, but: str) -> dict[str, str]:
        """A number belongs to one object."""
        others = (each for each in self.ring_groups.entries if each.id != but)
        same = any(each.form.number == form.number for each in others)
        taken = self._people.extensions.taken(form.number)
        return {"number": N_("This number is taken already.")} if same or taken else {}
