"""How calls are recorded, for all of them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_

SECTION = "recording"


class RecordingSettings(BaseModel):
    """How calls are recorded."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Recording"))

    notice: Literal["off", "external", "all"] = Field(
        default="off",
        title=N_("Recording Notice"),
        description=N_("Who hears, as a recording begins, that the call may be recorded."),
        json_schema_extra={
            "control": "select",
            "labels": {
                "off": N_("Nobody"),
                "external": N_("Callers from outside"),
                "all": N_("Everybody"),
            },
        },
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
