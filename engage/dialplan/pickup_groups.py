"""Pickup groups as an administrator fills them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from engage.dialplan.fields import MemberGroups, Members
from engage.dialplan.model import NamedForm
from engage.errors import N_
from engage.form_hints import extensions_hint, groups_hint
from pbxcore.dialplan.plan import PickupGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class PickupGroupForm(NamedForm):
    """Extensions that pick up each other's calls."""

    members: Members = Field(
        default_factory=list,
        title=N_("Members"),
        json_schema_extra=extensions_hint(),
    )
    member_groups: MemberGroups = Field(
        default_factory=list,
        title=N_("Extension Groups"),
        description=N_("Whoever belongs to them when somebody calls."),
        json_schema_extra=groups_hint(),
    )

    def group(self, members_of: Callable[[list[str]], Iterable[str]]) -> PickupGroup:
        """As the PBX knows it; `members_of` tells the members of extension groups."""
        members = dict.fromkeys([*self.members, *members_of(self.member_groups)])
        return PickupGroup(self.name, tuple(members))

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        if self.members or self.member_groups:
            return {}
        return {"members": N_("Choose at least one member.")}
