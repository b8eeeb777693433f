"""What a paging group's form makes of itself for the PBX."""

from __future__ import annotations

import pytest

from engage.dialplan.paging_groups import PagingGroupForm
from pbxcore.dialplan.schedules import Schedule

OTHERS = ("two_way", "private", "one_way", "multicast")


def form(**fields: object) -> PagingGroupForm:
    usual = {"name": "Hall", "number": "6800", "members": ["1000"], "prompt": "p"}
    return PagingGroupForm.model_validate(usual | fields)


def test_an_announcement_has_a_schedule_and_nothing_to_record() -> None:
    group = form(type="announcement", repeat="daily", time="07:30", auto_record=True)
    assert not group.problems()
    told = group.group(lambda _: [])
    assert (told.schedule, told.recorded) == (Schedule("07:30"), False)


@pytest.mark.parametrize("other", OTHERS)
def test_other_groups_are_recorded_and_have_no_schedule(other: str) -> None:
    assert list(form(type=other, repeat="daily").problems()) == ["repeat"]
    group = form(type=other, auto_record=True)
    assert not group.problems()
    told = group.group(lambda _: [])
    assert (told.schedule, told.recorded) == (None, True)
