"""Telephony wired together: the directory down, the journal up, texts to phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.telephony.deliveries import IN_FLIGHT, PACE, Deliveries
from engage.telephony.directory_feed import DirectoryFeed
from engage.telephony.projection import Projection
from engage.telephony.registered_phones import RegisteredPhones
from pbxcore.dialplan.plan import Plan
from pbxcore.domain_settings import DomainSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engage.events import Events
    from engage.hub.service import Hub
    from engage.identifiers import Clock
    from engage.storage.database import Database
    from engage.telephony.alerts import PhoneAlerts
    from engage.telephony.model import (
        DirectChats,
        DirectorySource,
        PbxPort,
        PhoneCounts,
    )
    from engage.telephony.projection import Follower
    from pbxcore.commands import JournalGrew
    from pbxcore.directory import ExtensionGroup, Trunk
    from pbxcore.rate_limit import Rate


class Telephony:
    """Everything between the web process and the PBX.

    `deliveries` can be handed to those who write texts before `follow` gives the journal a place to
    put what phones say to each other.
    """

    def __init__(
        self,
        database: Database,
        link: PbxPort,
        events: Events,
        source: DirectorySource,
        clock: Clock,
        *,
        domain: Callable[[], DomainSettings] = DomainSettings,
        trunks: Callable[[], tuple[Trunk, ...]] = tuple,
        groups: Callable[[], tuple[ExtensionGroup, ...]] = tuple,
        plan: Callable[[], Plan] = Plan,
        pace: Rate = PACE,
        in_flight: int = IN_FLIGHT,
    ) -> None:
        self._database, self._link, self._events = database, link, events
        self.deliveries = Deliveries(
            database, link, events, clock=clock, pace=pace, in_flight=in_flight
        )
        self.feed = DirectoryFeed(source, link, events, domain, trunks, groups, plan)
        self._projection: Projection | None = None

    def follow(
        self,
        hub: Hub,
        folder: Path,
        chats: DirectChats,
        presence: PhoneCounts,
        on_notice: Callable[[Callable[[JournalGrew], None]], None],
        alerts: PhoneAlerts | None = None,
        *,
        others: Sequence[Follower] = (),
    ) -> None:
        """Follow the journal in `folder` once started, and let other slices follow it too."""
        phones = RegisteredPhones(
            self._database,
            chats=chats,
            deliveries=self.deliveries,
            presence=presence,
            events=self._events,
            alerts=alerts,
        )
        projection = Projection(self._database, hub, folder, (phones, *others))
        on_notice(lambda _: projection.wake())
        self._link.on_connected(projection.caught_up)
        self._projection = projection

    async def start(self) -> None:
        """Begin; what was interrupted resumes."""
        if self._projection is not None:
            await self._projection.start()
        await self.deliveries.start()

    async def stop(self) -> None:
        """End what is under way, begin nothing new."""
        await self.deliveries.stop()
        if self._projection is not None:
            await self._projection.stop()
