"""Sections of settings need what they name, as the dialplan's objects do."""

from __future__ import annotations

from engage.dialplan.custom_prompts import CustomPromptForm
from engage.dialplan.model import DialplanObject
from engage.dialplan.references import References
from engage.pms.mini_bar import MiniBarSettings
from engage.pms.room_statuses import RoomStatuses

PROMPT = DialplanObject("p1", 1, CustomPromptForm(name="Bar"), 1, 0)


def users(bar: str, status: str) -> list[dict[str, str]]:
    references = References(lambda kind, value: [])
    references.follow_settings("mini_bar", lambda: MiniBarSettings(prompt=bar))
    references.follow_settings("room_statuses", lambda: RoomStatuses(prompt_5=status))
    return references.users_of("prompt")(PROMPT)


def test_a_prompt_that_settings_name_is_needed() -> None:
    bar = {"kind": "settings", "id": "mini_bar", "name": "Mini Bar"}
    statuses = {"kind": "settings", "id": "room_statuses", "name": "Room Status Prompts"}
    assert users("p1", "") == [bar]
    assert users("Bar", "p1") == [bar, statuses]
    assert users("p2", "") == []
