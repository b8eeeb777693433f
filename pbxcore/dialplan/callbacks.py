"""Who is called back, as a value."""

from __future__ import annotations

import msgspec

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.routing import best_of


class Callback(msgspec.Struct, frozen=True):
    """Turns callers away and calls them back, to connect them with `place`.

    It does so for callers that one of the patterns takes; none: for everybody. Their number goes
    out without its first `strip` digits and after `prepend`, as far as `level`.
    """

    place: Place
    callers: tuple[str, ...] = ()
    strip: int = 0
    prepend: str = ""
    level: str = "internal"
    sleep_s: float = 5.0
    retries: int = 0

    def number_for(self, caller: str) -> str:
        """What to dial for a caller; "" for one who is not called back."""
        if not caller or (self.callers and best_of(self.callers, caller, "") is None):
            return ""
        return self.prepend + caller[self.strip :]
