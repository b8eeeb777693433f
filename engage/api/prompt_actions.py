"""Prompts that are played to phones: playPromptByOrg."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.route_values import text
from engage.api.status import bad_value, unknown
from engage.api.values import ANY_OTHER, NO_LIST, BadValue, as_list
from engage.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from engage.api.actions import Caller, Handler, Parameters
    from engage.calls.control import LiveCalls
    from engage.dialplan.custom_prompts import CustomPrompts

KINDS = ("ivr", "name_voice", "moh")
EVERYONE = ("extension", "ringgroup", "extension_group")


@dataclass(frozen=True)
class Rung:
    """Who is rung: the extensions there are, and those of groups by what programs call them."""

    is_extension: Callable[[str], bool]
    of_ring_group: Callable[[str], Sequence[str]]
    of_extension_group: Callable[[str], Awaitable[Sequence[str]]]


class PromptActions:
    """Custom prompts, music and spoken names, for phones that are rung for them."""

    def __init__(
        self,
        prompts: CustomPrompts,
        music: Callable[[str, str], str],
        live: LiveCalls,
        rung: Rung,
    ) -> None:
        """Wire it; `music` finds a sound by the names of its class and of its own."""
        self._prompts, self._music = prompts, music
        self._live, self._rung = live, rung

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "playpromptbyorg": self.play,
        }

    async def play(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Ring extensions, and play a custom prompt or a spoken name to whoever answers."""
        kind, name = required(asked, "type").lower(), required(asked, "variable")
        if kind not in KINDS:
            raise bad_value("type", ANY_OTHER)
        path = "" if kind == "name_voice" else self._path_of(kind, name, asked)
        name_of = name if kind == "name_voice" else ""
        if name_of and not self._rung.is_extension(name_of):
            raise unknown("variable", name_of)
        for each in await self._numbers(asked):
            try:
                await self._live.play(caller.actor, each, path, name_of)
            except NotFound:
                raise unknown("variable", name) from None
        return NEED_APPLY

    def _path_of(self, kind: str, name: str, asked: Parameters) -> str:
        if kind == "moh":
            if found := self._music(text(asked, "class") or "", name):
                return found
            raise unknown("variable", name)
        for each in self._prompts.kept.entries:
            if each.form.name == name:
                return self._prompts.path_of(each.id)
        raise unknown("variable", name)

    async def _numbers(self, asked: Parameters) -> list[str]:
        """Whom to ring: `specified_channel` names extensions and groups, `channel` one."""
        if not asked.get("specified_channel"):
            return self._known("channel", [required(asked, "channel")])
        try:
            parts = as_list(asked["specified_channel"])
        except BadValue as bad:
            raise bad_value("specified_channel", bad.text, bad.params) from None
        found: list[str] = []
        for each in parts:
            kind = each.get("exten_type", EVERYONE[0]) if isinstance(each, dict) else ""
            if kind not in EVERYONE:
                raise bad_value("specified_channel", NO_LIST)
            listed = (text(each, "extension") or "").split(",")
            found += await self._members(kind, [name.strip() for name in listed if name.strip()])
        if not found:
            raise bad_value("specified_channel", NO_LIST)
        return list(dict.fromkeys(found))

    async def _members(self, kind: str, names: list[str]) -> list[str]:
        if kind == "extension":
            return self._known("extension", names)
        found: list[str] = []
        for name in names:
            members = (
                self._rung.of_ring_group(name)
                if kind == "ringgroup"
                else await self._rung.of_extension_group(name)
            )
            if not members:
                raise unknown(kind, name)
            found += filter(self._rung.is_extension, members)
        return found

    def _known(self, name: str, numbers: list[str]) -> list[str]:
        for each in numbers:
            if not self._rung.is_extension(each):
                raise unknown(name, each)
        return numbers
