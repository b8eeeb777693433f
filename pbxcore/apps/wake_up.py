"""Wake-up calls: asked for by phone, and what is said when one comes."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.asking import ask
from pbxcore.apps.sounds import Clock, Prompt
from pbxcore.apps.steps import Say, Tell
from pbxcore.journal import WakeUpAsked
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit

TRIES: Final = 3
_LONGEST: Final = 18


class WakeUpDesk(msgspec.Struct, frozen=True, tag="wake_up_desk"):
    """Takes the time, as four digits, at which the extension that dials wants to be woken."""

    kind: ClassVar[str] = "wake_up"

    def script(self, visit: Visit, _facilities: Facilities) -> Script:
        """Ask for the time, and say it again."""
        if not visit.number:
            yield Say((Prompt("not-possible"),), barge=False)
            return
        yield from _ask_time(visit.number)


class RemoteWakeUpDesk(msgspec.Struct, frozen=True, tag="remote_wake_up_desk"):
    """Takes a wake-up call for another: for a hotel's room, or for an extension by its number.

    Those may dial it who may set features of others. `rooms`: the extension in each.
    """

    kind: ClassVar[str] = "remote_wake_up"

    rooms: dict[str, str] = {}

    def script(self, visit: Visit, facilities: Facilities) -> Script:
        """Ask for the room, then for the time, and say that again."""
        if visit.number not in facilities.directory.plan.codes.remote_callers:
            yield Say((Prompt("not-permitted"),), barge=False)
            return
        for _ in range(TRIES):
            entered = yield from ask(Prompt("wake-up-room"), most=_LONGEST, first_s=10.0)
            number = self.rooms.get(entered, entered)
            if facilities.directory.extension(number) is not None:
                yield from _ask_time(number)
                return
            yield Say((Prompt("invalid"),), barge=False)
        yield Say((Prompt("goodbye"),), barge=False)


def _ask_time(number: str) -> Part[None]:
    """Let an extension be woken at the time that is entered."""
    for _ in range(TRIES):
        keys = yield from ask(Prompt("wake-up-time"), most=4, first_s=10.0)
        moment = moment_of(keys)
        if moment is not None:
            yield Tell(WakeUpAsked(number, moment.strftime("%H:%M")))
            yield Say((Prompt("wake-up-set"), Clock(moment)), barge=False)
            return
        yield Say((Prompt("invalid"),), barge=False)
    yield Say((Prompt("goodbye"),), barge=False)


class WakeUp(msgspec.Struct, frozen=True, tag="wake_up"):
    """What is said to whoever is woken: a sound file, or our own words and the time."""

    kind: ClassVar[str] = "wake_up"

    path: str = ""

    def script(self, _visit: Visit, facilities: Facilities) -> Script:
        """Until a key, three times at most."""
        zone = facilities.directory.plan.hours.calendar().zone
        now = facilities.now().astimezone(zone).time()
        words = (File(self.path),) if self.path else (Prompt("wake-up"), Clock(now))
        yield Say(words, times=3)


def moment_of(keys: str) -> time | None:
    """`0730` as a time of day."""
    if len(keys) != 4 or not keys.isdecimal():
        return None
    hour, minute = int(keys[:2]), int(keys[2:])
    return time(hour, minute) if hour < 24 and minute < 60 else None
