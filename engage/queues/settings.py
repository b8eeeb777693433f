"""What holds for all queues, as a section of settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engage.errors import N_

SECTION = "call_queues"
USUAL = ("Break", "Lunch", "Meeting", "After-call work", "Other")
Reason = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class QueueSettings(BaseModel):
    """Reasons for which agents take breaks."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Queue Settings"))

    break_reasons: Annotated[list[Reason], Field(max_length=20)] = Field(
        default_factory=lambda: list(USUAL),
        title=N_("Pause Reasons"),
        description=N_("Chosen in Wave; by phone, the code for a pause is followed by the number."),
        json_schema_extra={"control": "hosts"},
    )
