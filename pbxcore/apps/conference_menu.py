"""What somebody in a conference room does by keys, after a star.

Hosts, and guests where guests may invite, have 0 to 3 for other people and other rooms, and what
else there is behind the hash key; for other guests that is all there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.asking import ask
from pbxcore.apps.conference_entry import admitted
from pbxcore.apps.conferences import ConferenceRoom, Invitation
from pbxcore.apps.sounds import Counted, Prompt
from pbxcore.apps.steps import Gather, Say

if TYPE_CHECKING:
    from pbxcore.apps.conferences import Conferences, Participant
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Part

MENU_S: Final = 6.0
_LONGEST_NUMBER: Final = 32
_STEP_DB: Final = 4.0
_MOST_DB: Final = 16.0


def menu(number: str, me: Participant, facilities: Facilities) -> Part[bool]:
    """Offer what he may do; whether he stays."""
    permitted = me.host or facilities.conferences.room(number).guests_invite
    key = yield from _chosen(Prompt("conf-invite-menu" if permitted else "conf-menu"))
    match key:
        case "4" | "6":
            me.hears_db = _louder(me.hears_db, key == "6")
        case "7" | "9":
            me.speaks_db = _louder(me.speaks_db, key == "9")
        case "8":
            return False
        case "0" | "1" if permitted:
            yield from _invite(number, me, facilities, asks=key == "0")
        case "2" if permitted:
            yield from _link(number, me, facilities)
        case "3" if permitted:
            yield from _unlink(number, facilities.conferences)
        case "#" if permitted:
            yield from _more(number, me, facilities.conferences)
        case "1" | "2":
            yield from _for_all("1" if key == "1" else "4", number, me, facilities.conferences)
    return True


def _more(number: str, me: Participant, conferences: Conferences) -> Part[None]:
    host = (Prompt("conf-host-more"),) if me.host else ()
    key = yield from _chosen(Prompt("conf-more"), *host)
    match key:
        case "2" if me.host:
            yield from _lock(number, conferences)
        case "3" if me.host:
            _remove_last(number, conferences)
        case _:
            yield from _for_all(key, number, me, conferences)


def _for_all(key: str, number: str, me: Participant, conferences: Conferences) -> Part[None]:
    if key == "1":
        conferences.mute(number, me, muted=not me.muted)
    elif key == "4":
        count = Counted(conferences.count(number), "participant")
        yield Say((Prompt("conf-there-are"), count))


def _chosen(*prompts: Prompt) -> Part[str]:
    key: str = yield Say(prompts)
    if not key:
        key = yield Gather(1, first_s=MENU_S, end="")
    return key


def _louder(before_db: float, more: bool) -> float:
    """One step more or less, within reason."""
    return min(max(before_db + (_STEP_DB if more else -_STEP_DB), -_MOST_DB), _MOST_DB)


def _invite(number: str, me: Participant, facilities: Facilities, *, asks: bool) -> Part[None]:
    """Call somebody, who is asked whether he wants to come in, or is in at once."""
    keys = yield from ask(Prompt("enter-number"), most=_LONGEST_NUMBER, first_s=10.0)
    if keys:
        inviter = me.visit.number
        facilities.invite(keys, Invitation(number, inviter, asks), inviter)
        yield Say((Prompt("one-moment"),))


def _link(number: str, me: Participant, facilities: Facilities) -> Part[None]:
    """Let another room and this one hear each other; its PIN is asked for as of any who comes."""
    if not me.may_link:
        yield Say((Prompt("not-possible"),))
        return
    conferences = facilities.conferences
    keys = yield from ask(Prompt("conf-number"), most=_LONGEST_NUMBER, first_s=10.0)
    room = facilities.directory.plan.services.get(keys)
    if not isinstance(room, ConferenceRoom) or room.number == number:
        yield Say((Prompt("invalid"),))
        return
    host = yield from admitted(room, me.visit)
    if host is None:  # he shall not guess on
        me.may_link = False
        return
    refusal = conferences.refusal(room, host=host)
    if refusal:
        yield Say((Prompt(refusal),))
    elif conferences.at(number) is not None:
        conferences.link(number, room)


def _unlink(number: str, conferences: Conferences) -> Part[None]:
    if conferences.links(number):
        conferences.unlink(number)
    else:
        yield Say((Prompt("not-possible"),))


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
