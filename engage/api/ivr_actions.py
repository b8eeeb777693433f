"""Menus: listIVR, getIVR, addIVR, updateIVR, deleteIVR, dialIVR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.ivr_values import fields_of, given_of, members_of, number_of
from engage.api.listing import listed
from engage.api.status import unknown
from engage.api.stored import checked, extension_as_sent
from engage.dialplan.ivr_forms import IvrForm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.numbers import Numbers
    from engage.calls.control import LiveCalls
    from engage.dialplan.custom_prompts import CustomPrompts
    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects

KIND = "ivr"
MANDATORY = (
    *("ivr_name", "extension", "welcome_prompt", "response_timeout", "digit_timeout"),
    *("timeout_prompt", "invalid_prompt", "tloop", "iloop"),
)


class IvrActions:
    """Menus that callers walk through with keys."""

    def __init__(
        self,
        ivrs: DialplanObjects[IvrForm],
        prompts: CustomPrompts,
        numbers: Numbers,
        live: LiveCalls,
        is_extension: Callable[[str], bool],
    ) -> None:
        self._ivrs, self._prompts, self._numbers = ivrs, prompts, numbers
        self._live, self._is_extension = live, is_extension

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listivr": self.list_ivrs,
            "getivr": self.get,
            "addivr": self.add,
            "updateivr": self.update,
            "deleteivr": self.delete,
            "dialivr": self.dial,
        }

    async def list_ivrs(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Every menu without its keys."""
        rows = [await self._fields(each) for each in self._ivrs.listed(caller.actor)]
        return listed("ivr", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One menu with its keys."""
        entry = await self._existing(caller, asked)
        return {"ivr": await self._fields(entry), "members": members_of(entry.form)}

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Add a menu; it may be called at once."""
        for each in MANDATORY:
            required(asked, each)
        form = checked(IvrForm, given_of(asked, self._prompt_named))
        with extension_as_sent():
            await self._ivrs.add(caller.actor, form, None)
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names."""
        entry = await self._existing(caller, asked)
        given = given_of(asked, self._prompt_named, entry.form)
        checked(IvrForm, {**entry.form.model_dump(), **given})
        with extension_as_sent():
            await self._ivrs.update(caller.actor, entry.id, given, None)
        return NEED_APPLY

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Remove a menu."""
        entry = await self._existing(caller, asked)
        await self._ivrs.delete(caller.actor, entry.id)
        return NEED_APPLY

    async def dial(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Ring an extension, then connect it with a menu."""
        number, menu = required(asked, "caller"), required(asked, "ivrnumber")
        if not self._is_extension(number):
            raise unknown("caller", number)
        if not any(each.form.number == menu for each in self._ivrs.listed(caller.actor)):
            raise unknown("ivrnumber", menu)
        await self._live.place(caller.actor, number, menu)
        return {"need_apply": "no"}

    async def _existing(self, caller: Caller, asked: Parameters) -> DialplanObject[IvrForm]:
        sent = required(asked, "ivr", "ivr_id")
        number = number_of(sent)
        found = self._numbers.named(KIND, number) if number is not None else None
        entries = self._ivrs.listed(caller.actor)
        entry = next((each for each in entries if each.id == found), None)
        if entry is None:
            raise unknown("ivr", sent)
        return entry

    async def _fields(self, entry: DialplanObject[IvrForm]) -> dict[str, Any]:
        number = (await self._numbers.of(KIND, [entry.id]))[entry.id]
        return {"ivr_id": f"ivr-{number}", **fields_of(entry.form, self._name_of)}

    def _prompt_named(self, name: str) -> str | None:
        entries = self._prompts.kept.entries
        return next((each.id for each in entries if each.form.name == name), None)

    def _name_of(self, prompt: str) -> str | None:
        entries = self._prompts.kept.entries
        return next((each.form.name for each in entries if each.id == prompt), None)
