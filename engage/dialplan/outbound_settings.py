"""What holds for all calls that go out, as a section of settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engage.dialplan.fields import Digits, Patterns
from engage.errors import N_
from pbxcore.dialplan.patterns import patterns_of
from pbxcore.dialplan.plan import Barred

SECTION = "outbound_calls"
SHOWN, BARRED = N_("Caller ID"), N_("Outbound Blacklist")
MOST_COUNTRIES = 300
CountryCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6}$")]


class OutboundCalls(BaseModel):
    """What holds for every outbound route."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Outbound Calls"))

    caller_id: Digits = Field(
        default="",
        title=N_("Global Outbound Caller ID"),
        description=N_(
            "The number that is shown outside where neither the trunk nor a DOD, the route or the"
            " extension has one."
        ),
        json_schema_extra={"control": "text", "section": SHOWN},
    )
    blocked: Patterns = Field(
        default="",
        title=N_("Outbound Blacklist"),
        description=N_(
            "Numbers that nobody calls, one pattern in each line: as they are dialled, or as a"
            " trunk is told them. Emergency numbers are called all the same."
        ),
        json_schema_extra={"control": "textarea", "section": BARRED, "rows": 6},
    )
    blocked_countries: Annotated[list[CountryCode], Field(max_length=MOST_COUNTRIES)] = Field(
        default_factory=list,
        title=N_("Blocked Countries"),
        description=N_(
            "Codes of countries, such as 882 or 1876, or what those of a region begin with, such"
            " as 2 for most of Africa; dialled with +, 00 or 011 before them."
        ),
        json_schema_extra={"control": "hosts", "section": BARRED, "placeholder": "882"},
    )

    def barred(self) -> Barred:
        """Whom nobody calls, as the PBX knows it."""
        return Barred(tuple(patterns_of(self.blocked)), tuple(self.blocked_countries))
