"""A hotel's room as an administrator fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from engage.dialplan.fields import Ident
from engage.dialplan.model import ObjectForm
from engage.errors import N_
from engage.people import policy
from engage.pms.model import RoomOccupied

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.dialplan.model import DialplanObject

RoomNumber = Annotated[
    str, StringConstraints(min_length=1, max_length=32), AfterValidator(policy.line)
]
Address = Annotated[str, StringConstraints(max_length=32), AfterValidator(policy.line)]


class PmsRoomForm(ObjectForm):
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


def room_problem(
    form: PmsRoomForm,
    but: str,
    rooms: Sequence[DialplanObject[PmsRoomForm]],
    is_extension: Callable[[str], bool],
    is_taken: Callable[[str], bool],
) -> dict[str, str]:
    """What will not do among the other rooms: each has a telephone of its own, and keeps its guest.

    Args:
        form: as it is to be.
        but: the id it has already; "": it is new.
        rooms: those there are.
        is_extension: whether there is an extension.
        is_taken: whether somebody stays in a room.
    """
    if not is_extension(form.extension):
        return {"extension": N_("There is no such extension.")}
    if any(each.form.extension == form.extension for each in rooms if each.id != but):
        return {"extension": N_("Another room has this extension.")}
    present = next((each.form for each in rooms if each.id == but), None)
    if present is None or not is_taken(present.room):
        return {}
    before, after = present.model_dump(), form.model_dump()
    changed = [each for each in ("room", "extension") if before[each] != after[each]]
    return dict.fromkeys(changed, RoomOccupied.text)
