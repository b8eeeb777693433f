"""Who is to be woken, as a value."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.dialplan.schedules import Schedule

if TYPE_CHECKING:
    from datetime import datetime

LATE: Final = timedelta(minutes=2)
"""So long after its time a wake-up call that a restart has held up is still made."""


class WakeUpCall(msgspec.Struct, frozen=True):
    """Rings an extension at `time` (`07:30`): every day, or on `date` (`2026-11-27`) alone.

    `path` is the sound file that is played; none: our own words.
    """

    number: str
    time: str
    date: str = ""
    path: str = ""

    def due(self, now: datetime) -> datetime | None:
        """The moment, in UTC, for which it is to be made by now, on the clock that `now` is of.

        Raises:
            ValueError: `time` is no time of day.
        """
        return Schedule(self.time, self.date).due(now, LATE)
