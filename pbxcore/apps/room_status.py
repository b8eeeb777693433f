"""The status of a hotel's room is told by phone, from that room."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pbxcore.apps.asking import ask
from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Say, Tell
from pbxcore.journal import RoomStatusTold
from pbxcore.media.commands import File

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit

STATUSES: Final = "123456789"
"""What may be entered: each is a status of its own."""
TRIES: Final = 3


def numbers(code: str) -> set[str]:
    """All that is dialled to tell a status: the code alone, or with the digit of one after it."""
    return {code, *(code + each for each in STATUSES)}


class RoomStatus(msgspec.Struct, frozen=True, tag="room_status"):
    """Takes the status of a room, from an extension that is in it.

    Dialled as `code` alone, or with the status after it. `rooms` by extension; `paths` are the
    sounds that confirm a status, by its digit; without one it is our own words.
    """

    kind: ClassVar[str] = "room_status"

    code: str
    rooms: dict[str, str]
    paths: dict[str, str] = {}

    def takes(self, number: str) -> bool:
        """Whether a number is dialled to tell a status."""
        return number in numbers(self.code)

    def script(self, visit: Visit, _facilities: Facilities) -> Script:
        """Ask for the status, unless it was dialled, and confirm it."""
        room = self.rooms.get(visit.number, "")
        if not room:
            yield Say((Prompt("not-possible"),), barge=False)
            return
        key = visit.service.removeprefix(self.code)
        for _ in range(TRIES):
            key = key or (yield from ask(Prompt("room-status"), most=1, first_s=10.0))
            if len(key) == 1 and key in STATUSES:
                yield Tell(RoomStatusTold(visit.number, room, int(key)))
                path = self.paths.get(key, "")
                confirmed = (File(path),) if path else (Prompt("saved"), Digits(key))
                yield Say(confirmed, barge=False)
                return
            key = ""
            yield Say((Prompt("invalid"),), barge=False)
        yield Say((Prompt("goodbye"),), barge=False)
