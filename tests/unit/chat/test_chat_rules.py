"""Chats of two colleagues: their key, and when a text goes to a phone."""

from __future__ import annotations

import pytest

from engage.chat.model import goes_to_phones, key_of, other_in


def test_two_people_have_one_conversation_whoever_begins() -> None:
    assert key_of("1001", "1000") == key_of("1000", "1001") == "1000|1001"
    assert other_in("1000|1001", "1000") == "1001"
    assert other_in("1000|1001", "1001") == "1000"


@pytest.mark.parametrize(
    ("from_phone", "in_wave", "phones", "goes"),
    [
        (True, True, 1, True),
        (True, True, 0, True),
        (True, False, 0, True),
        (False, False, 1, True),
        (False, False, 0, False),
        (False, True, 1, False),
    ],
)
def test_text_goes_to_phones_when_people_are_there(
    from_phone: bool, in_wave: bool, phones: int, goes: bool
) -> None:
    decided = goes_to_phones(last_own_from_phone=from_phone, in_wave=in_wave, phones=phones)
    assert decided is goes
