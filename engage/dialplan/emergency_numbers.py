"""Emergency numbers as an administrator fills them in."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from engage.dialplan.fields import Digits, Ident, Name, Word
from engage.dialplan.model import NumberedForm
from engage.dialplan.outbound_forms import Way
from engage.errors import N_
from engage.form_hints import extensions_hint, hint
from engage.partial_body import Body
from engage.system.networks import networks_problem
from pbxcore.dialplan.emergencies import EmergencyNumber, Zone
from pbxcore.dialplan.ways import WayOut

NUMBER, WAYS, TOLD = N_("Number"), N_("Trunks"), N_("Notification")


class ZoneForm(Body):
    """A part of the premises, by the addresses of its phones."""

    networks: Annotated[
        list[Annotated[str, StringConstraints(max_length=64)]], Field(min_length=1, max_length=50)
    ] = Field(
        title=N_("Networks"),
        json_schema_extra=hint("hosts", placeholder=N_("192.0.2.0/24")),
    )
    elin: Annotated[str, StringConstraints(pattern=r"^[0-9+]{2,32}$")] = Field(
        title=N_("ELIN"), json_schema_extra=hint("text")
    )
    location: Word = Field(default="", title=N_("Location"), json_schema_extra=hint("text"))


class EmergencyNumberForm(NumberedForm):
    """A number that everybody may call at any time."""

    trunks_in: ClassVar[str] = "ways"

    name: Name = Field(title=N_("Name"), json_schema_extra={"control": "text", "section": NUMBER})
    number: Annotated[str, StringConstraints(pattern=r"^[0-9*#+]{2,32}$")] = Field(
        title=N_("Emergency Number"),
        description=N_("As it is dialled; it needs no prefix, no privilege and no PIN."),
        json_schema_extra={"control": "text", "section": NUMBER, "placeholder": "112"},
    )
    level: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0,
        title=N_("Emergency Level"),
        description=N_("1 is the most urgent, 0 the usual level. A call drops less urgent ones."),
        json_schema_extra={"control": "number", "section": NUMBER},
    )
    ways: Annotated[list[Way], Field(min_length=1, max_length=20)] = Field(
        title=N_("Use Trunks"),
        description=N_("They are tried in their order."),
        json_schema_extra={"control": "rows", "section": WAYS},
    )
    hunts_when_busy: bool = Field(
        default=True,
        title=N_("Hunt on Busy"),
        description=N_("Where every trunk is full, a less urgent call is ended for this one."),
        json_schema_extra={"control": "switch", "section": WAYS},
    )
    caller_id: Digits = Field(
        default="",
        title=N_("Caller ID Number"),
        description=N_("Told to the emergency service, unless the extension has one of its own."),
        json_schema_extra={"control": "text", "section": WAYS},
    )
    zones: Annotated[list[ZoneForm], Field(max_length=100)] = Field(
        default_factory=list,
        title=N_("Zones"),
        description=N_(
            "The number that the emergency service is shown for phones of these networks. For 30"
            " minutes, calls to it go to the extension that has called for help."
        ),
        json_schema_extra=hint("rows", WAYS),
    )
    auto_record: bool = Field(
        default=False,
        title=N_("Auto Record"),
        json_schema_extra=hint("switch", WAYS),
    )
    notified: Annotated[list[Ident], Field(max_length=100)] = Field(
        default_factory=list,
        title=N_("Members Notified"),
        description=N_("They are called, and told who has called the emergency service."),
        json_schema_extra=extensions_hint(TOLD),
    )
    prompt: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Custom Prompt"),
        description=N_("They hear it before the number of the extension that has called."),
        json_schema_extra={
            "control": "select",
            "section": TOLD,
            "choices": "/v1/choices/custom-prompts",
            "placeholder": N_("None"),
        },
    )
    address: Word = Field(
        default="",
        title=N_("Location"),
        description=N_("Written in the email about such a call."),
        json_schema_extra={"control": "text", "section": TOLD},
    )

    def emergency(self) -> EmergencyNumber:
        """As the PBX knows it."""
        return EmergencyNumber(
            self.number,
            self.name,
            tuple(WayOut(each.trunk, each.strip, each.prepend) for each in self.ways),
            self.level,
            self.hunts_when_busy,
            tuple(self.notified),
            self.caller_id,
            tuple(Zone(tuple(each.networks), each.elin, each.location) for each in self.zones),
            self.auto_record,
            self.prompt,
        )

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found = {
            f"zones.{at}.networks": networks_problem(each.networks)
            for at, each in enumerate(self.zones)
        }
        return {name: problem for name, problem in found.items() if problem is not None}

    def uses(self) -> set[str]:
        """The trunks it names."""
        return {each.trunk for each in self.ways}
