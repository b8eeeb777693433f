"""An inbound route as an administrator fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engage.dialplan.fields import (
    DID_KINDS,
    Destination,
    DidKind,
    Digits,
    Ident,
    Members,
    Name,
    Patterns,
    Strip,
    When,
    Word,
    kinds_that_may_be,
    missing_value,
)
from engage.dialplan.model import NamedForm
from engage.dialplan.music_classes import MusicChoice, music_hint
from engage.errors import N_
from engage.form_hints import extensions_hint
from engage.partial_body import Body
from engage.people.permissions import PERMISSION_WORDS, Permission
from pbxcore.dialplan.patterns import patterns_of
from pbxcore.dialplan.plan import InboundRoute, Mode, Timed

if TYPE_CHECKING:
    from pydantic.config import JsonDict

MOST_MODES = 9
FAX = N_("Fax")
_FAX: JsonDict = {"field": "fax_detection", "is": True}
CALLS, SHOWN, PLACE, DID = N_("Calls"), N_("Caller ID"), N_("Destination"), N_("By DID")


def _extensions_alone() -> list[DidKind]:
    return ["extension"]


class TimedDestination(When):
    """Where calls go while a time condition holds."""

    destination: Destination = Field(
        default=Destination(),
        title=N_("Destination"),
        json_schema_extra={"control": "group"},
    )


class ModeDestinations(Body):
    """Where calls go in one of the inbound modes, instead of the usual destinations."""

    mode: Annotated[int, Field(ge=1, le=MOST_MODES)] = Field(
        default=1, title=N_("Inbound Mode"), json_schema_extra={"control": "number"}
    )
    destination: Destination = Field(
        default=Destination(),
        title=N_("Default Destination"),
        json_schema_extra={"control": "group"},
    )
    timed: list[TimedDestination] = Field(
        default_factory=list,
        max_length=20,
        title=N_("Time Conditions"),
        json_schema_extra={"control": "rows"},
    )

    @property
    def destinations(self) -> Mode:
        """As the PBX knows them."""
        timed = (Timed(each.window, each.destination.place) for each in self.timed)
        return Mode(self.mode, self.destination.place, tuple(timed))


class InboundRouteForm(NamedForm):
    """Where calls that come in by trunks go."""

    name: Name = Field(title=N_("Route Name"), json_schema_extra={"section": CALLS})
    trunks: Annotated[list[Ident], Field(min_length=1, max_length=200)] = Field(
        title=N_("Trunks"),
        json_schema_extra={
            "control": "multiselect",
            "section": CALLS,
            "choices": "/v1/choices/trunks",
        },
    )
    dids: Patterns = Field(
        default="",
        title=N_("Pattern"),
        description=N_("What was dialled, one pattern in each line. Left empty: whatever it was."),
        json_schema_extra={"control": "textarea", "section": CALLS, "placeholder": "_X."},
    )
    callers: Patterns = Field(
        default="",
        title=N_("Caller ID Pattern"),
        description=N_("Who calls, one pattern in each line. Left empty: whoever it is."),
        json_schema_extra={"control": "textarea", "section": CALLS},
    )
    blocked: Patterns = Field(
        default="",
        title=N_("Blacklist"),
        description=N_(
            "Callers that are turned away on this route alone, one pattern in each line, while the"
            " blacklist is on."
        ),
        json_schema_extra={"control": "textarea", "section": CALLS},
    )
    disabled: bool = Field(
        default=False,
        title=N_("Disable This Route"),
        json_schema_extra={"control": "switch", "section": CALLS},
    )
    block_collect_calls: bool = Field(
        default=False,
        title=N_("Block Collect Calls"),
        description=N_("Calls that we would have to pay for are refused."),
        json_schema_extra={"control": "switch", "section": CALLS},
    )
    number_set: Word = Field(
        default="",
        title=N_("Set CallerID Number"),
        description=N_(
            "${CALLERID(num)} is the number as it came, ${CALLERID(num):2} without its first two"
            " digits, ${CALLERID(num):-4} its last four. Left empty, it stays."
        ),
        json_schema_extra={
            "control": "text",
            "section": SHOWN,
            "placeholder": "9${CALLERID(num)}",
        },
    )
    name_set: Word = Field(
        default="",
        title=N_("Set CallerID Name"),
        json_schema_extra={
            "control": "text",
            "section": SHOWN,
            "placeholder": "${CALLERID(name)}",
        },
    )
    trunk_name_first: bool = Field(
        default=False,
        title=N_("Prepend Trunk Name"),
        json_schema_extra={"control": "switch", "section": SHOWN},
    )
    name_first: Word = Field(
        default="",
        title=N_("Prepend User Defined Name"),
        json_schema_extra={"control": "text", "section": SHOWN},
    )
    alert_info: Word = Field(
        default="",
        title=N_("Alert-Info"),
        description=N_("Told to the phones that ring, which may ring otherwise then."),
        json_schema_extra={"control": "text", "section": SHOWN},
    )
    destination: Destination = Field(
        default=Destination(),
        title=N_("Default Destination"),
        json_schema_extra={"control": "group", "section": PLACE},
    )
    timed: list[TimedDestination] = Field(
        default_factory=list,
        max_length=20,
        title=N_("Time Conditions"),
        description=N_("The first one that is true decides."),
        json_schema_extra={"control": "rows", "section": PLACE},
    )
    modes: Annotated[list[ModeDestinations], Field(max_length=MOST_MODES)] = Field(
        default_factory=list,
        title=N_("Inbound Multiple Mode"),
        description=N_("Where calls go instead while the mode is on that Inbound Mode tells."),
        json_schema_extra={"control": "rows", "section": PLACE},
    )
    mode_suffix: Annotated[str, Field(pattern=r"^[0-9*#]{0,16}$")] = Field(
        default="",
        title=N_("Inbound Mode Suffix"),
        description=N_(
            "With one, the route has a mode of its own, whatever Inbound Mode tells: the code for"
            " inbound modes, a mode and the suffix switch it."
        ),
        json_schema_extra={"control": "text", "section": PLACE},
    )
    own_mode: Annotated[int, Field(ge=0, le=MOST_MODES)] = Field(
        default=0,
        title=N_("Route-Level Mode"),
        description=N_("The mode of this route now, if it has a suffix; 0 is the default mode."),
        json_schema_extra={"control": "number", "section": PLACE},
    )
    fax_detection: bool = Field(
        default=False,
        title=N_("Fax Detection"),
        description=N_("Fax machines that call go to a destination of their own."),
        json_schema_extra={"control": "switch", "section": FAX},
    )
    fax_destination: Destination = Field(
        default=Destination(),
        title=N_("Fax Destination"),
        json_schema_extra={"control": "group", "section": FAX, "when": _FAX},
    )
    auto_answer: bool = Field(
        default=False,
        title=N_("Auto Answer"),
        description=N_("The PBX answers and listens for a fax before any phone rings."),
        json_schema_extra={"control": "switch", "section": FAX, "when": _FAX},
    )
    detection_timeout_s: Annotated[int, Field(ge=2, le=60)] = Field(
        default=4,
        title=N_("Detection Timeout"),
        description=N_("After it, calls without a fax go to their destination."),
        json_schema_extra={
            "control": "number",
            "section": FAX,
            "unit": N_("seconds"),
            "when": {"field": "auto_answer", "is": True},
        },
    )
    prompt: Annotated[str, Field(max_length=64)] = Field(
        default="",
        title=N_("Prompt"),
        description=N_("What callers hear meanwhile. Left empty, it rings."),
        json_schema_extra={
            "control": "select",
            "section": FAX,
            "choices": "/v1/choices/custom-prompts",
            "placeholder": N_("None"),
            "when": {"field": "auto_answer", "is": True},
        },
    )
    permission: Permission = Field(
        default="internal",
        title=N_("Privilege Level"),
        description=N_("How far calls may go that leave again by a trunk."),
        json_schema_extra={"control": "select", "section": PLACE, "labels": PERMISSION_WORDS},
    )
    auto_record: bool = Field(
        default=False,
        title=N_("Auto Record"),
        description=N_("Calls by this route are recorded."),
        json_schema_extra={"control": "switch", "section": PLACE},
    )
    ring_back: MusicChoice = Field(
        default="",
        title=N_("Custom Ring Back Tone"),
        description=N_("Music that callers hear while it rings."),
        json_schema_extra=music_hint(PLACE, N_("Ring back tone")),
    )
    caller_priority: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=0,
        title=N_("Caller Priority"),
        description=N_("In call queues, callers of a higher priority come first."),
        json_schema_extra={"control": "number", "section": PLACE},
    )
    taken_over_by: Members = Field(
        default_factory=list,
        title=N_("Allowed to Seamless Transfer"),
        description=N_(
            "Extensions that may go on with calls by this route by a code, unnoticed, whoever has"
            " answered them."
        ),
        json_schema_extra=extensions_hint(PLACE),
    )
    did_strip: Strip = Field(
        default=0, title=N_("Strip"), json_schema_extra={"control": "number", "section": DID}
    )
    did_prepend: Digits = Field(
        default="", title=N_("Prepend"), json_schema_extra={"control": "text", "section": DID}
    )
    did_kinds: list[DidKind] = Field(
        default_factory=_extensions_alone,
        title=N_("DID Destination"),
        description=N_("What may be reached where the destination is By DID."),
        json_schema_extra=kinds_that_may_be(DID, DID_KINDS, DID_KINDS),
    )

    def route(self, route_id: str) -> InboundRoute:
        """As the PBX knows it."""
        return InboundRoute(
            route_id,
            self.name,
            tuple(self.trunks),
            self.destination.place,
            tuple(patterns_of(self.dids)),
            tuple(patterns_of(self.callers)),
            tuple(Timed(each.window, each.destination.place) for each in self.timed),
            tuple(each.destinations for each in self.modes),
            own_mode=self.own_mode if self.mode_suffix else None,
            mode_suffix=self.mode_suffix,
            number_set=self.number_set,
            name_set=self.name_set,
            trunk_name_first=self.trunk_name_first,
            name_first=self.name_first,
            did_strip=self.did_strip,
            did_prepend=self.did_prepend,
            did_kinds=tuple(self.did_kinds),
            permission=self.permission,
            fax_detection=self.fax_detection,
            fax_place=self.fax_destination.place,
            auto_answer=self.auto_answer,
            detection_timeout_s=self.detection_timeout_s,
            prompt=self.prompt,
            collect_calls_blocked=self.block_collect_calls,
            enabled=not self.disabled,
            recorded=self.auto_record,
            alert_info=self.alert_info,
            music=self.ring_back,
            blocked=tuple(patterns_of(self.blocked)),
            priority=self.caller_priority,
            taken_over_by=tuple(self.taken_over_by),
        )

    def uses(self) -> set[str]:
        """The trunks it names."""
        return set(self.trunks)

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found = {"destination.value": missing_value(self.destination)}
        if self.fax_detection:
            found["fax_destination.value"] = missing_value(self.fax_destination)
        for at, timed in enumerate(self.timed):
            found[f"timed.{at}.destination.value"] = missing_value(timed.destination)
        for at, mode in enumerate(self.modes):
            found[f"modes.{at}.destination.value"] = missing_value(mode.destination)
            if mode.mode in {each.mode for each in self.modes[:at]}:
                found[f"modes.{at}.mode"] = N_("This mode is there twice.")
        return {name: problem for name, problem in found.items() if problem is not None}
