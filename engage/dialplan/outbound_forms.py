"""An outbound route as an administrator fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from engage.dialplan.fields import (
    Digits,
    Ident,
    MemberGroups,
    Name,
    Patterns,
    SomePatterns,
    Strip,
    When,
    Word,
)
from engage.dialplan.model import NamedForm
from engage.errors import N_
from engage.form_hints import groups_hint
from engage.partial_body import Body
from engage.people.permissions import PERMISSION_WORDS, Permission
from pbxcore.dialplan.patterns import patterns_of
from pbxcore.dialplan.pin import Pin
from pbxcore.dialplan.plan import Limit, OutboundRoute
from pbxcore.dialplan.ways import WayOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NUMBERS, WHO, WAYS = N_("Numbers"), N_("Who may call"), N_("Trunks")
LIMIT = N_("Call Duration")
_PATTERNS = N_(
    "One in each line. X is any digit, Z one from 1, N one from 2, [1-5] one of these, a dot one"
    " character or more, ! any number of them."
)


class Way(Body):
    """A trunk, and how the number is written for it."""

    trunk: Ident = Field(
        title=N_("Trunk"),
        json_schema_extra={"control": "select", "choices": "/v1/choices/trunks"},
    )
    strip: Strip = Field(
        default=0,
        title=N_("Strip"),
        description=N_("So many digits are left out at the beginning."),
        json_schema_extra={"control": "number"},
    )
    prepend: Digits = Field(
        default="",
        title=N_("Prepend"),
        description=N_("Dialled before the rest."),
        json_schema_extra={"control": "text"},
    )


class OutboundRouteForm(NamedForm):
    """Which numbers go out by which trunks, and for whom."""

    trunks_in: ClassVar[str] = "ways"

    name: Name = Field(title=N_("Calling Rule Name"), json_schema_extra={"section": NUMBERS})
    patterns: SomePatterns = Field(
        title=N_("Pattern"),
        description=_PATTERNS,
        json_schema_extra={"control": "textarea", "section": NUMBERS, "placeholder": "_9X."},
    )
    disabled: bool = Field(
        default=False,
        title=N_("Disable This Route"),
        json_schema_extra={"control": "switch", "section": NUMBERS},
    )
    permission: Literal[Permission, "none"] = Field(
        default="internal",
        title=N_("Privilege Level"),
        description=N_(
            "Extensions of this level and above may use the route. With Internal everybody may call"
            " out by it."
        ),
        json_schema_extra={
            "control": "select",
            "section": WHO,
            "labels": {**PERMISSION_WORDS, "none": N_("Disable")},
            "when": {"field": "only_callers", "is": False},
        },
    )
    only_callers: bool = Field(
        default=False,
        title=N_("Enable Filter on Source Caller ID"),
        description=N_("Only those named here may use the route, whatever their level."),
        json_schema_extra={"control": "switch", "section": WHO},
    )
    callers: list[Ident] = Field(
        default_factory=list,
        max_length=1000,
        title=N_("Available Extensions"),
        json_schema_extra={
            "control": "multiselect",
            "section": WHO,
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
            "when": {"field": "only_callers", "is": True},
        },
    )
    caller_groups: MemberGroups = Field(
        default_factory=list,
        title=N_("Available Extension Groups"),
        description=N_("Whoever belongs to them when he calls."),
        json_schema_extra=groups_hint(WHO) | {"when": {"field": "only_callers", "is": True}},
    )
    caller_patterns: Patterns = Field(
        default="",
        title=N_("Custom Dynamic Route"),
        description=N_("Patterns of callers, one in each line."),
        json_schema_extra={
            "control": "textarea",
            "section": WHO,
            "when": {"field": "only_callers", "is": True},
        },
    )
    password: Annotated[str, StringConstraints(pattern=r"^([0-9]{4,12})?$")] = Field(
        default="",
        title=N_("Password"),
        description=N_("Digits that callers are asked for. Left empty, they are not."),
        json_schema_extra={"control": "text", "section": WHO},
    )
    pin_group: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("PIN Groups"),
        description=N_("Callers are asked for one of the group's PINs, instead of the password."),
        json_schema_extra={
            "control": "select",
            "section": WHO,
            "choices": "/v1/choices/pin-groups",
            "placeholder": N_("None"),
        },
    )
    pin_with_level: bool = Field(
        default=False,
        title=N_("PIN Groups with Privilege Level"),
        description=N_("Privilege level and source caller ID matter too; else the PIN is enough."),
        json_schema_extra={"control": "switch", "section": WHO},
    )
    when: When = Field(
        default=When(),
        title=N_("Time Condition"),
        json_schema_extra={"control": "group", "section": WHO},
    )
    ways: Annotated[list[Way], Field(min_length=1, max_length=20)] = Field(
        title=N_("Trunks"),
        description=N_(
            "The first one is the main trunk; the others are tried in their order when it fails."
        ),
        json_schema_extra={"control": "rows", "section": WAYS},
    )
    caller_id: Word = Field(
        default="",
        title=N_("Outbound Route CID"),
        description=N_("Shown instead of the extension's own number."),
        json_schema_extra={"control": "text", "section": WAYS},
    )
    auto_record: bool = Field(
        default=False,
        title=N_("Auto Record"),
        description=N_("Calls by this route are recorded."),
        json_schema_extra={"control": "switch", "section": WAYS},
    )

    longest_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        default=0,
        title=N_("Call Duration Limit"),
        description=N_("A call is ended after that time. 0: it may last as long as it likes."),
        json_schema_extra={"control": "number", "section": LIMIT, "unit": N_("seconds")},
    )
    warned_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        default=0,
        title=N_("Warning Time"),
        description=N_("So long before the end the caller hears a tone. 0: no tone."),
        json_schema_extra={"control": "number", "section": LIMIT, "unit": N_("seconds")},
    )
    every_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        default=0,
        title=N_("Repeat Interval"),
        description=N_("The tone comes again so often until then. 0: it comes once."),
        json_schema_extra={"control": "number", "section": LIMIT, "unit": N_("seconds")},
    )

    def route(
        self,
        route_id: str,
        pins_of: Callable[[str], tuple[Pin, ...]] = lambda group: (),
        members_of: Callable[[list[str]], Iterable[str]] = lambda groups: (),
    ) -> OutboundRoute:
        """As the PBX knows it.

        `pins_of` tells a PIN group's, `members_of` the members of extension groups.
        """
        named = dict.fromkeys([*self.callers, *members_of(self.caller_groups)])
        password = (Pin(self.password),) if self.password else ()
        return OutboundRoute(
            route_id,
            self.name,
            tuple(patterns_of(self.patterns)),
            tuple(WayOut(each.trunk, each.strip, each.prepend) for each in self.ways),
            permission=self.permission,
            only_callers=self.only_callers,
            callers=(*named, *patterns_of(self.caller_patterns)),
            asks_pin=bool(self.password or self.pin_group),
            own_pins=not self.pin_group,
            pins=pins_of(self.pin_group) if self.pin_group else password,
            pin_alone=bool(self.pin_group) and not self.pin_with_level,
            window=self.when.window,
            caller_id=self.caller_id,
            limit=Limit(self.longest_s, self.warned_s, self.every_s),
            enabled=not self.disabled,
            recorded=self.auto_record,
        )

    def uses(self) -> set[str]:
        """The trunks it names."""
        return {each.trunk for each in self.ways}

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found = {}
        named = self.callers or self.caller_groups or patterns_of(self.caller_patterns)
        if self.only_callers and not named:
            found["callers"] = N_("Choose who may use the route.")
        if self.longest_s and self.warned_s >= self.longest_s:
            found["warned_s"] = N_("The warning must come within the call.")
        return found
