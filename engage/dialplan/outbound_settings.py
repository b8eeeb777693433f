"""What holds for all calls that go out, as a section of settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engage.dialplan.fields import Digits
from engage.errors import N_

SECTION = "outbound_calls"


class OutboundCalls(BaseModel):
    """What holds for every outbound route."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Outbound Calls"))

    caller_id: Digits = Field(
        default="",
        title=N_("Global Outbound Caller ID"),
        description=N_(
            "The number that is shown outside where neither the trunk nor a DOD, the route or the"
            " extension has one."
        ),
        json_schema_extra={"control": "text"},
    )
