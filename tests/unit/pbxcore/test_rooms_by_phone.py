"""Hotels' staff tell by phone how a room is, and when its guest wants to be woken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.apps.room_status import RoomStatus
from pbxcore.apps.wake_up import RemoteWakeUpDesk
from pbxcore.dialplan.plan import FeatureCodes, Plan
from pbxcore.journal import RoomStatusTold, WakeUpAsked
from tests.support.handsets import Office
from tests.unit.pbxcore.test_services import press, said

if TYPE_CHECKING:
    from pbxcore.journal import Fact

STATUS = RoomStatus("*23", {"alice": "101"}, {"5": "/x/dirty.ogg"})
DESK = RemoteWakeUpDesk({"101": "bob"})


def told(caller: str, dialled: str, *keys: str) -> tuple[list[Fact], list[str]]:
    """What is told of a call in which these keys are pressed, and what was said."""
    with Office("alice", "bob", "carol") as office:
        codes = msgspec.structs.replace(FeatureCodes(), remote_callers=("alice",))
        office.house.directory.plan = Plan(
            services={"*36": DESK}, prefixed={"*23": STATUS}, codes=codes
        )
        office[caller].dial(dialled)
        office.run(1)
        for each in keys:
            press(office, *each)
            office.run(4)
        office.run()
        office.check()
        kinds = RoomStatusTold, WakeUpAsked
        return [each for each in office.house.facts if isinstance(each, kinds)], said(office)


@pytest.mark.parametrize(
    ("dialled", "keys", "status", "word"),
    [
        ("*232", (), 2, "saved"),
        ("*23", ("9",), 9, "saved"),
        ("*23", ("0", "5"), 5, "dirty"),
    ],
)
def test_a_status_is_dialled_or_asked_for(
    dialled: str, keys: tuple[str, ...], status: int, word: str
) -> None:
    facts, words = told("alice", dialled, *keys)
    assert facts == [RoomStatusTold("alice", "101", status)]
    assert word in words


@pytest.mark.parametrize("number", ["*230", "*2355", "*24"])
def test_other_numbers_that_begin_like_its_code_are_no_matter_of_its(number: str) -> None:
    plan = Plan(prefixed={"*23": STATUS})
    assert plan.service("*235") is STATUS
    assert plan.service(number) is None


def test_who_is_in_no_room_tells_no_status() -> None:
    assert told("bob", "*232") == ([], ["not-possible"])


def test_no_status_is_told_of_keys_that_are_none() -> None:
    facts, words = told("alice", "*23", "0", "*", "0")
    assert not facts
    assert words[-1] == "goodbye"


@pytest.mark.parametrize("keys", [("101#", "0730"), ("999#", "101#", "2500", "0730")])
def test_a_room_is_woken_by_its_number(keys: tuple[str, ...]) -> None:
    facts, words = told("alice", "*36", *keys)
    assert facts == [WakeUpAsked("bob", "07:30")]
    assert "wake-up-set" in words


def test_only_those_who_may_set_features_of_others_have_others_woken() -> None:
    assert told("carol", "*36") == ([], ["not-permitted"])
