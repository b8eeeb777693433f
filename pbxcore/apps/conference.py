"""A conference room, as it talks to one participant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.conference_entry import admitted, said_name
from pbxcore.apps.conference_menu import MENU_S, menu
from pbxcore.apps.conferences import ConferenceRoom, Invitation
from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Gather, Join, Leave, Say

if TYPE_CHECKING:
    from pbxcore.apps.conferences import Conferences, Participant
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.steps import Part, Script
    from pbxcore.apps.visit import Visit


def conference(
    room: ConferenceRoom, visit: Visit, facilities: Facilities, *, invited: bool = False
) -> Script:
    """Let a caller in who may, until he is sent out or hangs up; who is `invited` needs no PIN."""
    conferences = facilities.conferences
    host = False if invited else (yield from admitted(room, visit))
    if host is None:
        yield Say((Prompt("goodbye"),), barge=False)
        return
    refusal = conferences.refusal(room, host=host)
    if refusal:
        yield Say((Prompt(refusal),), barge=False)
        return
    if room.recorded or conferences.recorded(room.number):
        yield Say((Prompt("may-be-recorded"),), barge=False)
    name = (yield from said_name(visit, facilities)) if room.announces else None
    participant = conferences.enter(room, visit, host=host, name=name)
    try:
        yield from _waited(room.number, participant, conferences)
        yield from _taken_part(room.number, participant, facilities)
        yield Leave()
        if participant.farewell:
            yield Say((Prompt(participant.farewell),), barge=False)
    finally:
        conferences.leave(room.number, participant)


def invited(invitation: Invitation, visit: Visit, facilities: Facilities) -> Script:
    """Let whoever was called in; who is asked may not want to."""
    question = (Prompt("conf-invited"), Digits(invitation.by), Prompt("conf-accept"))
    key: str = "1" if not invitation.asks else (yield Say(question, times=2))
    if not key:
        key = yield Gather(1, first_s=MENU_S, end="")
    room = facilities.directory.plan.services.get(invitation.room)
    if key == "1" and isinstance(room, ConferenceRoom):
        yield from conference(room, visit, facilities, invited=True)
    else:
        yield Say((Prompt("goodbye"),), barge=False)


def _waited(number: str, me: Participant, conferences: Conferences) -> Part[None]:
    """Stay alone until the conference begins."""
    music, was_recorded = conferences.room(number).music, conferences.recorded(number)
    if not conferences.begun(number):
        yield Say((Prompt("conf-wait-host"),))
        while not conferences.begun(number) and not me.farewell:
            yield Join(f"{number}/{me.visit.leg}", deaf=True, waits=True, music=music)
    me.news.clear()
    if conferences.recorded(number) and not was_recorded:
        yield Say((Prompt("may-be-recorded"),), barge=False)  # a room linked meanwhile is


def _taken_part(number: str, me: Participant, facilities: Facilities) -> Part[None]:
    """Talk with the others, until he wants to go or has to."""
    conferences = facilities.conferences
    conference = conferences.at(number)
    if not me.farewell and conference is not None:
        alone = conferences.count(number) == 1
        yield Say((Prompt("conf-first" if alone else "conf-joining"),), barge=False)
        if me.muted:
            yield Say((Prompt("conf-muted"),), barge=False)
    while not me.farewell:
        room = conferences.room(number)
        alone = conferences.count(number) == 1
        key: str = yield Join(
            conferences.sound(number),
            muted=me.muted,
            waits=alone,
            music=room.music,
            hears_db=me.hears_db,
            speaks_db=me.speaks_db,
            recorded=conferences.recorded(number),
        )
        if key == "*" and (room.menu or me.host):
            stays = yield from menu(number, me, facilities)
            if not stays:
                return
        while me.news and not me.farewell:
            yield Say((me.news.pop(0),), barge=False)
