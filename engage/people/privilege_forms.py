"""What may be said of privileges, in the administration and in Wave: bodies, and the forms."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from engage.errors import N_
from engage.partial_body import Body
from engage.people.fields import Ident, Name, Version
from engage.people.model import Grant
from engage.system.actor import Module

LevelName = Literal["none", "view", "edit"]
Modules = dict[Module, LevelName]


class PrivilegeForm(Body):
    """What administrators with this privilege may do, module by module."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)  # modules come as text

    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text"})
    modules: Modules = Field(default_factory=dict, title=N_("Modules"))


class NewPrivilege(PrivilegeForm):
    """A custom privilege to be added."""

    client_id: Ident | None = None


class PrivilegeChange(Body):
    """The fields of a custom privilege that change; `version` is the one that was edited."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    version: Version | None = None
    name: Name | None = None
    modules: Modules | None = None


Grants = list[Grant]
GRANTS: dict[str, Any] = {
    "control": "checkboxes",
    "labels": {
        Grant.CONTACTS.value: N_("View Contacts"),
        Grant.CHAT.value: N_("Chat"),
        Grant.GROUP_CHAT.value: N_("Make Group Chats"),
        Grant.FILE_TRANSFER.value: N_("Send Files"),
        Grant.DELETE_CHAT.value: N_("Delete Chat"),
        Grant.LIVE_CHAT.value: N_("Live Chat"),
    },
}


class WavePrivilegeForm(Body):
    """What extensions' users with this privilege may do in Wave."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)  # grants come as text

    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text"})
    grants: Grants = Field(
        default_factory=list, title=N_("Privileges"), json_schema_extra={**GRANTS}
    )


class NewWavePrivilege(WavePrivilegeForm):
    """A Wave privilege to be added."""

    client_id: Ident | None = None


class WavePrivilegeChange(Body):
    """The fields of a Wave privilege that change; `version` is the one that was edited."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    version: Version | None = None
    name: Name | None = None
    grants: Grants | None = None
