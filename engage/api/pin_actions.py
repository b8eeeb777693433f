"""PIN groups: listPinSets, getPinSets, addPinSets, updatePinSets, deletePinSets.

The protocol's programs choose the id of a group themselves; one made elsewhere has a small number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.listing import listed
from engage.api.route_values import switch, text, yes
from engage.api.status import Refused, Status, bad_value, unknown
from engage.api.stored import checked
from engage.api.values import NO_LIST, BadValue, as_list
from engage.dialplan.pin_groups import PinGroupForm
from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.numbers import Numbers
    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects

KIND = "pin_group"
OWN = "api:"
"""Before an id of a program's own, among the ids of requests."""
EXISTS = N_("There is a PIN group with this id already.")


class PinActions:
    """PINs that open outbound routes."""

    def __init__(self, groups: DialplanObjects[PinGroupForm], numbers: Numbers) -> None:
        self._groups, self._numbers = groups, numbers

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listpinsets": self.list_groups,
            "getpinsets": self.get,
            "addpinsets": self.add,
            "updatepinsets": self.update,
            "deletepinsets": self.delete,
        }

    async def list_groups(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Every group, without its PINs."""
        rows = [await self._fields(each) for each in self._groups.listed(caller.actor)]
        return listed("pin_sets_id", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One group with its PINs."""
        fields = await self._fields(entry := await self._existing(caller, asked))
        ident = fields["pin_sets_id"]
        members = [
            {"pin": each.pin, "pin_name": each.name, "pin_sets_id": ident}
            for each in entry.form.members
        ]
        return {"members": members, "pin_sets_id": fields}

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Add a group under the id that the program has chosen."""
        ident = required(asked, "pin_sets_id")
        if await self._find(caller, ident) is not None:
            raise Refused(Status.EXISTS, EXISTS)
        required(asked, "pin_sets_name")
        form = checked(PinGroupForm, _given(asked))
        await self._groups.add(caller.actor, form, OWN + ident)
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names."""
        entry, given = await self._existing(caller, asked), _given(asked)
        checked(PinGroupForm, {**entry.form.model_dump(), **given})
        await self._groups.update(caller.actor, entry.id, given, None)
        return NEED_APPLY

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Remove a group that no route needs."""
        entry = await self._existing(caller, asked)
        await self._groups.delete(caller.actor, entry.id)
        return NEED_APPLY

    async def ident_of(self, caller: Caller, group: str) -> str | None:
        """The id that programs know a group by."""
        entries = self._groups.listed(caller.actor)
        found = next((each for each in entries if each.id == group), None)
        return None if found is None else (await self._fields(found))["pin_sets_id"]

    async def group_of(self, caller: Caller, ident: str) -> str:
        """The group of an id, "" for none.

        Raises:
            Refused: -16: there is none.
        """
        if not ident:
            return ""
        found = await self._find(caller, ident)
        if found is None:
            raise unknown("pin_sets_id", ident)
        return found.id

    async def _existing(self, caller: Caller, asked: Parameters) -> DialplanObject[PinGroupForm]:
        ident = required(asked, "pin_sets_id")
        found = await self._find(caller, ident)
        if found is None:
            raise unknown("pin_sets_id", ident)
        return found

    async def _find(self, caller: Caller, ident: str) -> DialplanObject[PinGroupForm] | None:
        for each in self._groups.listed(caller.actor):
            if (await self._fields(each))["pin_sets_id"] == ident:
                return each
        return None

    async def _fields(self, entry: DialplanObject[PinGroupForm]) -> dict[str, str]:
        own = (entry.client_id or "").startswith(OWN)
        ident = (entry.client_id or "").removeprefix(OWN)
        if not own:
            ident = str((await self._numbers.of(KIND, [entry.id]))[entry.id])
        return {
            "pin_sets_id": ident,
            "pin_sets_name": entry.form.name,
            "record_in_cdr": yes(entry.form.record_in_cdr),
        }


def _given(asked: Parameters) -> dict[str, Any]:
    """The fields of our form that a request names."""
    found: dict[str, Any] = {}
    if (name := text(asked, "pin_sets_name")) is not None:
        found["name"] = name
    if (recorded := switch(asked, "record_in_cdr")) is not None:
        found["record_in_cdr"] = recorded
    if asked.get("members") is not None:
        found["members"] = _members(asked["members"])
    return found


def _members(sent: object) -> list[dict[str, str]]:
    try:
        rows = as_list(sent)
    except BadValue as bad:
        raise bad_value("members", bad.text, bad.params) from None
    if not all(isinstance(each, dict) for each in rows):
        raise bad_value("members", NO_LIST)
    return [{"pin": text(row, "pin") or "", "name": text(row, "pin_name") or ""} for row in rows]
