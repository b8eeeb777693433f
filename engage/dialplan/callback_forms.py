"""A callback as an administrator fills it in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engage.dialplan.fields import (
    Destination,
    Digits,
    Patterns,
    Strip,
    missing_value,
)
from engage.dialplan.model import NamedForm
from engage.errors import N_
from engage.people.permissions import PERMISSION_WORDS, Permission
from pbxcore.dialplan.callbacks import Callback
from pbxcore.dialplan.patterns import patterns_of


class CallbackForm(NamedForm):
    """Turns callers away, and calls them back at once."""

    callers: Patterns = Field(
        default="",
        title=N_("Caller ID Pattern"),
        description=N_("Who is called back, one pattern in each line. Left empty: whoever it is."),
        json_schema_extra={"control": "textarea"},
    )
    strip: Strip = Field(
        default=0,
        title=N_("Strip"),
        description=N_("So many digits of the caller's number are left out before it is dialled."),
        json_schema_extra={"control": "number"},
    )
    prepend: Digits = Field(
        default="",
        title=N_("Outbound Prepend"),
        description=N_("Dialled before the caller's number, for an outbound route to take it."),
        json_schema_extra={"control": "text"},
    )
    permission: Permission = Field(
        default="internal-local-national",
        title=N_("Privilege Level"),
        description=N_("How far away callers may be."),
        json_schema_extra={"control": "select", "labels": PERMISSION_WORDS},
    )
    sleep_s: Annotated[int, Field(ge=0, le=60)] = Field(
        default=5,
        title=N_("Sleep Time"),
        description=N_("Before the caller is called back."),
        json_schema_extra={"control": "number", "unit": N_("seconds")},
    )
    retries: Annotated[int, Field(ge=0, le=3)] = Field(
        default=0,
        title=N_("Retries"),
        description=N_("When the caller does not answer."),
        json_schema_extra={"control": "number"},
    )
    destination: Destination = Field(
        default=Destination(kind="ivr"),
        title=N_("Destination"),
        description=N_("Whom the caller is connected with once he answers."),
        json_schema_extra={"control": "group"},
    )

    def callback(self) -> Callback:
        """As the PBX knows it."""
        return Callback(
            self.destination.place,
            tuple(patterns_of(self.callers)),
            self.strip,
            self.prepend,
            self.permission,
            float(self.sleep_s),
            self.retries,
        )

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found = {"destination.value": missing_value(self.destination)}
        if self.destination.kind in ("by_did", "hang_up", "callback"):
            found["destination.kind"] = N_("This is none of the choices.")
        return {name: problem for name, problem in found.items() if problem is not None}
