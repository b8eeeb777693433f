"""When something applies."""

from __future__ import annotations

import msgspec

from pbxcore.dialplan.time_conditions import Condition, TimeRow


class Window(msgspec.Struct, frozen=True):
    """When something applies: a time condition, and the rows of its own."""

    condition: int = Condition.ALL
    rows: tuple[TimeRow, ...] = ()
