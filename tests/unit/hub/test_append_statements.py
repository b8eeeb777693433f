"""How many statements an append takes, whatever the number of those who read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.hub.append import Append, append_script
from engage.hub.model import Author, Conversation, Participant
from engage.hub.rooms import Room, Seat
from engage.storage.script import Ask

if TYPE_CHECKING:
    from engage.storage.script import Row


@pytest.mark.parametrize("members", [2, 500])
def test_append_takes_five_statements_for_any_number_of_members(members: int) -> None:
    conversation = Conversation("c", "group", None, "", "active", None, "", 0, 0, 0, 0, None)
    people = [f"user:{number}" for number in range(members)]
    seats = [Seat(Participant(who, who, 0, False, 0, 0), unread=False) for who in people]
    room = Room(conversation, seats)
    item = Append(room, Author("user", "0", "Ana"), "message", {}, "{}", "k", None, 0)
    script = append_script([item], lambda each: list(each.seats.values()))
    answers: list[list[Row]] = [[("c", "active", 0, 0, 0)], [], [], [], []]
    asked = next(script)
    for place, rows in enumerate(answers, 1):
        assert isinstance(asked, Ask)
        if place == len(answers):
            assert len(asked.rows) == members - 1  # one statement, and none for an unread inbox
            with pytest.raises(StopIteration):
                script.send(rows)
        else:
            asked = script.send(rows)
