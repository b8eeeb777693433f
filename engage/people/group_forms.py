"""What may be said of an extension group: bodies of requests, and the form."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engage.errors import N_
from engage.partial_body import Body
from engage.people.fields import Ident, Name, Number, Version

MOST_MEMBERS = 5000


class GroupForm(Body):
    """An extension group, as an administrator fills it in."""

    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text"})
    members: Annotated[list[Number], Field(max_length=MOST_MEMBERS)] = Field(
        default_factory=list,
        title=N_("Members"),
        json_schema_extra={
            "control": "multiselect",
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
            "choice_label": "name",
        },
    )


class NewGroup(GroupForm):
    """A group to be added."""

    client_id: Ident | None = None


class GroupChange(Body):
    """The fields of a group that change; `version` is the one that was edited."""

    version: Version | None = None
    name: Name | None = None
    members: Annotated[list[Number], Field(max_length=MOST_MEMBERS)] | None = None
