"""What may be said of an administrator: bodies of requests, and the form."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engage.errors import N_
from engage.partial_body import Body
from engage.people.fields import Email, Ident, Language, Line, Password, Version

AdminLevelName = Literal["super", "administrator", "custom"]


class AdminForm(Body):
    """An administrator, as another one fills them in."""

    user_name: Line = Field(title=N_("User Name"), json_schema_extra={"control": "text"})
    display_name: Line = Field(default="", title=N_("Name"), json_schema_extra={"control": "text"})
    email: Email = Field(default="", title=N_("Email"))
    language: Language = Field(
        default="", title=N_("Language"), json_schema_extra={"control": "language"}
    )
    password: Password = Field(
        title=N_("Password"), json_schema_extra={"control": "password", "secret": True}
    )
    level: AdminLevelName = Field(
        default="administrator",
        title=N_("Privilege"),
        json_schema_extra={
            "control": "select",
            "labels": {
                "super": N_("Super Administrator"),
                "administrator": N_("Administrator"),
                "custom": N_("Custom Privilege"),
            },
        },
    )
    privilege_id: Ident | None = Field(
        default=None,
        title=N_("Custom Privilege"),
        json_schema_extra={
            "control": "select",
            "choices": "/v1/choices/privileges",
            "choice_value": "id",
            "choice_label": "name",
            "when": {"field": "level", "is": "custom"},
        },
    )
    enabled: bool = Field(
        default=True, title=N_("Enabled"), json_schema_extra={"control": "switch"}
    )


class NewAdmin(AdminForm):
    """An administrator to be added."""

    client_id: Ident | None = None


class AdminChange(Body):
    """The fields of an administrator that change; `version` is the one that was edited."""

    version: Version | None = None
    display_name: Line | None = None
    email: Email | None = None
    language: Language | None = None
    password: Password | None = None
    level: AdminLevelName | None = None
    privilege_id: Ident | None = None
    enabled: bool | None = None
