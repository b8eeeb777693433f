"""A way out of the PBX."""

from __future__ import annotations

import msgspec


class WayOut(msgspec.Struct, frozen=True):
    """A trunk of an outbound route: `strip` so many digits, then put `prepend` before the rest."""

    trunk: str
    strip: int = 0
    prepend: str = ""

    def rewrite(self, dialled: str) -> str:
        """The number as it goes out."""
        return self.prepend + dialled[self.strip :]
