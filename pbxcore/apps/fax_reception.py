"""Receives a fax, which is sent on by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.steps import HangUp, TakeFax
from pbxcore.faxes.rules import FaxTerms
from pbxcore.sip import causes

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit


class FaxReception(msgspec.Struct, frozen=True, tag="fax"):
    """A fax machine at a number: what it receives belongs to whoever has that number."""

    kind: ClassVar[str] = "fax"

    terms: FaxTerms = FaxTerms()

    def script(self, visit: Visit, facilities: Facilities) -> Script:
        """Take one fax. Who is told of it does not depend on how the call ends."""
        faxes = facilities.faxes
        try:
            arrival = faxes.receive(visit.service, visit.call, visit.shown, visit.name)
        except OSError:
            yield HangUp("disk_full", causes.cause_of(503))
            return
        problem: str = yield TakeFax(arrival, self.terms)
        yield HangUp("fax_failed" if problem else "fax_received")
