"""Paging and intercom groups: listPaginggroup, getPaginggroup, addPaginggroup …."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.actions import NEED_APPLY, required
from engage.api.listing import listed
from engage.api.route_values import switch, text, whole, yes
from engage.api.status import bad_value, unknown
from engage.api.stored import checked, taken
from engage.api.values import ANY_OTHER
from engage.dialplan.paging_groups import LARGEST_PORT, LONGEST_S, PagingGroupForm
from engage.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.kept import KeptFields
    from engage.dialplan.custom_prompts import CustomPrompts
    from engage.dialplan.model import RouteEntry
    from engage.dialplan.service import Routes

TYPE_OF = {
    "1way": "one_way",
    "2way": "two_way",
    "announcement": "announcement",
    "3way": "multicast",
}
"""Ours by the protocol's."""
WORD_OF = {ours: theirs for theirs, ours in TYPE_OF.items()}
_UNSET = "null"
"""What programs get for an address that there is none of."""


class PagingActions:
    """Groups of phones that answer by themselves."""

    def __init__(
        self, groups: Routes[PagingGroupForm], prompts: CustomPrompts, kept: KeptFields
    ) -> None:
        self._groups, self._prompts, self._kept = groups, prompts, kept

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "listpaginggroup": self.list_groups,
            "getpaginggroup": self.get,
            "addpaginggroup": self.add,
            "updatepaginggroup": self.update,
            "deletepaginggroup": self.delete,
        }

    async def list_groups(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Every group; who may call one is told of it alone."""
        kept, entries = await self._kept.all(), self._groups.listed(caller.actor)
        rows = [self._fields(each, kept.get(each.id, {})) for each in entries]
        return listed("paginggroup", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One group."""
        entry = self._existing(caller, asked)
        allowed = ",".join(entry.form.callers) or None
        fields = self._fields(entry, await self._kept.of(entry.id))
        return {"paginggroup": {**fields, "number_allowed": allowed}}

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Add a group; it may be called at once."""
        for name in ("extension", "paginggroup_name", "paginggroup_type"):
            required(asked, name)
        form = checked(PagingGroupForm, {"number": text(asked, "extension"), **self._given(asked)})
        kept = self._kept.given(asked)
        try:
            entry = await self._groups.add(caller.actor, form, None)
        except Invalid as refused:
            raise taken(refused) from None
        await self._kept.put(entry.id, kept)
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names."""
        entry, given = self._existing(caller, asked), self._given(asked)
        checked(PagingGroupForm, {**entry.form.model_dump(), **given})
        kept = self._kept.given(asked)
        await self._groups.update(caller.actor, entry.id, given, None)
        await self._kept.put(entry.id, kept)
        return NEED_APPLY

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Remove a group."""
        await self._groups.delete(caller.actor, self._existing(caller, asked).id)
        return NEED_APPLY

    def _existing(self, caller: Caller, asked: Parameters) -> RouteEntry[PagingGroupForm]:
        number = required(asked, "paginggroup", "extension")
        for each in self._groups.listed(caller.actor):
            if each.form.number == number:
                return each
        raise unknown("paginggroup", number)

    def _fields(
        self, entry: RouteEntry[PagingGroupForm], kept: Mapping[str, Any]
    ) -> dict[str, Any]:
        form = entry.form
        return {
            "extension": form.number,
            "paginggroup_name": form.name,
            "paginggroup_type": WORD_OF[form.type],
            "members": ",".join(form.members) or None,
            "custom_prompt": self._name_of(form.prompt),
            "replace_caller_id": yes(form.replace_name),
            "limitime": form.longest_s,
            "multicast_ip": form.multicast_address if form.type == "multicast" else _UNSET,
            "multicast_port": form.multicast_port if form.type == "multicast" else _UNSET,
            **self._kept.answered(kept),
        }

    def _given(self, asked: Parameters) -> dict[str, Any]:
        """The fields of our form that a request names."""
        found: dict[str, Any] = {}
        if (name := text(asked, "paginggroup_name")) is not None:
            found["name"] = name
        if (word := text(asked, "paginggroup_type")) is not None:
            if word.lower() not in TYPE_OF:
                raise bad_value("paginggroup_type", ANY_OTHER)
            found["type"] = TYPE_OF[word.lower()]
        for theirs, ours in ("members", "members"), ("number_allowed", "callers"):
            if (numbers := text(asked, theirs)) is not None:
                found[ours] = [each.strip() for each in numbers.split(",") if each.strip()]
        if (replaced := switch(asked, "replace_caller_id")) is not None:
            found["replace_name"] = replaced
        if (longest_s := whole(asked, "limitime", LONGEST_S)) is not None:
            found["longest_s"] = longest_s
        found |= _multicast(asked)
        if (name := text(asked, "custom_prompt")) is not None:
            found["prompt"] = self._prompt_named(name)
        return found

    def _prompt_named(self, name: str) -> str:
        if not name:
            return ""
        for each in self._prompts.kept.entries:
            if each.form.name == name:
                return each.id
        raise unknown("custom_prompt", name)

    def _name_of(self, prompt: str) -> str | None:
        entries = self._prompts.kept.entries
        return next((each.form.name for each in entries if each.id == prompt), None)


def _multicast(asked: Parameters) -> dict[str, Any]:
    """Where a page is sent; programs write `null` where there is no such place."""
    found: dict[str, Any] = {}
    address = text(asked, "multicast_ip")
    if address and address != _UNSET:
        found["multicast_address"] = address
    if text(asked, "multicast_port") not in (None, "", _UNSET):
        found["multicast_port"] = whole(asked, "multicast_port", LARGEST_PORT)
    return found
