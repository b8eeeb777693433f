"""Speed dials as an administrator fills them in: a short code for a place."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from engage.dialplan.fields import Destination, missing_value
from engage.dialplan.model import ObjectForm
from engage.errors import N_

MOST = 1000

Code = Annotated[str, StringConstraints(pattern=r"^\*?[0-9]{1,8}$")]


class SpeedDialForm(ObjectForm):
    """A short code, and where it leads."""

    named_by: ClassVar[str] = "code"

    code: Code = Field(
        title=N_("Speed Dial Code"),
        description=N_("Up to eight digits, with a star before them or without."),
        json_schema_extra={"control": "text", "placeholder": "*12"},
    )
    destination: Destination = Field(
        default=Destination(),
        title=N_("Destination"),
        json_schema_extra={"control": "group"},
    )
    disabled: bool = Field(
        default=False,
        title=N_("Disable This Speed Dial"),
        json_schema_extra={"control": "switch"},
    )

    def numbers(self) -> dict[str, str]:
        """The code, which is dialled as a number."""
        return {self.code: "code"}

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found = {"destination.value": missing_value(self.destination)}
        if self.destination.kind in ("by_did", "hang_up"):
            found["destination.kind"] = N_("This is none of the choices.")
        if self.destination.value == self.code:
            found["destination.value"] = N_("A speed dial cannot lead to itself.")
        return {name: problem for name, problem in found.items() if problem is not None}
