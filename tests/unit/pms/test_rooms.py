"""What will not do of a hotel's rooms."""

from __future__ import annotations

import pytest

from engage.dialplan.model import DialplanObject
from engage.pms.rooms import PmsRoomForm, room_problem

ROOMS = [
    DialplanObject(number, position, PmsRoomForm(room=number, extension=extension), 1, 0)
    for position, (number, extension) in enumerate([("101", "1001"), ("102", "1002")], 1)
]


@pytest.mark.parametrize(
    ("room", "extension", "but", "wrong"),
    [
        ("103", "1003", "", []),
        ("103", "9999", "", ["extension"]),
        ("103", "1002", "", ["extension"]),
        ("102", "1002", "102", []),
        ("202", "1003", "102", []),
        ("102", "1001", "102", ["extension"]),
        ("101", "1001", "101", []),
        ("201", "1001", "101", ["room"]),
        ("201", "1003", "101", ["room", "extension"]),
    ],
)
def test_rooms_have_telephones_of_their_own_and_keep_their_guests(
    room: str, extension: str, but: str, wrong: list[str]
) -> None:
    """Somebody stays in 101."""
    form = PmsRoomForm(room=room, extension=extension, address="H")
    found = room_problem(form, but, ROOMS, ["1001", "1002", "1003"].__contains__, "101".__eq__)
    assert list(found) == wrong
