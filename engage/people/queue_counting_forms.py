"""When the calls of a queue's agents are counted anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from engage.errors import N_
from engage.people.queue_choosing_forms import ChoosingRules
from engage.people.queue_fields import COUNTERS, number

if TYPE_CHECKING:
    from pydantic.config import JsonDict

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MONDAYS: tuple[Weekday, ...] = ("mon",)
WEEKDAYS: JsonDict = {
    "mon": N_("Monday"),
    "tue": N_("Tuesday"),
    "wed": N_("Wednesday"),
    "thu": N_("Thursday"),
    "fri": N_("Friday"),
    "sat": N_("Saturday"),
    "sun": N_("Sunday"),
}


class CountingRules(ChoosingRules):
    """The same, and when counters begin anew."""

    resets: Literal["never", "day", "week", "month"] = Field(
        default="never",
        title=N_("Reset Counters"),
        description=N_("The calls of agents are counted anew, as Fewest Calls sees them."),
        json_schema_extra={
            "control": "select",
            "section": COUNTERS,
            "labels": {
                "never": N_("By hand"),
                "day": N_("Every day"),
                "week": N_("Every week"),
                "month": N_("Every month"),
            },
        },
    )
    resets_at: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = (
        Field(
            default="00:00",
            title=N_("Reset at"),
            json_schema_extra={
                "control": "time",
                "section": COUNTERS,
                "when": {"field": "resets", "is": ["day", "week", "month"]},
            },
        )
    )
    reset_weekdays: Annotated[list[Weekday], Field(max_length=7)] = Field(
        default_factory=lambda: [*MONDAYS],
        title=N_("Reset on"),
        json_schema_extra={
            "control": "checkboxes",
            "section": COUNTERS,
            "labels": WEEKDAYS,
            "when": {"field": "resets", "is": "week"},
        },
    )
    reset_day: Annotated[int, Field(ge=1, le=31)] = number(
        N_("Reset on Day"), COUNTERS, 1, when={"field": "resets", "is": "month"}
    )
