"""Keeps the PBX's directory current: a snapshot on each connection, numbered deltas after it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from engage.dialplan.events import PlanChanged
from engage.errors import Unavailable
from engage.people.events import ExtensionsDropped, ExtensionsSaved, PeopleChanged
from engage.system.events import SectionChanged
from engage.telephony.events import TrunksChanged
from pbxcore import directory
from pbxcore.commands import ApplyDelta, DirectoryHeld, PutSnapshot
from pbxcore.dialplan.plan import Plan
from pbxcore.directory import (
    Delta,
    Extension,
    ExtensionGroup,
    ExtensionPut,
    ExtensionRemoved,
    Snapshot,
    Trunk,
    TrunkPut,
    TrunkRemoved,
)
from pbxcore.domain_settings import DomainSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.events import Events
    from engage.telephony.model import DirectorySource, PbxPort
    from pbxcore.directory import Change

log = logging.getLogger(__name__)


def difference(held: dict[str, Extension], now: dict[str, Extension]) -> tuple[Change, ...]:
    """What leads from one set of extensions to the other."""
    puts = (ExtensionPut(each) for number, each in now.items() if held.get(number) != each)
    removals = (ExtensionRemoved(number) for number in held if number not in now)
    return (*puts, *removals)


def trunk_difference(held: tuple[Trunk, ...], now: tuple[Trunk, ...]) -> tuple[Change, ...]:
    """What leads from one set of trunks to the other."""
    left = {each.id for each in now}
    removals = (TrunkRemoved(each.id) for each in held if each.id not in left)
    return (*removals, *(TrunkPut(each) for each in now if each not in held))


class DirectoryFeed:
    """Tells the PBX every change of extensions, trunks, and the settings that hold for all.

    The PBX keeps what it was told last and serves with it while nobody tells it anything; what it
    answers says whether it could follow a delta, else it gets the whole directory.
    """

    def __init__(
        self,
        source: DirectorySource,
        link: PbxPort,
        events: Events,
        settings: Callable[[], DomainSettings] = DomainSettings,
        trunks: Callable[[], tuple[Trunk, ...]] = tuple,
        groups: Callable[[], tuple[ExtensionGroup, ...]] = tuple,
        plan: Callable[[], Plan] = Plan,
    ) -> None:
        self._source, self._link = source, link
        self._settings, self._trunks, self._groups = settings, trunks, groups
        self._plan, self._held_plan = plan, Plan()
        self._told = settings()
        self._held: dict[str, Extension] = {}
        self._held_trunks: tuple[Trunk, ...] = ()
        self._held_groups: tuple[ExtensionGroup, ...] = ()
        self._version = -1  # what the PBX is known to hold
        self._order = asyncio.Lock()
        link.on_connected(self._connected)
        events.subscribe(ExtensionsSaved, self._changed)
        events.subscribe(ExtensionsDropped, self._changed)
        events.subscribe(SectionChanged, self._changed)
        events.subscribe(TrunksChanged, self._changed)
        events.subscribe(PlanChanged, self._changed)
        events.subscribe(PeopleChanged, self._people_changed)

    async def applied(self) -> bool:
        """Whether the PBX holds everything that is stored now; what it lacks is told first."""
        async with self._order:
            if self._link.connected:
                await self._follow()
            return self._link.connected and self._is_told(self._source.directory()[1])

    async def _connected(self) -> None:
        async with self._order:
            self._version = -1
            await self._follow()

    async def _changed(
        self,
        _: ExtensionsSaved | ExtensionsDropped | SectionChanged | TrunksChanged | PlanChanged,
    ) -> None:
        async with self._order:
            if self._link.connected:
                await self._follow()

    async def _people_changed(self, _: PeopleChanged) -> None:
        """Many things of people are none of the PBX's; groups and queues have no event."""
        async with self._order:
            told = (self._groups(), self._plan()) == (self._held_groups, self._held_plan)
            if self._link.connected and not told:
                await self._follow()

    async def _follow(self) -> None:
        extensions, version = self._source.directory()
        if self._is_told(version):
            return
        now, settings = {each.number: each for each in extensions}, self._settings()
        trunks, groups, plan = self._trunks(), self._groups(), self._plan()
        try:
            held = -1
            follows = version == self._version + 1 and self._version >= 0
            if follows and (settings, groups) == (self._told, self._held_groups):
                changes = difference(self._held, now)
                changes += trunk_difference(self._held_trunks, trunks)
                changes += (directory.PlanChanged(plan),) if plan != self._held_plan else ()
                delta = Delta(version, changes)
                held = await self._tell(ApplyDelta(delta))
            if held != version:
                snapshot = Snapshot(version, settings, tuple(extensions), trunks, groups, plan)
                held = await self._tell(PutSnapshot(snapshot))
        except Unavailable:  # the next connection begins with a snapshot
            log.info("directory waits for the pbx", extra={"version": version})
            self._version = -1
            return
        self._held, self._version, self._told = now, held, settings
        self._held_trunks, self._held_groups, self._held_plan = trunks, groups, plan

    def _is_told(self, version: int) -> bool:
        held = version == self._version and self._settings() == self._told
        held = held and self._groups() == self._held_groups and self._plan() == self._held_plan
        return held and self._trunks() == self._held_trunks

    async def _tell(self, command: ApplyDelta | PutSnapshot) -> int:
        reply = await self._link.request(command)
        if not isinstance(reply, DirectoryHeld):
            raise TypeError(f"unexpected reply {type(reply).__name__}")
        return reply.version
