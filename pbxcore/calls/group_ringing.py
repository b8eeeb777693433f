"""A call comes to a ring group: its prompt first, if it has one, then its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.group_prompt import GroupPrompt
from pbxcore.calls.hunting import Hunt
from pbxcore.calls.party import refused

if TYPE_CHECKING:
    from pbxcore.calls.setting_up import SettingUp
    from pbxcore.dialplan.plan import RingGroup


def call_group(setting_up: SettingUp, group: RingGroup) -> None:
    """Let the front hear the prompt, which leads to the members."""
    path = setting_up.context.directory.plan.prompts.get(group.prompt)
    if path is None:
        ring_members(setting_up, group)
    else:
        setting_up.attend(GroupPrompt(path), group.number)


def ring_members(setting_up: SettingUp, group: RingGroup) -> None:
    """Ring at the members, in the order of the group."""
    setting_up.owner = group.number
    hunt = Hunt(setting_up.context, group, setting_up.front.number)
    setting_up.hunt(hunt, refused(480, "pbx"))
