"""Maids tell by phone what was taken from a mini bar."""

from __future__ import annotations

import pytest

from pbxcore.apps.mini_bar import MiniBar
from pbxcore.apps.tries import LOCKED_S
from pbxcore.dialplan.plan import Plan
from pbxcore.journal import MiniBarFilled
from tests.support.handsets import Office

BAR = MiniBar({"alice": "101"}, {"7": "42", "8": ""}, {"1": "Water", "22": "Beer"}, lists=True)


def told(bar: MiniBar, caller: str, *keys: str) -> tuple[list[MiniBarFilled], list[str]]:
    """What is told of a call in which these keys are pressed, and what was said."""
    with Office("alice", "bob") as office:
        office.house.directory.plan = Plan(services={"*25": bar})
        said = call(office, caller, *keys)
        office.run()
        office.check()
        return [each for each in office.house.facts if isinstance(each, MiniBarFilled)], said


def call(office: Office, caller: str, *keys: str) -> list[str]:
    """What is said in a call in which these keys are pressed."""
    talk = office[caller].dial("*25")
    office.run(1)
    (leg,) = office.house.workers.streams
    office.run(1)
    for each in keys:
        for key in each:
            if leg in office.house.workers.streams:
                office.house.workers.press(leg, key)
                office.run(0.2)
        office.run(2)
    said = list(office.house.workers.said[leg])
    if talk.notes[-1] != "ended":
        talk.hang_up()
    office.run(1)
    return said


def test_what_was_taken_is_told_article_by_article() -> None:
    facts, said = told(BAR, "alice", "7#", "42#", "22#", "3#", "1#", "1#", "#")

    assert facts == [
        MiniBarFilled("alice", "101", "7", "22", 3),
        MiniBarFilled("alice", "101", "7", "1", 1),
    ]
    assert said[-1] == "goodbye"


@pytest.mark.parametrize(
    ("caller", "keys", "word"),
    [
        ("bob", (), "not-possible"),
        ("alice", ("7#", "41#", "9#", "7#", "4#"), "goodbye"),
        ("alice", ("7#", "42#", "33#", "1#", "0#", "33#"), "goodbye"),
    ],
)
def test_who_is_not_in_a_room_or_no_maid_tells_nothing(
    caller: str, keys: tuple[str, ...], word: str
) -> None:
    facts, said = told(BAR, caller, *keys)
    assert not facts
    assert word in said


def test_passwords_may_be_skipped() -> None:
    bar = MiniBar(BAR.rooms, BAR.maids, BAR.goods, skips_password=True)
    facts, _ = told(bar, "alice", "7#", "1#", "2#")
    assert facts == [MiniBarFilled("alice", "101", "7", "1", 2)]


def test_who_guesses_in_one_call_after_the_other_has_to_wait() -> None:
    with Office("alice") as office:
        office.house.directory.plan = Plan(services={"*25": BAR})
        for _ in range(2):
            assert call(office, "alice", "7#", "1#", "7#", "2#", "7#", "3#")[-1] == "goodbye"
        said = call(office, "alice", "7#", "42#", "1#", "1#")
        assert said == ["too-many-tries", "goodbye"]
        office.run(LOCKED_S)
        assert "mini-bar-noted" in call(office, "alice", "7#", "42#", "1#", "1#", "#")
