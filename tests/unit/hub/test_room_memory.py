"""A conversation in memory follows its log, whatever order news of it comes in."""

from __future__ import annotations

import msgspec

from engage.hub.model import SYSTEM, Conversation, Event, Participant
from engage.hub.rooms import Room, Seat

HEAD = Conversation("c", "direct", None, "", "active", None, "", 0, 0, 0, 0, None)


def event(seq: int, kind: str = "message") -> Event:
    return Event("c", seq, 0, kind, SYSTEM, None, {}, 0)


def test_head_grows_and_hidden_events_leave_the_public_head() -> None:
    room = Room(HEAD, [])
    for each in (event(1), event(2, "note"), event(1)):
        room.advance(each)
    assert (room.conversation.last_seq, room.conversation.last_public_seq) == (2, 1)


def test_change_of_state_seen_before_later_events_takes_no_head_back() -> None:
    room = Room(HEAD, [])
    room.advance(event(1))
    room.advance(event(2))
    room.change(msgspec.structs.replace(HEAD, state="ended", last_seq=1, last_public_seq=1))
    assert (room.conversation.state, room.conversation.last_seq) == ("ended", 2)


def test_seat_is_told_as_a_value() -> None:
    participant = Participant("user:1000", "Ana", 3, True, 5, 4)
    assert Seat(participant, unread=False).value() == participant
