"""Outbound routes: listOutboundRoute, addOutboundRoute, getOutboundRoute and their like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engage.api.account_fields import PIN
from engage.api.actions import NEED_APPLY, required
from engage.api.fields import Field, Fields
from engage.api.listing import listed
from engage.api.route_values import lines, matches, switch, text, whole, yes
from engage.api.status import bad_value, missing, unknown
from engage.api.stored import checked
from engage.api.user_actions import GROUP_KIND, GROUP_PREFIX
from engage.api.values import BadValue, Line, as_list
from engage.dialplan.outbound_forms import OutboundRouteForm
from pbxcore.dialplan.patterns import patterns_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.numbers import Numbers
    from engage.api.pin_actions import PinActions
    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects

KIND, TRUNK = "outbound_route", "trunk"
PLAIN = {
    "outbound_rt_name": "name",
    "permission": "permission",
    "password": "password",
    "custom_member": "caller_patterns",
}


NARROW = Fields(
    (
        Field("outbound_rt_name", Line(24, 2, re.compile(r"[0-9A-Za-z_-]+"))),
        Field("password", PIN, nullable=True),
    )
)
"""Of these the protocol takes less than our form."""


class OutboundActions:
    """Which numbers go out by which trunks."""

    def __init__(
        self,
        routes: DialplanObjects[OutboundRouteForm],
        numbers: Numbers,
        pins: PinActions,
        group_named: Callable[[str], Awaitable[str | None]],
    ) -> None:
        """`group_named` finds an extension group by the id that programs know it by."""
        self._routes, self._numbers, self._pins = routes, numbers, pins
        self._group_named = group_named

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listoutboundroute": self.list_routes,
            "getoutboundroute": self.get,
            "addoutboundroute": self.add,
            "updateoutboundroute": self.update,
            "deleteoutboundroute": self.delete,
        }

    async def list_routes(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Every route, its patterns as one text."""
        entries = self._routes.listed(caller.actor)
        numbers = await self._numbers.of(KIND, [each.id for each in entries])
        rows = [
            {
                "outbound_rt_index": numbers[each.id],
                "outbound_rt_name": each.form.name,
                "permission": each.form.permission,
                "sequence": each.position,
                "pattern": ",".join(patterns_of(each.form.patterns)),
                "out_of_service": yes(each.form.disabled),
                "members": await self._members(each.form),
            }
            for each in entries
        ]
        return listed("outbound_route", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One route: its plain fields, its patterns, its further trunks."""
        entry = self._existing(caller, asked)
        form, number = entry.form, (await self._numbers.of(KIND, [entry.id]))[entry.id]
        trunks = await self._numbers.of(TRUNK, [each.trunk for each in form.ways])
        main, *others = form.ways
        return {
            "outbound_route": {
                "outbound_rt_index": number,
                "outbound_rt_name": form.name,
                "default_trunk_index": trunks[main.trunk],
                "permission": form.permission,
                "out_of_service": yes(form.disabled),
                "password": form.password or None,
                "pin_sets_id": await self._pins.ident_of(caller, form.pin_group),
                "strip": main.strip,
                "prepend": main.prepend or None,
                "enable_wlist": yes(form.only_callers),
                "members": ",".join(await self._members(form)) or None,
                "custom_member": form.caller_patterns or None,
                "limitime": form.longest_s or None,
                "time_mode": form.when.condition,
            },
            "pattern": [
                {
                    "match": each,
                    "allow": None,
                    "strip_prefix": None,
                    "outbound_rt_index": number,
                }
                for each in patterns_of(form.patterns)
            ],
            "failover_outbound_data": [
                {
                    "outbound_rt_index": number,
                    "failover_trunk_index": trunks[each.trunk],
                    "failover_trunk_sequence": place,
                    "failover_strip": each.strip,
                    "failover_prepend": each.prepend or None,
                }
                for place, each in enumerate(others, 1)
            ],
        }

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Add a route at the end of the list."""
        for name in ("outbound_rt_name", "default_trunk_index"):
            required(asked, name)
        if not asked.get("pattern"):
            raise missing("pattern")
        form = checked(OutboundRouteForm, await self._given(caller, asked, None))
        await self._routes.add(caller.actor, form, None)
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names."""
        entry = self._existing(caller, asked)
        given = await self._given(caller, asked, entry)
        checked(OutboundRouteForm, {**entry.form.model_dump(), **given})
        await self._routes.update(caller.actor, entry.id, given, None)
        return NEED_APPLY

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Remove a route."""
        await self._routes.delete(caller.actor, self._existing(caller, asked).id)
        return NEED_APPLY

    def _existing(self, caller: Caller, asked: Parameters) -> DialplanObject[OutboundRouteForm]:
        given = required(asked, "outbound_route", "outbound_rt_index")
        number = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
        found = self._numbers.named(KIND, number)
        for each in self._routes.listed(caller.actor):
            if each.id == found:
                return each
        raise unknown("outbound_route", given)

    async def _given(
        self, caller: Caller, asked: Parameters, present: DialplanObject[OutboundRouteForm] | None
    ) -> dict[str, Any]:
        """The fields of our form that a request names."""
        held = {} if present is None else {"outbound_rt_name": present.form.name}
        NARROW.given({name: each for name, each in asked.items() if held.get(name) != each})
        found: dict[str, Any] = {
            ours: value
            for theirs, ours in PLAIN.items()
            if (value := text(asked, theirs)) is not None
        }
        if (patterns := matches(asked, "pattern", "match")) is not None:
            found["patterns"] = lines(patterns)
        for theirs, ours in (("out_of_service", "disabled"), ("enable_wlist", "only_callers")):
            if (on := switch(asked, theirs)) is not None:
                found[ours] = on
        if (members := text(asked, "members")) is not None:
            found |= await self._callers(members)
        if (group := text(asked, "pin_sets_id")) is not None:
            found["pin_group"] = await self._pins.group_of(caller, group)
        if "limitime" in asked:
            found["longest_s"] = whole(asked, "limitime", 86_400) or 0
        if (mode := whole(asked, "time_mode", 8)) is not None:
            hours = (
                [] if present is None else [each.model_dump() for each in present.form.when.hours]
            )
            found["when"] = {"condition": mode, "hours": hours}
        ways = self._ways(asked, present)
        if ways is not None:
            found["ways"] = ways
        return found

    async def _members(self, form: OutboundRouteForm) -> list[str]:
        """The extensions that may use a route, and the groups by the ids that programs know."""
        groups = await self._numbers.of(GROUP_KIND, form.caller_groups)
        return [*form.callers, *(f"{GROUP_PREFIX}{groups[each]}" for each in form.caller_groups)]

    async def _callers(self, members: str) -> dict[str, list[str]]:
        callers: list[str] = []
        groups: list[str] = []
        for each in filter(None, map(str.strip, members.split(","))):
            if not each.lower().startswith(GROUP_PREFIX):
                callers.append(each)
            elif (group := await self._group_named(each)) is not None:
                groups.append(group)
            else:
                raise unknown("members", each)
        return {"callers": callers, "caller_groups": groups}

    def _ways(
        self, asked: Parameters, present: DialplanObject[OutboundRouteForm] | None
    ) -> list[dict[str, Any]] | None:
        named = ("default_trunk_index", "strip", "prepend", "failover_outbound_data")
        if not any(each in asked for each in named):
            return None
        held = [] if present is None else [each.model_dump() for each in present.form.ways]
        main = dict(held[0]) if held else {}
        if asked.get("default_trunk_index") is not None:
            main["trunk"] = self._trunk(text(asked, "default_trunk_index") or "")
        if "strip" in asked:
            main["strip"] = whole(asked, "strip", 32) or 0
        if (prepend := text(asked, "prepend")) is not None:
            main["prepend"] = prepend
        return [main, *self._others(asked, held[1:])]

    def _others(self, asked: Parameters, held: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if "failover_outbound_data" not in asked:
            return held
        try:
            rows = as_list(asked["failover_outbound_data"] or [])
        except BadValue as bad:
            raise bad_value("failover_outbound_data", bad.text, bad.params) from None
        return [
            {
                "trunk": self._trunk(text(row, "failover_trunk_index") or ""),
                "strip": whole(row, "failover_strip", 32) or 0,
                "prepend": text(row, "failover_prepend") or "",
            }
            for row in rows
            if isinstance(row, dict)
        ]

    def _trunk(self, index: str) -> str:
        number = int(index) if index.isascii() and index.isdigit() and len(index) < 10 else 0
        found = self._numbers.named(TRUNK, number)
        if found is None:
            raise unknown("default_trunk_index", index)
        return found
