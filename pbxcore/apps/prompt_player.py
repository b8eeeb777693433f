"""A prompt that callers hear, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pbxcore.apps.steps import Say
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.steps import Script


class PromptPlayer(msgspec.Struct, frozen=True, tag="prompt"):
    """A sound file; then the PBX hangs up."""

    kind: ClassVar[str] = "prompt"

    path: str


def play(player: PromptPlayer) -> Script:
    """Once, to its end."""
    yield Say((File(player.path),), barge=False)
