"""What may be said of an API user: bodies of requests, the administration's form."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engage.api.index import DENIABLE
from engage.api.model import MOST_PERMITTED, PASSWORD_LONGEST
from engage.errors import N_

ACCOUNT, ACCESS = N_("Account"), N_("Access")
MOST_TYPED = MOST_PERMITTED * 4

Entry = Annotated[str, StringConstraints(max_length=300)]
Name = Annotated[str, StringConstraints(max_length=64)]
Password = Annotated[str, StringConstraints(max_length=PASSWORD_LONGEST)]
Permitted = Annotated[list[Entry], Field(max_length=MOST_TYPED)]
Denied = Annotated[list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=200)]
Version = Annotated[int, Field(ge=1)]


class Body(BaseModel):
    """A request's body: every field is known, and of its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ApiUserForm(Body):
    """A program's account, as an administrator fills it in."""

    user: Name = Field(title=N_("User Name"), json_schema_extra={"section": ACCOUNT})
    password: Password = Field(
        "",
        title=N_("Password"),
        description=N_("At least 8 characters. Left empty when editing, it stays as it is."),
        json_schema_extra={"control": "password", "section": ACCOUNT, "secret": True},
    )
    enabled: bool = Field(
        True,
        title=N_("Enabled"),
        description=N_("Without it, the program cannot sign in and its sessions end."),
        json_schema_extra={"control": "switch", "section": ACCOUNT},
    )
    permitted: Permitted = Field(
        default_factory=list,
        title=N_("Permitted Addresses"),
        description=N_(
            "Networks and host names the program may come from, up to 50. Empty: from everywhere."
        ),
        json_schema_extra={
            "control": "hosts",
            "section": ACCESS,
            "placeholder": N_("192.0.2.0/24 or client.example"),
        },
    )
    denied_actions: Denied = Field(
        default_factory=list,
        title=N_("Denied Actions"),
        description=N_("Actions the program is refused, though it has signed in."),
        json_schema_extra={
            "control": "multiselect",
            "section": ACCESS,
            "labels": {name: name for name in DENIABLE},
            "placeholder": N_("Search for an action"),
        },
    )


class NewApiUser(ApiUserForm):
    """An API user to be added."""

    client_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class ApiUserChange(Body):
    """The fields of an API user that change; `version` is the one that was edited."""

    version: Version | None = None
    user: Name | None = None
    password: Password | None = None
    enabled: bool | None = None
    permitted: Permitted | None = None
    denied_actions: Denied | None = None
