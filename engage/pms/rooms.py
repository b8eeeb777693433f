"""A hotel's room as an administrator fills it in."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from engage.dialplan.fields import Ident
from engage.dialplan.model import KeptBody
from engage.errors import N_
from engage.people import policy

RoomNumber = Annotated[
    str, StringConstraints(min_length=1, max_length=32), AfterValidator(policy.line)
]
Address = Annotated[str, StringConstraints(max_length=32), AfterValidator(policy.line)]


class PmsRoomForm(KeptBody):
    """A room and its telephone."""

    named_by: ClassVar[str] = "room"

    room: RoomNumber = Field(title=N_("Room Number"), json_schema_extra={"control": "text"})
    extension: Ident = Field(
        title=N_("Extension"),
        description=N_("The telephone in the room. It bears the guest's name while he stays."),
        json_schema_extra={
            "control": "select",
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
        },
    )
    address: Address = Field(
        default="",
        title=N_("Address"),
        description=N_("What the hotel's system calls the room, if it has another name for it."),
        json_schema_extra={"control": "text"},
    )
