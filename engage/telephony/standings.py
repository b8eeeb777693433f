"""How trunks stand and whom the PBX shuts out, as it last told."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from engage.errors import Unavailable
from engage.telephony.events import StandingsChanged
from pbxcore.commands import BansHeld, ListBans, ListTrunks, TrunkStandings
from pbxcore.journal import AddressBanned, AddressUnbanned, TrunkChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.events import Events
    from engage.hub.service import HubTransaction
    from engage.telephony.model import PbxPort
    from pbxcore.journal import Entry, Fact

ASKED_WITHIN_S = 2.0
TELLING = (TrunkChanged, AddressBanned, AddressUnbanned)


class Standings:
    """Follows the journal; what was told before we followed is asked for.

    `trunks` are the states of enabled trunks by id, `banned` the addresses that are shut out.
    """

    def __init__(self, link: PbxPort, events: Events) -> None:
        self._link, self._events = link, events
        self.trunks: dict[str, str] = {}
        self.banned: set[str] = set()

    async def start(self) -> None:
        """Nothing of it is kept."""

    async def refresh(self) -> None:
        """Ask the PBX; while it is away, what it told last stands."""
        asked = (ListTrunks(), ListBans())
        try:
            trunks, bans = await asyncio.gather(
                *(self._link.request(each, ASKED_WITHIN_S) for each in asked)
            )
        except Unavailable:
            return
        if isinstance(trunks, TrunkStandings):
            self.trunks = {each.id: each.state for each in trunks.trunks}
        if isinstance(bans, BansHeld):
            self.banned = {each.address for each in bans.bans}
        self._events.publish(StandingsChanged())

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Take over what these entries tell."""
        facts = (each.fact for each in entries)
        ours = [each for each in facts if isinstance(each, TELLING)]
        return partial(self._told, ours)

    def _told(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            match fact:
                case TrunkChanged(id=id_, state=state):
                    self.trunks[id_] = state
                case AddressBanned(address=address):
                    self.banned.add(address)
                case AddressUnbanned(address=address):
                    self.banned.discard(address)
                case _:
                    pass
        if facts:
            self._events.publish(StandingsChanged())
