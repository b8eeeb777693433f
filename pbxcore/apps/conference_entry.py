"""What whoever comes into a conference room is asked first: his PIN and his name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import BEEP, Prompt
from pbxcore.apps.steps import Gather, Record, Say

if TYPE_CHECKING:
    from pbxcore.apps.conferences import ConferenceRoom
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Part, Recorded
    from pbxcore.apps.visit import Visit
    from pbxcore.voicemail.message import Arrival

LONGEST_PIN: Final = 12
_ATTEMPTS: Final = 3
_NAME_S: Final = 5.0
_NAME_SILENCE_S: Final = 2.0


def said_name(visit: Visit, facilities: Facilities) -> Part[Arrival | None]:
    """Let him say his name; None when he says nothing, or there is nowhere to keep it."""
    boxes = facilities.post.boxes
    try:
        name = boxes.receive((), visit.number, visit.name)
    except OSError:  # the disk is full: he comes in without
        return None
    kept = False
    try:
        yield Say((Prompt("conf-say-name"), BEEP), barge=False)
        spoken: Recorded = yield Record(
            name.path, limit_s=_NAME_S, silence_s=_NAME_SILENCE_S, until="#1234567890*"
        )
        kept = spoken.seconds > 0 and not spoken.problem
    finally:
        if not kept:
            boxes.forget(name)
    return name if kept else None


def admitted(room: ConferenceRoom, visit: Visit) -> Part[bool | None]:
    """Whether it is a host; None for one who does not know the PIN."""
    if visit.number and visit.number in room.hosts:
        return True
    if not room.pin and not room.host_pin:
        return False
    for _ in range(_ATTEMPTS):
        typed: str = yield Say((Prompt("enter-pin"),))
        keys: str = yield Gather(LONGEST_PIN + 1, first_s=10.0, typed=typed)
        if room.host_pin and keys == room.host_pin:
            return True
        if keys == room.pin:
            return False
        yield Say((Prompt("wrong-pin"),), barge=False)
    return None
