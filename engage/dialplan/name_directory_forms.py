"""Dial by name as an administrator fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from engage.dialplan.fields import MemberGroups, Members, Number
from engage.dialplan.model import NumberedForm
from engage.errors import N_
from engage.form_hints import extensions_hint, groups_hint
from pbxcore.apps.name_directory import NameDirectory

if TYPE_CHECKING:
    from collections.abc import Callable


class NameDirectoryForm(NumberedForm):
    """Callers find people by the letters of their names."""

    number: Number = Field(
        title=N_("Extension"),
        description=N_("The number that is called; 7101 to 7199 are usual."),
        json_schema_extra={"control": "text"},
    )
    members: Members = Field(
        default_factory=list,
        title=N_("Members"),
        description=N_("Who can be found. Without any, all extensions."),
        json_schema_extra=extensions_hint(),
    )
    member_groups: MemberGroups = Field(
        default_factory=list,
        title=N_("Extension Groups"),
        json_schema_extra=groups_hint(),
    )
    query: Literal["last", "first", "both"] = Field(
        default="both",
        title=N_("Query Type"),
        json_schema_extra={
            "control": "select",
            "labels": {
                "last": N_("By last name"),
                "first": N_("By first name"),
                "both": N_("By first or last name"),
            },
        },
    )
    wait_s: Annotated[int, Field(ge=1, le=60)] = Field(
        default=5,
        title=N_("Prompt Wait Time"),
        description=N_("How long each letter may take to come."),
        json_schema_extra={"control": "number", "unit": N_("seconds")},
    )

    def directory(self, members_of: Callable[[list[str]], list[str]]) -> NameDirectory:
        """As the PBX knows it; `members_of` tells the members of extension groups."""
        members = tuple(dict.fromkeys([*self.members, *members_of(self.member_groups)]))
        return NameDirectory(self.number, self.name, members, self.query, float(self.wait_s))
