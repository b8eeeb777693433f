"""A caller ends the talk that a service led him to, and the service talks to him again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxcore.calls.party import Farewell
from pbxcore.calls.serving import attend
from pbxcore.calls.visiting import visit_of
from pbxcore.sip import causes

if TYPE_CHECKING:
    from pbxcore.apps.services import Service
    from pbxcore.calls.leg import Leg

_DIALS_AGAIN = Farewell("pbx", 0, causes.NORMAL, "dials_again")


@dataclass(frozen=True, slots=True)
class Redial:
    """By this code the talk ends, and the service that led to it talks to the caller again."""

    code: str
    service: Service

    def press(self, leg: Leg) -> None:
        """End the talk alone."""
        call = leg.call
        partner = call.partner(leg)
        if partner is not None:
            call.part()
            attend(leg, self.service, visit_of(call, leg, "", ()), ())
            call.end(partner, _DIALS_AGAIN)
