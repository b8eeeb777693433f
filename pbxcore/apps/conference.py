"""A conference room, as it talks to one participant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.asking import ask
from pbxcore.apps.conferences import ConferenceRoom, Invitation
from pbxcore.apps.sounds import BEEP, Counted, Digits, Prompt
from pbxcore.apps.steps import Gather, Join, Leave, Record, Say

if TYPE_CHECKING:
    from pbxcore.apps.conferences import Conferences, Participant
    from pbxcore.apps.premises import Premises
    from pbxcore.apps.steps import Part, Recorded, Script
    from pbxcore.apps.visit import Visit
    from pbxcore.voicemail.message import Arrival

LONGEST_PIN: Final = 12
_ATTEMPTS: Final = 3
_MENU_S: Final = 6.0
_NAME_S: Final = 5.0
_NAME_SILENCE_S: Final = 2.0
_LONGEST_NUMBER: Final = 32
_STEP_DB: Final = 4.0
_MOST_DB: Final = 16.0


def conference(
    room: ConferenceRoom, visit: Visit, premises: Premises, *, invited: bool = False
) -> Script:
    """Let a caller in who may, until he is sent out or hangs up; who is `invited` needs no PIN."""
    conferences = premises.conferences
    host = False if invited else (yield from _admitted(room, visit))
    if host is None:
        yield Say((Prompt("goodbye"),), barge=False)
        return
    refusal = conferences.refusal(room, host=host)
    if refusal:
        yield Say((Prompt(refusal),), barge=False)
        return
    if room.recorded:
        yield Say((Prompt("may-be-recorded"),), barge=False)
    name = (yield from _said_name(visit, premises)) if room.announces else None
    participant = conferences.enter(room, visit, host=host, name=name)
    try:
        yield from _waited(room.number, participant, conferences)
        yield from _taken_part(room.number, participant, premises)
        yield Leave()
        if participant.farewell:
            yield Say((Prompt(participant.farewell),), barge=False)
    finally:
        conferences.leave(room.number, participant)


def invited(invitation: Invitation, visit: Visit, premises: Premises) -> Script:
    """Ask whoever was called whether he wants to come in."""
    question = (Prompt("conf-invited"), Digits(invitation.by), Prompt("conf-accept"))
    key: str = yield Say(question, times=2)
    if not key:
        key = yield Gather(1, first_s=_MENU_S, end="")
    room = premises.directory.plan.services.get(invitation.room)
    if key == "1" and isinstance(room, ConferenceRoom):
        yield from conference(room, visit, premises, invited=True)
    else:
        yield Say((Prompt("goodbye"),), barge=False)


def _said_name(visit: Visit, premises: Premises) -> Part[Arrival | None]:
    """Let him say his name; None when he says nothing, or there is nowhere to keep it."""
    boxes = premises.post.boxes
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
    music = conferences.room(number).music
    if not conferences.begun(number):
        yield Say((Prompt("conf-wait-host"),))
        while not conferences.begun(number) and not me.farewell:
            yield Join(f"{number}/{me.visit.leg}", deaf=True, waits=True, music=music)
    me.news.clear()


def _taken_part(number: str, me: Participant, premises: Premises) -> Part[None]:
    """Talk with the others, until he wants to go or has to."""
    conferences = premises.conferences
    conference = conferences.at(number)
    if not me.farewell and conference is not None:
        alone = len(conference.participants) == 1
        yield Say((Prompt("conf-first" if alone else "conf-joining"),), barge=False)
        if me.muted:
            yield Say((Prompt("conf-muted"),), barge=False)
    while not me.farewell:
        room = conferences.room(number)
        alone = conferences.count(number) == 1
        key: str = yield Join(
            number,
            muted=me.muted,
            waits=alone,
            music=room.music,
            hears_db=me.hears_db,
            speaks_db=me.speaks_db,
            recorded=room.recorded,
        )
        if key == "*":
            stays = yield from _menu(number, me, premises)
            if not stays:
                return
        while me.news and not me.farewell:
            yield Say((me.news.pop(0),), barge=False)


def _menu(number: str, me: Participant, premises: Premises) -> Part[bool]:
    """Offer what he may do; whether he stays."""
    conferences = premises.conferences
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
        case "5" if me.host:
            _remove_last(number, conferences)
        case "0" if me.host:
            yield from _invite(number, me.visit, premises)
        case "4" | "6":
            me.hears_db = _louder(me.hears_db, key == "6")
        case "7" | "9":
            me.speaks_db = _louder(me.speaks_db, key == "9")
        case "8":
            return False
    return True


def _louder(before_db: float, more: bool) -> float:
    """One step more or less, within reason."""
    return min(max(before_db + (_STEP_DB if more else -_STEP_DB), -_MOST_DB), _MOST_DB)


def _invite(number: str, visit: Visit, premises: Premises) -> Part[None]:
    """Call somebody, who is asked whether he wants to come in."""
    keys = yield from ask(Prompt("enter-number"), most=_LONGEST_NUMBER, first_s=10.0)
    if keys:
        premises.invite(keys, Invitation(number, visit.number), visit.number)
        yield Say((Prompt("one-moment"),))


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
