"""When agents are roused because a visitor waits."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from engage.errors import N_

ALARMS = N_("Alarms")

PhoneNumber = Annotated[str, StringConstraints(pattern=r"^[0-9*#+]{1,32}$")]


class AlarmOptions(BaseModel):
    """Fields of the live chat form."""

    alarm_wave_after_s: Annotated[int, Field(ge=0, le=3600)] = Field(
        default=60,
        title=N_("Alarm in Wave after (s)"),
        description=N_("Repeated until somebody accepts; 0 is never."),
        json_schema_extra={"section": ALARMS},
    )
    alarm_push_after_s: Annotated[int, Field(ge=0, le=3600)] = Field(
        default=60,
        title=N_("Push notification after (s)"),
        description=N_("To the agents' browsers and phones where Wave is installed; 0 is never."),
        json_schema_extra={"section": ALARMS},
    )
    alarm_call_after_s: Annotated[int, Field(ge=0, le=14_400)] = Field(
        default=0,
        title=N_("Call by phone after (s)"),
        description=N_(
            "The phone rings and a voice says that a visitor waits; who presses 1 takes the chat."
            " 0 is never."
        ),
        json_schema_extra={"section": ALARMS},
    )
    alarm_numbers: Annotated[tuple[PhoneNumber, ...], Field(max_length=10)] = Field(
        default=(),
        title=N_("Numbers to call"),
        description=N_("Left empty, the agents on duty are called."),
        json_schema_extra={"control": "labels", "section": ALARMS},
    )
