"""How visitors who wait come to an agent: taken by hand, or given to whoever has least to do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from engage.errors import N_

ASSIGNMENT = N_("Assignment")
AUTO = "auto"


class AssignmentOptions(BaseModel):
    """Fields of the live chat form."""

    assignment_mode: Literal["manual", "auto"] = Field(
        default="manual",
        title=N_("Assignment mode"),
        description=N_(
            "Given to an agent who is connected and not on a break: rather one who is not on a"
            " call, then who has fewest chats, then who has had none for longest."
        ),
        json_schema_extra={
            "control": "select",
            "section": ASSIGNMENT,
            "labels": {
                "manual": N_("Accept manually"),
                "auto": N_("Auto-assign (least busy)"),
            },
        },
    )
    answer_within_s: Annotated[int, Field(ge=10, le=600)] = Field(
        default=30,
        title=N_("Answer an assigned chat within (s)"),
        description=N_("A chat that its agent has neither opened nor answered by then goes on."),
        json_schema_extra={
            "section": ASSIGNMENT,
            "when": {"field": "assignment_mode", "is": "auto"},
        },
    )
    sessions_per_agent: Annotated[int, Field(ge=0, le=50)] = Field(
        default=10,
        title=N_("Concurrent sessions per agent"),
        description=N_("Nobody is given or accepts more chats at a time; 0 sets no limit."),
        json_schema_extra={"section": ASSIGNMENT},
    )
