"""An announcement: a sound, and where the call goes afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.steps import Connect, Say
from pbxcore.apps.telling import told_why
from pbxcore.dialplan.place import HANG_UP, Place
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit


class Announcement(msgspec.Struct, frozen=True, tag="announcement"):
    """A sound file, `times` over; then the call goes to `place`. With `skips` a key ends it."""

    kind: ClassVar[str] = "announcement"

    name: str
    path: str
    times: int = 1
    skips: bool = False
    place: Place = HANG_UP

    def script(self, _visit: Visit, _facilities: Facilities) -> Script:
        """Say it, and go on."""
        if self.path:
            yield Say((File(self.path),), barge=self.skips, times=self.times)
        if self.place != HANG_UP:
            status: int = yield Connect(self.place)
            yield from told_why(status)
