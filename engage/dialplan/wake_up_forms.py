"""A wake-up call as an administrator fills it in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from engage.dialplan.fields import Ident
from engage.dialplan.model import NamedForm
from engage.errors import N_
from pbxcore.dialplan.wake_ups import WakeUpCall

if TYPE_CHECKING:
    from collections.abc import Callable

Day = Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Moment = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class WakeUpForm(NamedForm):
    """Rings an extension at a time, once or every day."""

    number: Ident = Field(
        title=N_("Extension"),
        json_schema_extra={
            "control": "select",
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
        },
    )
    mode: Literal["once", "daily"] = Field(
        default="once",
        title=N_("Repeat"),
        json_schema_extra={
            "control": "select",
            "labels": {"once": N_("Once"), "daily": N_("Every day")},
        },
    )
    date: Day = Field(
        default="",
        title=N_("Date"),
        json_schema_extra={"control": "date", "when": {"field": "mode", "is": "once"}},
    )
    time: Moment = Field(default="07:00", title=N_("Time"), json_schema_extra={"control": "time"})
    prompt: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Prompt"),
        json_schema_extra={
            "control": "select",
            "choices": "/v1/choices/custom-prompts",
            "placeholder": N_("Built-in"),
        },
    )
    disabled: bool = Field(
        default=False, title=N_("Disable This Call"), json_schema_extra={"control": "switch"}
    )
    outcome: Literal["", "answered", "no_answer"] = Field(
        default="",
        title=N_("Last Outcome"),
        json_schema_extra={
            "control": "select",
            "readOnly": True,
            "labels": {
                "": N_("Not yet called"),
                "answered": N_("Answered"),
                "no_answer": N_("No answer"),
            },
        },
    )

    def call(self, path_of: Callable[[str], str]) -> WakeUpCall:
        """As the PBX knows it."""
        day = self.date if self.mode == "once" else ""
        return WakeUpCall(self.number, self.time, day, path_of(self.prompt))

    def needs(self) -> set[str]:
        """The prompts that it plays."""
        return {self.prompt} - {""}

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        if self.mode == "daily":
            return {}
        try:
            date.fromisoformat(self.date)
        except ValueError:
            return {"date": N_("Please choose a day.")}
        return {}
