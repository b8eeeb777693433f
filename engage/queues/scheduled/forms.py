"""A report that is mailed, as an administrator fills it in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from engage.errors import N_, Refused
from engage.partial_body import Body
from engage.people import policy
from engage.system.time_settings import zone_hints, zones

WHEN, WHAT = N_("When"), N_("What and to whom")


def _zone(value: str) -> str:
    if value not in zones():
        raise Refused(N_("Please choose a time zone from the list."))
    return value


def _addresses(values: list[str]) -> list[str]:
    found = list(dict.fromkeys(each.strip() for each in values if each.strip()))
    if not found:
        raise Refused(N_("This field is required."))
    if any(policy.email_problem(each) for each in found):
        raise Refused(N_("This is not an email address."))
    return found


Name = policy.Name
Queue = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
Address = Annotated[str, StringConstraints(max_length=254)]


class ReportScheduleForm(Body):
    """Which report goes when to whom."""

    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text", "section": WHEN})
    every: Literal["day", "week", "month"] = Field(
        default="day",
        title=N_("Repeat"),
        description=N_("About the day, the seven days or the month before."),
        json_schema_extra={
            "control": "select",
            "section": WHEN,
            "labels": {
                "day": N_("Every day"),
                "week": N_("Every week"),
                "month": N_("Every month"),
            },
        },
    )
    weekday: Annotated[int, Field(ge=0, le=6)] = Field(
        default=1,
        title=N_("Day of the week"),
        json_schema_extra={
            "control": "select",
            "section": WHEN,
            "labels": {
                "1": N_("Monday"),
                "2": N_("Tuesday"),
                "3": N_("Wednesday"),
                "4": N_("Thursday"),
                "5": N_("Friday"),
                "6": N_("Saturday"),
                "0": N_("Sunday"),
            },
            "when": {"field": "every", "is": "week"},
        },
    )
    day: Annotated[int, Field(ge=1, le=31)] = Field(
        default=1,
        title=N_("Day of the month"),
        description=N_("In shorter months, their last day."),
        json_schema_extra={
            "control": "number",
            "section": WHEN,
            "when": {"field": "every", "is": "month"},
        },
    )
    at: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = Field(
        default="07:00",
        title=N_("Time"),
        json_schema_extra={"control": "time", "section": WHEN},
    )
    time_zone: Annotated[str, Field(max_length=64), AfterValidator(_zone)] = Field(
        default="UTC", title=N_("Time zone"), json_schema_extra=zone_hints
    )
    queues: Annotated[list[Queue], Field(max_length=200)] = Field(
        default_factory=list,
        title=N_("Queues"),
        description=N_("None chosen: all."),
        json_schema_extra={
            "control": "multiselect",
            "section": WHAT,
            "choices": "/v1/choices/queues",
            "choice_value": "number",
        },
    )
    live_chats: bool = Field(
        default=False,
        title=N_("Live chats too"),
        description=N_("Adds how many visitors asked, and how they were served."),
        json_schema_extra={"control": "switch", "section": WHAT},
    )
    format: Literal["csv", "xlsx", "both"] = Field(
        default="xlsx",
        title=N_("Format"),
        json_schema_extra={
            "control": "select",
            "section": WHAT,
            "labels": {"csv": "CSV", "xlsx": "XLSX", "both": N_("CSV and XLSX")},
        },
    )
    recipients: Annotated[
        list[Address], Field(min_length=1, max_length=50), AfterValidator(_addresses)
    ] = Field(
        title=N_("Recipients"),
        description=N_("Email addresses."),
        json_schema_extra={"control": "hosts", "section": WHAT},
    )
    disabled: bool = Field(
        default=False,
        title=N_("Disable This Report"),
        json_schema_extra={"control": "switch", "section": WHAT},
    )
