"""How calls are recorded, for all of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engage.errors import N_

SECTION = "recording"
Code = Annotated[str, StringConstraints(pattern=r"^([*#0-9]{2,6})?$")]


class RecordingSettings(BaseModel):
    """How calls are recorded."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Recording"))

    code: Code = Field(
        default="*3",
        title=N_("Recording Code"),
        description=N_(
            "Whoever presses it in a call begins a recording, or ends it; where calls are recorded"
            " automatically, it pauses. Left empty, nobody can."
        ),
        json_schema_extra={"control": "text"},
    )
    stereo: bool = Field(
        default=False,
        title=N_("Stereo"),
        description=N_("The caller is left and the callee right, instead of both mixed."),
        json_schema_extra={"control": "switch"},
    )
    goes_on: bool = Field(
        default=False,
        title=N_("Go On After a Transfer"),
        description=N_("A call that was recorded is recorded after its transfer too."),
        json_schema_extra={"control": "switch"},
    )
