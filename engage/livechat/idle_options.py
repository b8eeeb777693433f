"""What becomes of a chat in which nobody writes any more."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from engage.durations import MINUTE_MS
from engage.errors import N_

SECTION = N_("Idle chats")
_UNITS_MS = {"minute": MINUTE_MS, "hour": 60 * MINUTE_MS, "day": 24 * 60 * MINUTE_MS}


class IdleOptions(BaseModel):
    """Fields of the live chat form."""

    idle_warning_min: Annotated[int, Field(ge=0, le=1440)] = Field(
        default=10,
        title=N_("Visitor idle warning (min)"),
        description=N_(
            "A visitor who has not answered the agent for so long is asked whether they are still"
            " there; 0 asks nobody."
        ),
        json_schema_extra={"section": SECTION},
    )
    auto_close_session: bool = Field(
        default=True,
        title=N_("Auto close idle session"),
        description=N_("A chat in which neither side has written for long is ended."),
        json_schema_extra={"section": SECTION},
    )
    session_expired_time: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=30,
        title=N_("Close after"),
        json_schema_extra={
            "section": SECTION,
            "when": {"field": "auto_close_session", "is": True},
        },
    )
    session_expired_unit: Literal["minute", "hour", "day"] = Field(
        default="minute",
        title=N_("Unit"),
        json_schema_extra={
            "control": "select",
            "section": SECTION,
            "labels": {"minute": N_("Minutes"), "hour": N_("Hours"), "day": N_("Days")},
            "when": {"field": "auto_close_session", "is": True},
        },
    )

    def warn_after_ms(self) -> int | None:
        """So much silence of the visitor is asked about; None: however much."""
        return self.idle_warning_min * MINUTE_MS or None

    def close_after_ms(self) -> int | None:
        """So much silence of both sides ends a chat; None: however much."""
        if not self.auto_close_session:
            return None
        return self.session_expired_time * _UNITS_MS[self.session_expired_unit]
