"""Prompts that are played to phones: playPromptByOrg."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.route_values import text
from engage.api.status import Refused, Status, bad_value, unknown
from engage.api.values import NO_LIST, BadValue, as_list
from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.calls.control import LiveCalls
    from engage.dialplan.custom_prompts import CustomPrompts

KINDS = ("ivr", "name_voice", "moh")
NOT_KEPT = N_("Sounds of this kind are not kept here.")


class PromptActions:
    """Custom prompts, for phones that are rung for them."""

    def __init__(
        self, prompts: CustomPrompts, live: LiveCalls, is_extension: Callable[[str], bool]
    ) -> None:
        self._prompts, self._live, self._is_extension = prompts, live, is_extension

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "playpromptbyorg": self.play,
        }

    async def play(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Ring extensions, and play a custom prompt to whoever answers."""
        kind, name = required(asked, "type").lower(), required(asked, "variable")
        if kind not in KINDS:
            raise bad_value("type", NO_LIST)
        if kind != "ivr":
            raise Refused(Status.NOT_SUPPORTED, NOT_KEPT)
        entries = self._prompts.kept.entries
        prompt = next((each.id for each in entries if each.form.name == name), "")
        if not prompt:
            raise unknown("variable", name)
        numbers = _numbers(asked)
        for each in numbers:
            if not self._is_extension(each):
                raise unknown("channel", each)
        for each in numbers:
            await self._live.play(caller.actor, each, self._prompts.path_of(prompt))
        return NEED_APPLY


def _numbers(asked: Parameters) -> list[str]:
    """Whom to ring: `specified_channel` names lists of extensions, `channel` one."""
    if not asked.get("specified_channel"):
        return [required(asked, "channel")]
    try:
        parts = as_list(asked["specified_channel"])
    except BadValue as bad:
        raise bad_value("specified_channel", bad.text, bad.params) from None
    found: list[str] = []
    for each in parts:
        if not isinstance(each, dict) or each.get("exten_type", "extension") != "extension":
            raise bad_value("specified_channel", NO_LIST)
        listed = text(each, "extension") or ""
        found += [number.strip() for number in listed.split(",") if number.strip()]
    if not found:
        raise bad_value("specified_channel", NO_LIST)
    return list(dict.fromkeys(found))
