"""What is played at a phone that the announcement center called."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Say
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.premises import Premises
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit


class Announced(msgspec.Struct, frozen=True, tag="announced"):
    """A sound file, after the number of who announces it, if that is to be said."""

    kind: ClassVar[str] = "announcement_center"

    path: str
    announcer: str = ""

    def script(self, _visit: Visit, _premises: Premises) -> Script:
        """Say it once."""
        if self.announcer:
            yield Say((Prompt("message-from"), Digits(self.announcer)), barge=False)
        yield Say((File(self.path),), barge=False)
