"""Who may not call in: listInboundBlacklist, addInboundBlacklist and their like.

A number is turned away on every inbound route (`inbound_rt_index` 0), or on one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.inbound_actions import KIND
from engage.api.listing import listed
from engage.api.route_values import lines, switch, whole, yes
from engage.api.status import Refused, Status, bad_value, unknown
from engage.dialplan.blacklist import SECTION, Blacklist
from engage.errors import N_
from pbxcore.dialplan.patterns import BadPattern, parse, patterns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.numbers import Numbers
    from engage.dialplan.inbound_forms import InboundRouteForm
    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects
    from engage.system.configuration import Configuration

EVERYWHERE = 0
LARGEST_INDEX = 10**9
EXISTS = N_("This number is in the blacklist already.")
NO_PATTERN = N_("this is no number or pattern.")


class BlacklistActions:
    """Numbers and patterns, each with the route that turns it away."""

    def __init__(
        self,
        routes: DialplanObjects[InboundRouteForm],
        numbers: Numbers,
        configuration: Configuration,
    ) -> None:
        self._routes, self._numbers = routes, numbers
        self._configuration = configuration

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listinboundblacklist": self.list_numbers,
            "addinboundblacklist": self.add,
            "updateinboundblacklist": self.update,
            "deleteinboundblacklist": self.delete,
            "deleteallinboundblacklist": self.delete_all,
            "getinboundblacklistsettings": self.settings,
            "updateinboundblacklistsettings": self.change_settings,
        }

    async def list_numbers(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Every number, with the index of its route."""
        held = await self._held(caller)
        rows = [{"number": each, "inbound_rt_index": str(at)} for each, at in held.items()]
        return {**listed("number", rows, asked), "total_blacklist_item": len(held)}

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Turn a number away, or all that a pattern takes."""
        number = required(asked, "number")
        try:
            parse(number)
        except BadPattern:
            raise bad_value("number", NO_PATTERN) from None
        if any(each.isspace() for each in number):
            raise bad_value("number", NO_PATTERN)
        if number in await self._held(caller):
            raise Refused(Status.EXISTS, EXISTS)
        await self._put(caller, number, self._index(caller, asked))
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Turn a number away on this route alone, or on every one."""
        number = await self._existing(caller, asked)
        index = self._index(caller, asked)
        await self._put(caller, number, index)
        await self._drop(caller, number, but=index)
        return NEED_APPLY

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Let a number in again, wherever it is turned away."""
        await self._drop(caller, await self._existing(caller, asked))
        return NEED_APPLY

    async def delete_all(self, caller: Caller, _: Parameters) -> Mapping[str, Any]:
        """Let everybody in again."""
        for entry in self._routes.listed(caller.actor):
            if entry.form.blocked:
                await self._routes.update(caller.actor, entry.id, {"blocked": ""}, None)
        await self._configuration.change(caller.actor, SECTION, {"blocked": ""})
        return NEED_APPLY

    async def settings(self, _: Caller, __: Parameters) -> Mapping[str, Any]:
        """Whether it is on."""
        enabled = self._configuration.get(Blacklist).enabled
        return {"inbound_blacklist_settings": {"enable": yes(enabled)}}

    async def change_settings(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Switch it on or off."""
        required(asked, "enable")
        values = {"enabled": bool(switch(asked, "enable"))}
        await self._configuration.change(caller.actor, SECTION, values)
        return NEED_APPLY

    async def _held(self, caller: Caller) -> dict[str, int]:
        """The index of each number's route; that of every route outranks one route's."""
        entries = self._routes.listed(caller.actor)
        numbers = await self._numbers.of(KIND, (each.id for each in entries))
        held = dict.fromkeys(patterns_of(self._configuration.get(Blacklist).blocked), EVERYWHERE)
        for entry in entries:
            for number in patterns_of(entry.form.blocked):
                held.setdefault(number, numbers[entry.id])
        return held

    async def _existing(self, caller: Caller, asked: Parameters) -> str:
        number = required(asked, "number")
        if number not in await self._held(caller):
            raise unknown("number", number)
        return number

    def _index(self, caller: Caller, asked: Parameters) -> int:
        """Which route a request names; every route where it names none."""
        index = whole(asked, "inbound_rt_index", LARGEST_INDEX) or EVERYWHERE
        if index != EVERYWHERE:
            self._route(caller, index)
        return index

    def _route(self, caller: Caller, index: int) -> DialplanObject[InboundRouteForm]:
        found = self._numbers.named(KIND, index)
        for each in self._routes.listed(caller.actor):
            if each.id == found:
                return each
        raise unknown("inbound_rt_index", str(index))

    async def _put(self, caller: Caller, number: str, index: int) -> None:
        """Turn a number away on one route, or on every one."""

        def added(numbers: list[str]) -> list[str]:
            return numbers if number in numbers else [*numbers, number]

        await self._edit(caller, index, added)

    async def _drop(self, caller: Caller, number: str, but: int | None = None) -> None:
        """Let a number in everywhere, or everywhere but on one route: it may stand on several."""
        entries = self._routes.listed(caller.actor)
        indices = await self._numbers.of(KIND, (each.id for each in entries))
        for index in (EVERYWHERE, *indices.values()):
            if index != but and number in self._on(caller, index):
                await self._edit(caller, index, partial(_without, number))

    def _on(self, caller: Caller, index: int) -> list[str]:
        """What is turned away on one route alone, or on every one."""
        if index == EVERYWHERE:
            return patterns_of(self._configuration.get(Blacklist).blocked)
        return patterns_of(self._route(caller, index).form.blocked)

    async def _edit(
        self, caller: Caller, index: int, change: Callable[[list[str]], list[str]]
    ) -> None:
        """Change what is turned away there; nobody else changes it meanwhile."""

        def blocked(held: Blacklist | InboundRouteForm) -> dict[str, str]:
            return {"blocked": lines(change(patterns_of(held.blocked)))}

        if index == EVERYWHERE:
            await self._configuration.edit(caller.actor, SECTION, blocked)
        else:
            await self._routes.edit(caller.actor, self._route(caller, index).id, blocked)


def _without(number: str, numbers: list[str]) -> list[str]:
    return [each for each in numbers if each != number]
