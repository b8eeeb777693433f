"""How somebody is sought for a leg: on which terms, and who hears how it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxcore.sip.dialogs.dialog import MAX_FORWARDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.leg import Leg
    from pbxcore.calls.party import Farewell
    from pbxcore.sip.forwarding import Forwarding


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the whole search.

    Attributes:
        hops: how many servers may still be passed.
        forwardings: how the call came here, oldest first.
        telling: more header lines for those it rings at.
        level: how far outside it may go on behalf of nobody.
        admitted: it needs no PIN.
    """

    hops: int = MAX_FORWARDS
    forwardings: tuple[Forwarding, ...] = ()
    telling: tuple[bytes, ...] = ()
    level: str = ""
    admitted: bool = False


@dataclass(frozen=True, slots=True)
class Hearer:
    """Who hears of it: `connected` or `failed`, once.

    Attributes:
        connected: told who answered.
        failed: told why nobody did.
        rang: told the statuses that say how it goes.
        attended: told that a service took the front, before it says anything.
    """

    connected: Callable[[Leg], None]
    failed: Callable[[Farewell], None]
    rang: Callable[[int], None] = lambda status: None
    attended: Callable[[], None] = lambda: None
