"""Listens whether a fax machine calls, before somebody's telephone rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.steps import Connect, HangUp, Listen
from pbxcore.apps.telling import told_why
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit


class FaxDetection(msgspec.Struct, frozen=True, tag="fax_detection"):
    """What an inbound route says of faxes.

    They go to `fax`. With `auto_answer` the PBX answers, says `prompt` (a sound file; none: it
    rings) and listens for `within_s`; whoever is no fax machine goes on to `otherwise`, outside as
    far as `level`. Without, it listens once somebody has answered.
    """

    kind: ClassVar[str] = "fax_detection"

    fax: Place = HANG_UP
    auto_answer: bool = False
    within_s: float = 4.0
    prompt: str = ""
    otherwise: Place = HANG_UP
    level: str = "internal"

    def script(self, _visit: Visit, _facilities: Facilities) -> Script:
        """Send a fax one way, and everybody else the other."""
        sounds = (File(self.prompt),) if self.prompt else ()
        fax: bool = yield Listen(sounds, self.within_s)
        place = self.fax if fax else self.otherwise
        if place == HANG_UP:
            yield HangUp()
            return
        status: int = yield Connect(place, level=self.level)
        if not fax:
            yield from told_why(status)
