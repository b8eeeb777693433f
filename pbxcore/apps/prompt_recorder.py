"""Records a custom prompt at a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.sounds import BEEP, Prompt
from pbxcore.apps.steps import Record, Recorded, Say, Tell
from pbxcore.journal import PromptRecorded
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit

LONGEST_S: Final = 600.0
_SHORTEST_S: Final = 0.5
_ANY_KEY: Final = "0123456789*#ABCD"


class PromptRecorder(msgspec.Struct, frozen=True, tag="prompt_recorder"):
    """What is said goes into the file at `path`, which is `file` below the recordings' folder."""

    kind: ClassVar[str] = "prompt"

    name: str
    file: str
    path: str

    def script(self, _visit: Visit, _facilities: Facilities) -> Script:
        """Until a key; then it is heard once more."""
        yield Say((Prompt("record-prompt"), BEEP), barge=False)
        recorded: Recorded = yield Record(self.path, limit_s=LONGEST_S, until=_ANY_KEY)
        if recorded.problem or recorded.seconds < _SHORTEST_S:
            yield Say((Prompt("vm-too-short"), Prompt("goodbye")), barge=False)
            return
        yield Tell(PromptRecorded(self.name, self.file, recorded.seconds))
        yield Say((Prompt("saved"), File(self.path)))
