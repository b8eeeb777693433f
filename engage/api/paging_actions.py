"""Paging and intercom groups: listPaginggroup, getPaginggroup, addPaginggroup …."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engage.api.account_fields import YES_NO
from engage.api.actions import NEED_APPLY, required
from engage.api.fields import Field, Fields
from engage.api.listing import listed
from engage.api.route_values import switch, text, whole, yes
from engage.api.status import bad_value, unknown
from engage.api.stored import checked, extension_as_sent
from engage.api.values import ANY_OTHER, Line
from engage.dialplan.paging_groups import LARGEST_PORT, LONGEST_S, PagingGroupForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.dialplan.custom_prompts import CustomPrompts
    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects

TYPE_OF = {
    "1way": "one_way",
    "2way": "two_way",
    "announcement": "announcement",
    "private": "private",
    "3way": "multicast",
}
"""Ours by the protocol's."""
WORD_OF = {ours: theirs for theirs, ours in TYPE_OF.items()}
_UNSET = "null"
"""What programs get for an address that there is none of."""
DATE = Line(10, 10, re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"), "YYYY-MM-DD")
CLOCK = Line(5, 4, re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]"), "HH:MM")
SCHEDULE = Fields(
    (
        Field("custom_date", DATE, None, nullable=True),
        Field("time", CLOCK, None, nullable=True),
        Field("enable", YES_NO, "no"),
    )
)


class PagingActions:
    """Groups of phones that answer by themselves."""

    def __init__(self, groups: DialplanObjects[PagingGroupForm], prompts: CustomPrompts) -> None:
        self._groups, self._prompts = groups, prompts

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
        rows = [self._fields(each.form) for each in self._groups.listed(caller.actor)]
        return listed("paginggroup", rows, asked)

    async def get(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """One group."""
        entry = self._existing(caller, asked)
        allowed = ",".join(entry.form.callers) or None
        return {"paginggroup": {**self._fields(entry.form), "number_allowed": allowed}}

    async def add(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Add a group; it may be called at once."""
        for name in ("extension", "paginggroup_name", "paginggroup_type"):
            required(asked, name)
        form = checked(PagingGroupForm, {"number": text(asked, "extension"), **self._given(asked)})
        with extension_as_sent():
            await self._groups.add(caller.actor, form, None)
        return NEED_APPLY

    async def update(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Change what the request names."""
        entry = self._existing(caller, asked)
        given = self._given(asked, entry.form)
        checked(PagingGroupForm, {**entry.form.model_dump(), **given})
        await self._groups.update(caller.actor, entry.id, given, None)
        return NEED_APPLY

    async def delete(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Remove a group."""
        await self._groups.delete(caller.actor, self._existing(caller, asked).id)
        return NEED_APPLY

    def _existing(self, caller: Caller, asked: Parameters) -> DialplanObject[PagingGroupForm]:
        number = required(asked, "paginggroup", "extension")
        for each in self._groups.listed(caller.actor):
            if each.form.number == number:
                return each
        raise unknown("paginggroup", number)

    def _fields(self, form: PagingGroupForm) -> dict[str, Any]:
        enabled, day = form.repeat != "never", _day_of(form)
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
            "custom_date": day or None,
            "time": form.time if enabled or day else None,
            "enable": yes(enabled),
            "holiday": None,
            "tmp": None,
        }

    def _given(self, asked: Parameters, present: PagingGroupForm | None = None) -> dict[str, Any]:
        """The fields of our form that a request names; `present` is how it stands."""
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
        found |= _multicast(asked) | _schedule(asked, present)
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


def _schedule(asked: Parameters, present: PagingGroupForm | None) -> dict[str, Any]:
    """When it is announced: on a day, or every day where none is named.

    Programs know of no weekdays: a schedule that has them stays as long as no day is sent.
    """
    given = SCHEDULE.given(asked)
    if not given:
        return {}
    repeat = present.repeat if present else "never"
    day = _day_of(present) if present else ""
    enabled = given["enable"] == "yes" if "enable" in given else repeat != "never"
    if "custom_date" in given:
        day = given["custom_date"] or ""
    if not enabled:
        repeat = "never"
    elif repeat != "weekly" or day:
        repeat = "once" if day else "daily"
    found = {"date": day, "repeat": repeat}
    return found | ({"time": given["time"].zfill(5)} if given.get("time") else {})


def _day_of(form: PagingGroupForm) -> str:
    """The day of an announcement that is made once, or is to be; the form keeps it for others."""
    return form.date if form.repeat in ("once", "never") else ""


def _multicast(asked: Parameters) -> dict[str, Any]:
    """Where a page is sent; programs write `null` where there is no such place."""
    found: dict[str, Any] = {}
    address = text(asked, "multicast_ip")
    if address and address != _UNSET:
        found["multicast_address"] = address
    if text(asked, "multicast_port") not in (None, "", _UNSET):
        found["multicast_port"] = whole(asked, "multicast_port", LARGEST_PORT)
    return found
