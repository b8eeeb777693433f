"""What is played at a phone that was called to hear it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Say, Wait
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit


class Announced(msgspec.Struct, frozen=True, tag="announced"):
    """A sound file, after the number of who announces it, if that is to be said."""

    kind: ClassVar[str] = "announcement_center"

    path: str
    announcer: str = ""

    def script(self, _visit: Visit, _facilities: Facilities) -> Script:
        """Say it once."""
        if self.announcer:
            yield Say((Prompt("message-from"), Digits(self.announcer)), barge=False)
        yield Say((File(self.path),), barge=False)


class ScheduledPage(msgspec.Struct, frozen=True, tag="scheduled_page"):
    """A sound file that a paging group hears at its time, `delay_s` after a phone has answered."""

    kind: ClassVar[str] = "page"

    path: str
    delay_s: int = 0

    def script(self, _visit: Visit, _facilities: Facilities) -> Script:
        """Say it once."""
        if self.delay_s:
            yield Wait(self.delay_s)
        yield Say((File(self.path),), barge=False)
