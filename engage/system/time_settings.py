"""The installation's clock: its time zone, its office time and its holidays."""

from __future__ import annotations

import re
from datetime import time
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engage.errors import N_, Refused
from pbxcore.dialplan.time_conditions import Calendar, Holiday, TimeRow

if TYPE_CHECKING:
    from pydantic.config import JsonDict

ConditionCode = Literal[0, 1, 2, 3, 4, 5, 6, 8]
"""A time condition as it is stored and sent (`pbxcore.dialplan.time_conditions.Condition`)."""
CONDITION_WORDS: JsonDict = {
    "0": N_("All"),
    "1": N_("Office Time"),
    "2": N_("Out of Office Time"),
    "3": N_("Holiday"),
    "4": N_("Out of Holiday"),
    "5": N_("Out of Office Time or Holiday"),
    "6": N_("Specific Time"),
    "8": N_("Office Time and Out of Holiday"),
}

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
ClockTime = Annotated[str, Field(pattern=rf"^{_CLOCK.pattern}$", examples=["09:00"])]
Weekday = Annotated[int, Field(ge=1, le=7)]
Month = Annotated[int, Field(ge=1, le=12)]
DayOfMonth = Annotated[int, Field(ge=1, le=31)]


WEEKDAYS: JsonDict = {
    "1": N_("Monday"),
    "2": N_("Tuesday"),
    "3": N_("Wednesday"),
    "4": N_("Thursday"),
    "5": N_("Friday"),
    "6": N_("Saturday"),
    "7": N_("Sunday"),
}
MONTHS: JsonDict = {
    "1": N_("January"),
    "2": N_("February"),
    "3": N_("March"),
    "4": N_("April"),
    "5": N_("May"),
    "6": N_("June"),
    "7": N_("July"),
    "8": N_("August"),
    "9": N_("September"),
    "10": N_("October"),
    "11": N_("November"),
    "12": N_("December"),
}
DAYS: JsonDict = {str(day): str(day) for day in range(1, 32)}


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """The names of the time zones that this machine knows."""
    return frozenset(available_timezones())


def zone_hints(schema: dict[str, Any]) -> None:
    """Let a form choose one of them."""
    schema.update(control="select", labels={name: name for name in sorted(zones())})


class Hours(BaseModel):
    """Hours of certain days.

    No weekday, month or day stands for any; an end that is not after the start means the next day,
    equal times the whole day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: ClockTime = Field(
        default="09:00", title=N_("Start time"), json_schema_extra={"control": "time"}
    )
    end: ClockTime = Field(
        default="17:00", title=N_("End time"), json_schema_extra={"control": "time"}
    )
    weekdays: tuple[Weekday, ...] = Field(
        default=(),
        title=N_("Weekdays"),
        json_schema_extra={"control": "checkboxes", "labels": WEEKDAYS},
    )
    months: tuple[Month, ...] = Field(
        default=(),
        title=N_("Months"),
        json_schema_extra={
            "control": "multiselect",
            "labels": MONTHS,
            "placeholder": N_("Every month"),
        },
    )
    days: tuple[DayOfMonth, ...] = Field(
        default=(),
        title=N_("Days of the month"),
        json_schema_extra={
            "control": "multiselect",
            "labels": DAYS,
            "placeholder": N_("Every day"),
        },
    )
    except_holidays: bool = Field(default=False, title=N_("Not on holidays"))

    @field_validator("weekdays", "months", "days")
    @classmethod
    def _in_order(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(values)))

    def row(self) -> TimeRow:
        """As the rules read it."""
        return TimeRow(
            start=time.fromisoformat(self.start),
            end=time.fromisoformat(self.end),
            weekdays=frozenset(self.weekdays),
            months=frozenset(self.months),
            days=frozenset(self.days),
            except_holidays=self.except_holidays,
        )


class HolidayRow(BaseModel):
    """Days of a month with a name; every year unless one is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=64)] = Field(title=N_("Name"))
    month: Month = Field(
        default=1, title=N_("Month"), json_schema_extra={"control": "select", "labels": MONTHS}
    )
    days: tuple[DayOfMonth, ...] = Field(
        default=(),
        title=N_("Days"),
        json_schema_extra={
            "control": "multiselect",
            "labels": DAYS,
            "placeholder": N_("The whole month"),
        },
    )
    year: Annotated[int, Field(ge=2000, le=2200)] | None = Field(
        default=None,
        title=N_("Year"),
        json_schema_extra={"control": "number", "placeholder": N_("Every year")},
    )
    start: ClockTime = Field(
        default="00:00", title=N_("Start time"), json_schema_extra={"control": "time"}
    )
    end: ClockTime = Field(
        default="00:00", title=N_("End time"), json_schema_extra={"control": "time"}
    )
    memo: Annotated[str, Field(max_length=200)] = Field(default="", title=N_("Memo"))

    def holiday(self) -> Holiday:
        """As the rules read it."""
        return Holiday(
            month=self.month,
            days=frozenset(self.days),
            year=self.year,
            start=time.fromisoformat(self.start),
            end=time.fromisoformat(self.end),
        )


class TimeSettings(BaseModel):
    """What “office time” and “holiday” mean wherever a time condition is chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: Annotated[str, Field(max_length=64)] = Field(
        default="UTC",
        title=N_("Time zone"),
        description=N_(
            "Office time, holidays and all other time conditions go by its clock; so do the times"
            " that administrators see, in pages, reports and files."
        ),
        json_schema_extra=zone_hints,
    )
    office_time: tuple[Hours, ...] = Field(
        default=(Hours(weekdays=(1, 2, 3, 4, 5)),),
        title=N_("Hours"),
        max_length=50,
        description=N_(
            "An end that is not after the start means the next day; equal times, the whole day."
            " Without a row it is never office time."
        ),
        json_schema_extra={"section": N_("Office time")},
    )
    holidays: tuple[HolidayRow, ...] = Field(
        default=(),
        title=N_("Days"),
        max_length=200,
        json_schema_extra={"section": N_("Holidays")},
    )

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in zones():
            raise Refused(N_("Please choose a time zone from the list."))
        return value

    def calendar(self) -> Calendar:
        """As the rules read it."""
        return Calendar(
            ZoneInfo(self.time_zone),
            tuple(each.row() for each in self.office_time),
            tuple(each.holiday() for each in self.holidays),
        )
