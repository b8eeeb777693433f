"""Which of the inbound modes is on, as a section of settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engage.dialplan.inbound_forms import MOST_MODES
from engage.errors import N_

SECTION = "inbound_mode"


class InboundMode(BaseModel):
    """What inbound routes go by that have destinations for several modes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Annotated[int, Field(ge=0, le=MOST_MODES)] = Field(
        default=0,
        title=N_("Inbound Mode"),
        description=N_(
            "0 is the default mode. Routes without destinations for a mode keep their usual ones."
        ),
        json_schema_extra={"control": "number"},
    )
