"""The echo test."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Echo, Say

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit


class EchoTest(msgspec.Struct, frozen=True, tag="echo"):
    """Whoever calls hears himself."""

    kind: ClassVar[str] = "echo"

    def script(self, _visit: Visit, _facilities: Facilities) -> Script:
        """Echo until the hash key, or until he hangs up."""
        yield Say((Prompt("echo-intro"),))
        key = ""
        while key != "#":
            key = yield Echo()
        yield Say((Prompt("echo-done"),))
