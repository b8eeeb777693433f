"""A conference room, as it talks to one participant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import Counted, Prompt
from pbxcore.apps.steps import Gather, Join, Leave, Say

if TYPE_CHECKING:
    from pbxcore.apps.conferences import ConferenceRoom, Conferences, Participant
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit

LONGEST_PIN: Final = 12
_ATTEMPTS: Final = 3
_MENU_S: Final = 6.0


def conference(room: ConferenceRoom, visit: Visit, conferences: Conferences) -> Script:
    """Let a caller in who may, until he is sent out or hangs up."""
    host = yield from _admitted(room, visit)
    if host is None:
        yield Say((Prompt("goodbye"),), barge=False)
        return
    refusal = conferences.refusal(room, host=host)
    if refusal:
        yield Say((Prompt(refusal),), barge=False)
        return
    participant = conferences.enter(room, visit, host=host)
    try:
        yield from _waited(room.number, participant, conferences)
        yield from _taken_part(room.number, participant, conferences)
        yield Leave()
        if participant.farewell:
            yield Say((Prompt(participant.farewell),), barge=False)
    finally:
        conferences.leave(room.number, participant)


def _admitted(room: ConferenceRoom, visit: Visit) -> Part[bool | None]:
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


def _waited(number: str, me: Participant, conferences: Conferences) -> Part[None]:
    """Stay alone until the conference begins."""
    if not conferences.begun(number):
        yield Say((Prompt("conf-wait-host"),))
        while not conferences.begun(number) and not me.farewell:
            yield Join(f"{number}/{me.visit.leg}", deaf=True)
    me.news.clear()


def _taken_part(number: str, me: Participant, conferences: Conferences) -> Part[None]:
    """Talk with the others, until he wants to go or has to."""
    conference = conferences.at(number)
    if not me.farewell and conference is not None:
        alone = len(conference.participants) == 1
        yield Say((Prompt("conf-first" if alone else "conf-joining"),), barge=False)
        if me.muted:
            yield Say((Prompt("conf-muted"),), barge=False)
    while not me.farewell:
        key: str = yield Join(number, muted=me.muted)
        if key == "*":
            stays = yield from _menu(number, me, conferences)
            if not stays:
                return
        while me.news and not me.farewell:
            yield Say((me.news.pop(0),), barge=False)


def _menu(number: str, me: Participant, conferences: Conferences) -> Part[bool]:
    """Offer what he may do; whether he stays."""
    more = (Prompt("conf-host-menu"),) if me.host else ()
    key: str = yield Say((Prompt("conf-menu"), *more))
    if not key:
        key = yield Gather(1, first_s=_MENU_S, end="")
    match key:
        case "1":
            conferences.mute(number, me, muted=not me.muted)
        case "2":
            conference = conferences.at(number)
            count = 0 if conference is None else len(conference.participants)
            yield Say((Prompt("conf-there-are"), Counted(count, "participant")))
        case "3" if me.host:
            yield from _lock(number, conferences)
        case "4" if me.host:
            _remove_last(number, conferences)
        case "8":
            return False
    return True


def _lock(number: str, conferences: Conferences) -> Part[None]:
    conference = conferences.at(number)
    if conference is not None:
        conferences.lock(number, locked=not conference.locked)
        word = "conf-locked" if conference.locked else "conf-unlocked"
        yield Say((Prompt(word),))


def _remove_last(number: str, conferences: Conferences) -> None:
    """Send out the guest who came last."""
    conference = conferences.at(number)
    guests = [each for each in conference.participants if not each.host] if conference else []
    if guests:
        conferences.remove(number, guests[-1])
