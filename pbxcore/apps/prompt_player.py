"""A prompt that callers hear, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.steps import Say
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit


class PromptPlayer(msgspec.Struct, frozen=True, tag="prompt"):
    """A sound file; then the PBX hangs up."""

    kind: ClassVar[str] = "prompt"

    path: str

    def script(self, _visit: Visit, _facilities: Facilities) -> Script:
        """Once, to its end."""
        yield Say((File(self.path),), barge=False)


class Rejection(PromptPlayer, frozen=True, tag="blacklist"):
    """What callers of the blacklist hear: their records say that they came nowhere else."""

    kind: ClassVar[str] = "blacklist"
