"""Which PINs a conference room may have."""

from __future__ import annotations

import pytest

from engage.dialplan.conference_rooms import ConferenceRoomForm, is_easily_guessed


@pytest.mark.parametrize(
    ("pin", "easy"),
    [
        *(("0000", True), ("1234", True), ("2345", True), ("987654", True)),
        *(("111222", True), ("321321", True), ("1212", True), ("000000000000", True)),
        *(("", False), ("4711", False), ("1243", False), ("1122", False), ("13579", False)),
    ],
)
def test_pins_that_people_try_first_are_refused(pin: str, *, easy: bool) -> None:
    assert is_easily_guessed(pin) == easy


def test_each_pin_of_a_room_is_looked_at() -> None:
    room = {"name": "Board", "number": "6300"}
    for name in ("pin", "host_pin"):
        form = ConferenceRoomForm.model_validate({**room, name: "2222"})
        assert list(form.problems()) == [name]
