"""Who is in a conference room, for those who watch it (RFC 4575)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pbxcore.apps.conferences import ConferenceRoom
from pbxcore.presence.packages.conference_info import Attendee, Endpoint, Roster

if TYPE_CHECKING:
    from pbxcore.apps.conferences import Participant
    from pbxcore.calls.context import CallContext


def roster_of(context: CallContext, number: str) -> Roster:
    """The room of a number as it is now; one where nobody is, is empty."""
    conference = context.facilities.conferences.at(number)
    if conference is None:
        room = context.directory.plan.service(number)
        return Roster(room.name, most=room.most) if isinstance(room, ConferenceRoom) else Roster()
    attendees: dict[str, Attendee] = {}
    for participant in conference.participants:
        if participant.farewell:
            continue
        one = _attendee(context, participant)
        name = one.number or participant.visit.leg
        known = attendees.get(name)
        attendees[name] = one if known is None else _with_another_phone(known, one)
    room = conference.room
    return Roster(room.name, conference.locked, room.most, tuple(attendees.values()))


def _attendee(context: CallContext, participant: Participant) -> Attendee:
    visit = context.facilities.conferences.guest_of(participant.visit)
    attending = context.scripts.get(participant.visit.leg)
    leg = None if attending is None else attending.leg
    private = leg is not None and leg.identity.private
    number, name = ("", "") if private else (visit.number or visit.shown, visit.name)
    invited = leg is not None and leg.sip is not None and leg.sip.called_by_us
    endpoint = Endpoint(participant.visit.leg, participant.muted, invited)
    return Attendee(number, name, participant.host, (endpoint,))


def _with_another_phone(known: Attendee, other: Attendee) -> Attendee:
    return msgspec.structs.replace(
        known, host=known.host or other.host, endpoints=known.endpoints + other.endpoints
    )
