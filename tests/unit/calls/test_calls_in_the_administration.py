"""What the administration offers of calls is what the server knows."""

from __future__ import annotations

import re
from pathlib import Path

from engage.calls.cdr import ACTIONS
from engage.calls.routes import CHOOSABLE

SOURCE = Path(__file__).parents[3] / "widgets/src/admin/calls/calls.ts"


def listed(name: str) -> list[str]:
    """The words of a list that is written there."""
    found = re.search(rf"const {name} = \[\n(.*?)\n\]", SOURCE.read_text(), re.DOTALL)
    assert found is not None
    return [word for each in re.findall(r'"([^"]+)"', found[1]) for word in each.split(",")]


def test_every_column_of_the_file_can_be_chosen() -> None:
    assert listed("FILE_COLUMNS") == [*CHOOSABLE]


def test_calls_are_told_apart_by_every_action_that_records_name() -> None:
    assert set(ACTIONS) <= set(listed("ACTIONS"))
