"""Tells somebody that an extension has called the emergency service."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Say
from pbxcore.media.commands import File, Tone

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit

ALARM: Final = Tone((((950.0,), 0.33), ((1400.0,), 0.33), ((1800.0,), 0.33), ((), 0.5)) * 2)
TIMES: Final = 3


class EmergencyNotice(msgspec.Struct, frozen=True, tag="emergency_notice"):
    """The extension `caller` has called the emergency service; the file at `path` says so first."""

    kind: ClassVar[str] = "emergency_notice"

    caller: str
    path: str = ""

    def script(self, _visit: Visit, _facilities: Facilities) -> Script:
        """Say who has called; any key ends it."""
        own = (File(self.path),) if self.path else ()
        for _ in range(TIMES):
            key: str = yield Say((ALARM, *own, Prompt("extension"), Digits(self.caller)))
            if key:
                return
