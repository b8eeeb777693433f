"""What holds for all programs of the HTTPS API."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_

SECTION = "https_api"


class ApiSettings(BaseModel):
    """What holds for all programs."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("HTTPS API"))

    call_control: bool = Field(
        default=False,
        title=N_("Call Control"),
        description=N_(
            "Programs may accept or refuse calls from outside. A call that none of them decides"
            " within 10 seconds goes on by itself."
        ),
        json_schema_extra={"control": "switch"},
    )
    delete_records: bool = Field(
        default=False,
        title=N_("Deletion of Records"),
        description=N_("Programs may delete records of calls, by delete=yes of cdrapi."),
        json_schema_extra={"control": "switch"},
    )
