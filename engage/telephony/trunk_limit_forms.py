"""How much may go by a trunk and what becomes of the rest, of faxes too, as it is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from engage.errors import N_
from engage.form_hints import hint
from engage.partial_body import Body
from engage.people import policy
from engage.people.addresses import addresses_in
from engage.people.policy import email_problem
from pbxcore.dialplan.airtime import Allowance
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Limit
from pbxcore.faxes.library import installed

if TYPE_CHECKING:
    from pydantic.config import JsonDict

LIMITS, FAX = N_("Limits"), N_("Fax")
MOST_CALLS = 10_000
DAY_S = 86_400
Most = Annotated[int, Field(ge=0, le=MOST_CALLS)]
Seconds = Annotated[int, Field(ge=0, le=DAY_S)]
Minutes = Annotated[int, Field(ge=0, le=1_000_000)]
Failover = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+*#]{0,32}$")]
FaxTarget = Annotated[str, StringConstraints(max_length=254), AfterValidator(policy.line)]
_FAX_WORDS: JsonDict = {"extension": N_("Extension"), "email": N_("Fax to e-mail")}
_DETECTED: JsonDict = {"field": "fax_detection", "is": True}


def _receivers_there(schema: JsonDict) -> None:
    """E-mail is not offered where this server can receive no faxes."""
    schema |= hint("select", FAX, labels=_FAX_WORDS, when=_DETECTED)
    schema["enum"] = ["extension", "email"] if installed() else ["extension"]


class TrunkLimits(Body):
    """Calls at once, how long they may last, and who is called when there is no line."""

    max_outgoing: Most = Field(
        0,
        title=N_("Maximum Outgoing Calls"),
        description=N_("So many at once; further ones go by the next trunk. 0: any number."),
        json_schema_extra=hint("number", LIMITS),
    )
    max_incoming: Most = Field(
        0,
        title=N_("Maximum Incoming Calls"),
        description=N_("So many at once; further callers hear that it is busy. 0: any number."),
        json_schema_extra=hint("number", LIMITS),
    )
    concurrent_calls_threshold: Most = Field(
        0,
        title=N_("Monitor Concurrent Calls: Threshold"),
        description=N_(
            "When more calls than this go by the trunk at once, in and out together, it is told as"
            " System Events say. 0: never."
        ),
        json_schema_extra=hint("number", LIMITS),
    )
    call_limit_s: Seconds = Field(
        0,
        title=N_("Call Duration Limit"),
        description=N_("Calls out are ended after that time. 0: they may last."),
        json_schema_extra=hint("number", LIMITS, unit=N_("seconds")),
    )
    call_warning_s: Seconds = Field(
        0,
        title=N_("Call Duration Warning"),
        description=N_("So long before the end the caller hears a tone. 0: no tone."),
        json_schema_extra=hint("number", LIMITS, unit=N_("seconds")),
    )
    call_warning_every_s: Seconds = Field(
        0,
        title=N_("Warning Repeat Interval"),
        description=N_("The tone comes again so often until then. 0: it comes once."),
        json_schema_extra=hint("number", LIMITS, unit=N_("seconds")),
    )
    outbound_minutes: Minutes = Field(
        0,
        title=N_("Outbound Call Duration Limit"),
        description=N_(
            "When calls out have lasted so long altogether, no more go out by the trunk until the"
            " next day or month, but for emergencies. 0: any time."
        ),
        json_schema_extra=hint("number", LIMITS, unit=N_("minutes")),
    )
    outbound_period: Literal["day", "month"] = Field(
        "month",
        title=N_("Outbound Call Duration: Period"),
        json_schema_extra=hint("select", LIMITS, labels={"day": N_("Day"), "month": N_("Month")}),
    )
    outbound_minutes_threshold: Minutes = Field(
        0,
        title=N_("Outbound Call Duration: Threshold"),
        description=N_(
            "When calls out have lasted longer altogether, it is told as System Events say. 0:"
            " never."
        ),
        json_schema_extra=hint("number", LIMITS, unit=N_("minutes")),
    )
    failover_number: Failover = Field(
        "",
        title=N_("Failover Number"),
        description=N_(
            "Called instead, as the outbound routes say, when neither this trunk nor another one of"
            " the route takes a call. Left empty, the call fails then."
        ),
        json_schema_extra=hint("text", LIMITS),
    )

    @property
    def limit(self) -> Limit:
        """How long calls out may last, as the PBX knows it."""
        return Limit(self.call_limit_s, self.call_warning_s, self.call_warning_every_s)

    @property
    def allowance(self) -> Allowance:
        """How long they may last altogether, as the PBX knows it."""
        minutes, told_above = self.outbound_minutes, self.outbound_minutes_threshold
        return Allowance(minutes, self.outbound_period, told_above)

    def limit_problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        if self.call_warning_s and self.call_warning_s >= self.call_limit_s:
            return {"call_warning_s": N_("The warning must come within the call.")}
        return {}


class TrunkFaxes(Body):
    """Where faxes go that come in by the trunk."""

    fax_detection: bool = Field(
        default=False,
        title=N_("Fax Detection"),
        description=N_(
            "Fax machines that call go to a destination of their own, unless the inbound route, or"
            " the extension that is called, says where."
        ),
        json_schema_extra=hint("switch", FAX),
    )
    fax_to: Literal["extension", "email"] = Field(
        "extension", title=N_("Fax Destination"), json_schema_extra=_receivers_there
    )
    fax_destination: FaxTarget = Field(
        "",
        title=N_("Fax Extension or Email"),
        description=N_(
            "The extension to call. For e-mail: a fax extension or an email address; left empty,"
            " the default one of Fax Settings."
        ),
        json_schema_extra=hint("text", FAX, when=_DETECTED),
    )

    @property
    def fax_place(self) -> Place | None:
        """As the PBX knows it; None: nobody listens for faxes."""
        if not self.fax_detection:
            return None
        return Place("extension" if self.fax_to == "extension" else "fax", self.fax_destination)

    def fax_problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        if not self.fax_detection:
            return {}
        target = self.fax_destination
        is_number = target.isascii() and target.isdigit()
        if self.fax_to == "extension":
            return {} if is_number else {"fax_destination": N_("Please enter an extension.")}
        if not is_number and any(map(email_problem, addresses_in(target))):
            return {"fax_destination": N_("Please enter valid email addresses.")}
        return {}
