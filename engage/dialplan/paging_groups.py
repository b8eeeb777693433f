"""Paging and intercom groups as an administrator fills them in."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from engage.dialplan.fields import MemberGroups, Members, Number
from engage.dialplan.model import NumberedForm
from engage.errors import N_
from engage.form_hints import extensions_hint, groups_hint
from engage.system.time_settings import WEEKDAYS, ClockTime, Weekday
from pbxcore.dialplan.plan import PagingGroup
from pbxcore.dialplan.schedules import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic.config import JsonDict

LONGEST_S = 86_400
LONGEST_DELAY_S = 10
LARGEST_PORT = 65_535
Date = Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
_ANNOUNCEMENT: JsonDict = {"field": "type", "is": "announcement"}
_LOCAL_CONTROL: Final = IPv4Network("224.0.0.0/24")
_MULTICAST: JsonDict = {"field": "type", "is": "multicast"}
_SPEAKING: JsonDict = {"field": "type", "is": ["two_way", "private", "one_way", "multicast"]}
"""Of an announcement there is nothing to record, and nobody who would be shown, but the group."""
GROUP, PAGE = N_("Paging/Intercom Group"), N_("Page")


class PagingGroupForm(NumberedForm):
    """Phones that answer by themselves, and let their users hear who calls."""

    number: Number = Field(
        title=N_("Extension"),
        description=N_("The number that is called."),
        json_schema_extra={"control": "text", "section": GROUP},
    )
    type: Literal["two_way", "private", "one_way", "announcement", "multicast"] = Field(
        default="two_way",
        title=N_("Type"),
        description=N_(
            "In a private intercom members hear the caller, and are heard by him, but not by each"
            " other."
        ),
        json_schema_extra={
            "control": "select",
            "section": GROUP,
            "labels": {
                "two_way": N_("2-way Intercom"),
                "private": N_("Private Intercom"),
                "one_way": N_("1-way Paging"),
                "announcement": N_("Announcement Paging"),
                "multicast": N_("Multicast Paging"),
            },
        },
    )
    members: Members = Field(
        default_factory=list,
        title=N_("Members"),
        json_schema_extra=extensions_hint(GROUP),
    )
    member_groups: MemberGroups = Field(
        default_factory=list,
        title=N_("Extension Groups"),
        description=N_("Whoever belongs to them when somebody calls."),
        json_schema_extra=groups_hint(GROUP),
    )
    multicast_address: Annotated[str, StringConstraints(max_length=45)] = Field(
        default="237.11.10.11",
        title=N_("Multicast Address"),
        description=N_("Where phones and loudspeakers listen: 224.0.1.0 to 239.255.255.255."),
        json_schema_extra={"control": "text", "section": GROUP, "when": _MULTICAST},
    )
    multicast_port: Annotated[int, Field(ge=1, le=LARGEST_PORT)] = Field(
        default=6767,
        title=N_("Multicast Port"),
        json_schema_extra={"control": "number", "section": GROUP, "when": _MULTICAST},
    )
    auto_record: bool = Field(
        default=False,
        title=N_("Auto Record"),
        json_schema_extra={"control": "switch", "section": PAGE, "when": _SPEAKING},
    )
    callers: Members = Field(
        default_factory=list,
        title=N_("Paging/Intercom Whitelist"),
        description=N_("Who may call the group; left empty, everybody."),
        json_schema_extra=extensions_hint(PAGE),
    )
    skip_busy: bool = Field(
        default=True,
        title=N_("Skip Busy Member"),
        json_schema_extra={"control": "switch", "section": PAGE},
    )
    replace_name: bool = Field(
        default=False,
        title=N_("Replace Display Name"),
        description=N_("Phones show the group's name instead of the caller's."),
        json_schema_extra={"control": "switch", "section": PAGE},
    )
    prompt: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Custom Prompt"),
        description=N_("Members hear it first; of an announcement it is all they hear."),
        json_schema_extra={
            "control": "select",
            "section": PAGE,
            "choices": "/v1/choices/custom-prompts",
            "placeholder": N_("None"),
        },
    )
    repeat: Literal["never", "once", "daily", "weekly"] = Field(
        default="never",
        title=N_("Schedule"),
        description=N_("The prompt is played by itself at that time; who calls plays it, too."),
        json_schema_extra={
            "control": "select",
            "section": PAGE,
            "when": _ANNOUNCEMENT,
            "labels": {
                "never": N_("Only when somebody calls"),
                "once": N_("Once"),
                "daily": N_("Every day"),
                "weekly": N_("Every week"),
            },
        },
    )
    date: Date = Field(
        default="",
        title=N_("Date"),
        json_schema_extra={
            "control": "date",
            "section": PAGE,
            "when": {"field": "repeat", "is": "once"},
        },
    )
    weekdays: Annotated[list[Weekday], Field(max_length=7)] = Field(
        default_factory=list,
        title=N_("Weekdays"),
        json_schema_extra={
            "control": "checkboxes",
            "section": PAGE,
            "labels": WEEKDAYS,
            "when": {"field": "repeat", "is": "weekly"},
        },
    )
    time: ClockTime = Field(
        default="09:00",
        title=N_("Time"),
        json_schema_extra={
            "control": "time",
            "section": PAGE,
            "when": {"field": "repeat", "is": ["once", "daily", "weekly"]},
        },
    )
    delay_s: Annotated[int, Field(ge=0, le=LONGEST_DELAY_S)] = Field(
        default=0,
        title=N_("Delay"),
        description=N_("The caller, or the prompt, is heard so long after the first has answered."),
        json_schema_extra={"control": "number", "section": PAGE, "unit": N_("seconds")},
    )
    longest_s: Annotated[int, Field(ge=0, le=LONGEST_S)] = Field(
        default=0,
        title=N_("Maximum Call Duration"),
        description=N_("0: as long as the caller likes."),
        json_schema_extra={"control": "number", "section": PAGE, "unit": N_("seconds")},
    )

    def group(self, members_of: Callable[[list[str]], Iterable[str]]) -> PagingGroup:
        """As the PBX knows it; `members_of` tells the members of extension groups."""
        members = dict.fromkeys([*self.members, *members_of(self.member_groups)])
        return PagingGroup(
            self.number,
            self.name,
            tuple(members),
            two_way=self.type in ("two_way", "private"),
            callers=tuple(self.callers),
            skips_busy=self.skip_busy,
            replaces_name=self.replace_name,
            longest_s=self.longest_s,
            prompt=self.prompt,
            announces=self.type == "announcement",
            recorded=self.auto_record and self.type != "announcement",
            multicast=self.multicast_address if self.type == "multicast" else "",
            multicast_port=self.multicast_port,
            private=self.type == "private",
            delay_s=self.delay_s,
            schedule=self.schedule(),
        )

    def schedule(self) -> Schedule | None:
        """When the prompt is played by itself: announcements have a schedule, no other type."""
        if self.type != "announcement" or self.repeat == "never":
            return None
        return Schedule(
            self.time,
            self.date if self.repeat == "once" else "",
            tuple(self.weekdays) if self.repeat == "weekly" else (),
        )

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found = {}
        if self.type == "multicast":
            if not is_multicast(self.multicast_address):
                found["multicast_address"] = N_("Please enter a multicast address.")
        elif not self.members and not self.member_groups:
            found["members"] = N_("Choose at least one member.")
        if self.type == "announcement" and not self.prompt:
            found["prompt"] = N_("Choose what is announced.")
        return found | self._schedule_problems()

    def _schedule_problems(self) -> dict[str, str]:
        if self.type != "announcement":
            never = self.repeat == "never"
            return {} if never else {"repeat": N_("Only announcements are made at a time.")}
        if self.repeat == "once" and not is_day(self.date):
            return {"date": N_("Please choose a day.")}
        if self.repeat == "weekly" and not self.weekdays:
            return {"weekdays": N_("Choose at least one weekday.")}
        return {}


def is_day(text: str) -> bool:
    """Whether there is such a day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_multicast(address: str) -> bool:
    """Whether a group listens there; 224.0.0.x are for routers' protocols (RFC 5771 §4)."""
    try:
        found = IPv4Address(address)
    except ValueError:
        return False
    return found.is_multicast and found not in _LOCAL_CONTROL
