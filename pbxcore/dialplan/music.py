"""Music on hold, in classes of which extensions and groups choose one."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import msgspec

USUAL: Final = "default"
"""The class for whoever has chosen none."""
RING_BACK: Final = "ringback_tone_default"
"""No music: the ring back tone of the country."""


class MusicClass(msgspec.Struct, frozen=True):
    """Sound files, played in turn; `shuffled` anew for everybody who listens."""

    files: tuple[str, ...] = ()
    shuffled: bool = False

    def order(self, token: str) -> tuple[str, ...]:
        """The files as one listener hears them; `token` is his alone."""
        if not self.shuffled:
            return self.files
        return tuple(
            sorted(self.files, key=lambda path: sha256(f"{token} {path}".encode()).digest())
        )
