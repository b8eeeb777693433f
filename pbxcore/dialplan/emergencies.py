"""Numbers that everybody may call for help, and where whoever does is."""

from __future__ import annotations

import msgspec

from pbxcore.dialplan.ways import WayOut
from pbxcore.networks import within

ORDINARY = 11
"""How urgent a call is that is no emergency: less than any that is, from 1 to 10."""


class Zone(msgspec.Struct, frozen=True):
    """A part of the premises: phones of these networks (CIDR) call for help from `location`.

    `elin` is the number that the emergency service knows it by, and calls back.
    """

    networks: tuple[str, ...]
    elin: str
    location: str = ""


class EmergencyNumber(msgspec.Struct, frozen=True):
    """A number that everybody may call at any time, by these trunks in this order.

    `level` 1 is the most urgent, 0 the usual one. Where each trunk is full, `hunts_when_busy` ends
    a less urgent call. `notified` are the extensions that are told of such a call, by the
    custom prompt `prompt` if there is one. `caller_id` is shown for phones that are in none of the
    `zones`. Calls are `recorded` or not.
    """

    number: str
    name: str
    ways: tuple[WayOut, ...]
    level: int = 0
    hunts_when_busy: bool = True
    notified: tuple[str, ...] = ()
    caller_id: str = ""
    zones: tuple[Zone, ...] = ()
    recorded: bool = False
    prompt: str = ""

    def zone_of(self, address: str) -> Zone | None:
        """Where a phone of that address is, if that is known."""
        return next((each for each in self.zones if within(address, each.networks)), None)

    @property
    def urgency(self) -> int:
        """The lower, the more urgent."""
        return self.level or ORDINARY - 1
