"""What conference rooms are asked and told from outside: values that cross a process."""

from __future__ import annotations

import msgspec


class ShowConference(msgspec.Struct, frozen=True, tag=True):
    """Ask who is in a conference room. Reply: `ConferenceShown`."""

    number: str


class LockConference(msgspec.Struct, frozen=True, tag=True):
    """Let nobody in any more but hosts, or everybody again. Reply: `ConferenceShown`."""

    number: str
    locked: bool


class MuteParticipant(msgspec.Struct, frozen=True, tag=True):
    """Let nobody hear a participant, or everybody again. Reply: `ConferenceShown`."""

    number: str
    leg: str
    muted: bool


class RemoveParticipant(msgspec.Struct, frozen=True, tag=True):
    """Send a participant out. Reply: `ConferenceShown`."""

    number: str
    leg: str


class ParticipantView(msgspec.Struct, frozen=True):
    """One who is in a room; `number` is who it is, as it is shown."""

    call: str
    leg: str
    number: str
    name: str
    host: bool
    muted: bool


class ConferenceShown(msgspec.Struct, frozen=True, tag=True):
    """Who is in a room, in the order they came, and the other rooms that are linked with it.

    `known` is false for a participant who is not there.
    """

    number: str
    locked: bool = False
    participants: tuple[ParticipantView, ...] = ()
    known: bool = True
    linked: tuple[str, ...] = ()


ConferenceCommand = ShowConference | LockConference | MuteParticipant | RemoveParticipant
