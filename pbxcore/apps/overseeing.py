"""What may be done to a conference from outside it: by an administrator, by a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.conference_commands import (
    ConferenceShown,
    LockConference,
    MuteParticipant,
    ParticipantView,
    RemoveParticipant,
)

if TYPE_CHECKING:
    from pbxcore.apps.conference_commands import ConferenceCommand
    from pbxcore.apps.conferences import Conferences, Participant


def oversee(conferences: Conferences, command: ConferenceCommand) -> ConferenceShown:
    """Carry out a command, and tell who is in the room after it."""
    number = command.number
    match command:
        case LockConference(locked=locked):
            conferences.lock(number, locked=locked)
        case MuteParticipant(leg=leg) | RemoveParticipant(leg=leg):
            participant = conferences.find(number, leg)
            if participant is None:
                return ConferenceShown(number, known=False)
            if isinstance(command, MuteParticipant):
                conferences.mute(number, participant, muted=command.muted)
            else:
                conferences.remove(number, participant)
    conference = conferences.at(number)
    if conference is None:
        return ConferenceShown(number)
    staying = [each for each in conference.participants if not each.farewell]
    return ConferenceShown(
        number,
        conference.locked,
        tuple(_view(conferences, each) for each in staying),
        linked=conferences.links(number),
    )


def _view(conferences: Conferences, participant: Participant) -> ParticipantView:
    visit = conferences.guest_of(participant.visit)
    return ParticipantView(
        visit.call,
        visit.leg,
        visit.number or visit.shown,
        visit.name,
        participant.host,
        participant.muted,
    )
