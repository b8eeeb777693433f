"""A DISA as an administrator fills it in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from engage.dialplan.model import NamedForm
from engage.errors import N_
from engage.people.permissions import PERMISSION_WORDS, Permission
from pbxcore.apps.disa import Disa

Seconds = Annotated[int, Field(ge=1, le=60)]


class DisaForm(NamedForm):
    """A dial tone for those who call in, to dial on from there."""

    password: Annotated[str, StringConstraints(pattern=r"^([0-9]{4,32})?$")] = Field(
        default="",
        title=N_("Password"),
        description=N_("Four digits or more. Without one, whoever calls may dial at your expense."),
        json_schema_extra={"control": "text"},
    )
    permission: Permission = Field(
        default="internal",
        title=N_("Privilege Level"),
        description=N_("How far calls may go that leave by a trunk."),
        json_schema_extra={"control": "select", "labels": PERMISSION_WORDS},
    )
    response_timeout_s: Seconds = Field(
        default=10,
        title=N_("Response Timeout"),
        description=N_("How long the first digit may take to come."),
        json_schema_extra={"control": "number", "unit": N_("seconds")},
    )
    digit_timeout_s: Seconds = Field(
        default=5,
        title=N_("Digit Timeout"),
        description=N_("How long each further digit may take to come."),
        json_schema_extra={"control": "number", "unit": N_("seconds")},
    )
    hang_up_code: Annotated[str, StringConstraints(pattern=r"^[0-9*#]{0,6}$")] = Field(
        default="",
        title=N_("Hang-up Code"),
        description=N_("Pressed during a call, it ends it, and the caller may dial again."),
        json_schema_extra={"control": "text", "placeholder": "*"},
    )
    replace_display_name: bool = Field(
        default=False,
        title=N_("Replace Display Name"),
        description=N_("Those who are called see the name of the DISA in place of the caller's."),
        json_schema_extra={"control": "switch"},
    )

    def disa(self) -> Disa:
        """As the PBX knows it."""
        return Disa(
            self.name,
            self.password,
            self.permission,
            float(self.response_timeout_s),
            float(self.digit_timeout_s),
            self.replace_display_name,
            self.hang_up_code,
        )
