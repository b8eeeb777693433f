"""Voicemail groups as an administrator fills them in: one message for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from engage.dialplan.fields import Ident, Name
from engage.dialplan.model import NumberedForm
from engage.errors import N_
from engage.form_hints import extensions_hint, groups_hint
from pbxcore.voicemail import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class VoicemailGroupForm(NumberedForm):
    """Extensions whose mailboxes get the messages that are left at one number."""

    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text"})
    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{2,18}$")] = Field(
        title=N_("Extension"),
        description=N_("The number that is called; 6600 to 6699 are usual."),
        json_schema_extra={"control": "text"},
    )
    members: Annotated[list[Ident], Field(max_length=500)] = Field(
        default_factory=list,
        title=N_("Members"),
        description=N_("Each gets every message; the group's own mailbox gets it too."),
        json_schema_extra=extensions_hint(),
    )
    member_groups: Annotated[list[Ident], Field(max_length=100)] = Field(
        default_factory=list,
        title=N_("Extension Groups"),
        json_schema_extra=groups_hint(),
    )
    pin: Annotated[str, StringConstraints(pattern=r"^([0-9]{4,12})?$")] = Field(
        default="",
        title=N_("Voicemail PIN"),
        description=N_("Opens the group's own mailbox by phone. Four to twelve digits."),
        json_schema_extra={"control": "text"},
    )
    prompt: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Greet Prompt"),
        description=N_("Callers hear it before the tone, instead of the usual words."),
        json_schema_extra={
            "control": "select",
            "choices": "/v1/choices/custom-prompts",
            "placeholder": N_("Built-in"),
        },
    )
    email: Annotated[str, StringConstraints(max_length=254)] = Field(
        default="",
        title=N_("Email"),
        description=N_("Gets a mail for every message."),
        json_schema_extra={"control": "text"},
    )

    def group(
        self,
        members_of: Callable[[list[str]], Iterable[str]],
        path_of: Callable[[str], str],
    ) -> rules.VoicemailGroup:
        """As the PBX knows it.

        `members_of` tells the members of extension groups, `path_of` finds the sound of a prompt.
        """
        members = dict.fromkeys([*self.members, *members_of(self.member_groups)])
        greeting = path_of(self.prompt)
        return rules.VoicemailGroup(self.number, self.name, tuple(members), self.pin, greeting)

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        if self.members or self.member_groups:
            return {}
        return {"members": N_("Choose at least one member.")}
