"""PIN groups as an administrator fills them in: numbers that open outbound routes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from engage.dialplan.fields import Name, Word
from engage.dialplan.model import NamedForm
from engage.errors import N_
from engage.partial_body import Body
from pbxcore.dialplan import pin

MOST_PINS = 1000


class Pin(Body):
    """One PIN, and whom it is for."""

    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{4,12}$")] = Field(
        title=N_("PIN"),
        description=N_("Four to twelve digits."),
        json_schema_extra={"control": "text"},
    )
    name: Word = Field(default="", title=N_("PIN Name"), json_schema_extra={"control": "text"})


class PinGroupForm(NamedForm):
    """PINs under one name."""

    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text"})
    record_in_cdr: bool = Field(
        default=True,
        title=N_("Record in CDR"),
        description=N_("The call's record says whose PIN opened the route."),
        json_schema_extra={"control": "switch"},
    )
    members: Annotated[list[Pin], Field(min_length=1, max_length=MOST_PINS)] = Field(
        title=N_("PINs"), json_schema_extra={"control": "rows"}
    )

    def pins(self) -> tuple[pin.Pin, ...]:
        """As the PBX knows them; without names where records are to say none."""
        named = self.record_in_cdr
        return tuple(pin.Pin(each.pin, each.name if named else "") for each in self.members)

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        seen: set[str] = set()
        for at, each in enumerate(self.members):
            if each.pin in seen:
                return {f"members.{at}.pin": N_("This PIN is there twice.")}
            seen.add(each.pin)
        return {}
