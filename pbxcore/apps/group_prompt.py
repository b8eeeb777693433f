"""What callers of a ring group hear before it rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.steps import Connect, HangUp, Say
from pbxcore.dialplan.place import Place
from pbxcore.media.commands import File
from pbxcore.sip import causes

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit


class GroupPrompt(msgspec.Struct, frozen=True, tag="group_prompt"):
    """A sound file, whole and once; then the members ring."""

    kind: ClassVar[str] = "ring_group"

    path: str

    def script(self, visit: Visit, _facilities: Facilities) -> Script:
        """Say it, however the call came here."""
        yield Say((File(self.path),), barge=False)
        status: int = yield Connect(Place("ring_group_members", visit.service))
        yield HangUp("no_answer", causes.cause_of(status))
