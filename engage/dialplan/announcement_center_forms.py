"""The announcement center as an administrator fills it in: what is played, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from engage.dialplan.fields import Ident, MemberGroups, Members
from engage.dialplan.model import NamedForm
from engage.errors import N_
from engage.form_hints import extensions_hint, groups_hint
from pbxcore.apps.announcement_center import Audience, Recorded

if TYPE_CHECKING:
    from collections.abc import Callable

Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,8}$")]


class CenterMessageForm(NamedForm):
    """A prompt that is played to groups of phones."""

    code: Code = Field(
        title=N_("Code"),
        description=N_("Dialled after the code of the announcement center, before the group's."),
        json_schema_extra={"control": "text"},
    )
    prompt: Ident = Field(
        title=N_("Prompt"),
        json_schema_extra={"control": "select", "choices": "/v1/choices/custom-prompts"},
    )
    announce_caller_id: bool = Field(
        default=False,
        title=N_("Announce Message Caller-ID"),
        description=N_("The announcer's extension is said before the prompt."),
        json_schema_extra={"control": "switch"},
    )

    def message(self, path_of: Callable[[str], str]) -> Recorded:
        """As the PBX knows it."""
        return Recorded(self.code, path_of(self.prompt), self.announce_caller_id)

    def needs(self) -> set[str]:
        """The prompts that it plays."""
        return {self.prompt}


class CenterGroupForm(NamedForm):
    """Phones that announcements are played to."""

    code: Code = Field(
        title=N_("Code"),
        description=N_("Dialled after that of the announcement."),
        json_schema_extra={"control": "text"},
    )
    members: Members = Field(
        default_factory=list,
        title=N_("Members"),
        json_schema_extra=extensions_hint(),
    )
    member_groups: MemberGroups = Field(
        default_factory=list,
        title=N_("Extension Groups"),
        json_schema_extra=groups_hint(),
    )

    def audience(self, members_of: Callable[[list[str]], list[str]]) -> Audience:
        """As the PBX knows it; `members_of` tells the members of extension groups."""
        members = dict.fromkeys([*self.members, *members_of(self.member_groups)])
        return Audience(self.code, tuple(members))

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        if self.members or self.member_groups:
            return {}
        return {"members": N_("Choose at least one member.")}
