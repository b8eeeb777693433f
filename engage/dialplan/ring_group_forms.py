"""A ring group as an administrator fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from engage.dialplan.fields import Destination, Ident, Word, missing_value
from engage.dialplan.model import NumberedForm
from engage.dialplan.music_classes import MusicChoice, music_hint
from engage.errors import N_
from engage.form_hints import extensions_hint, groups_hint
from pbxcore.dialplan.plan import RingGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GROUP, RINGING = N_("Ring Group"), N_("Ringing")


class RingGroupForm(NumberedForm):
    """Extensions that ring for one number."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(
        title=N_("Ring Group Name"), json_schema_extra={"section": GROUP}
    )
    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{2,18}$")] = Field(
        title=N_("Extension"),
        description=N_("The number that is called; 6400 to 6499 are usual."),
        json_schema_extra={"control": "text", "section": GROUP},
    )
    members: Annotated[list[Ident], Field(max_length=500)] = Field(
        default_factory=list,
        title=N_("Members"),
        json_schema_extra=extensions_hint(GROUP),
    )
    member_groups: Annotated[list[Ident], Field(max_length=100)] = Field(
        default_factory=list,
        title=N_("Extension Groups"),
        description=N_("Whoever belongs to them when somebody calls."),
        json_schema_extra=groups_hint(GROUP),
    )
    strategy: Literal["in_order", "simultaneously"] = Field(
        default="in_order",
        title=N_("Ring Strategy"),
        json_schema_extra={
            "control": "select",
            "section": RINGING,
            "labels": {
                "in_order": N_("Ring in Order"),
                "simultaneously": N_("Ring Simultaneously"),
            },
        },
    )
    ring_s: Annotated[int, Field(ge=0, le=600)] = Field(
        default=30,
        title=N_("Ring Timeout on Each Member"),
        description=N_("0: until the caller gives up."),
        json_schema_extra={"control": "number", "section": RINGING, "unit": N_("seconds")},
    )
    skip_busy: bool = Field(
        default=True,
        title=N_("Skip Busy Member"),
        json_schema_extra={"control": "switch", "section": RINGING},
    )
    follow_phones: bool = Field(
        default=False,
        title=N_("Endpoint Call Forwarding Support"),
        description=N_("Where a member's phone forwards the call, it rings in its place."),
        json_schema_extra={"control": "switch", "section": RINGING},
    )
    replace_name: bool = Field(
        default=False,
        title=N_("Replace Display Name"),
        description=N_("Phones show the group's name instead of the caller's."),
        json_schema_extra={"control": "switch", "section": RINGING},
    )
    alert_info: Word = Field(
        default="",
        title=N_("Alert-Info"),
        description=N_("By which phones choose how they ring; an inbound route's goes first."),
        json_schema_extra={"control": "text", "section": RINGING},
    )
    auto_record: bool = Field(
        default=False,
        title=N_("Auto Record"),
        description=N_("Calls that a member answers for the group are recorded."),
        json_schema_extra={"control": "switch", "section": RINGING},
    )
    prompt: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("Custom Prompt"),
        description=N_("Callers hear it whole and once, before it rings."),
        json_schema_extra={
            "control": "select",
            "section": RINGING,
            "choices": "/v1/choices/custom-prompts",
            "placeholder": N_("None"),
        },
    )
    music: MusicChoice = Field(
        default="",
        title=N_("Music On Hold"),
        description=N_("Callers hear it while it rings, instead of the ring back tone."),
        json_schema_extra=music_hint(RINGING, N_("Ring back tone")),
    )
    destination: Destination = Field(
        default=Destination(kind="hang_up"),
        title=N_("Destination on No Answer"),
        json_schema_extra={"control": "group", "section": RINGING},
    )

    def group(self, members_of: Callable[[list[str]], Iterable[str]]) -> RingGroup:
        """As the PBX knows it; `members_of` tells the members of extension groups."""
        members = dict.fromkeys([*self.members, *members_of(self.member_groups)])
        return RingGroup(
            self.number,
            self.name,
            tuple(members),
            in_order=self.strategy == "in_order",
            ring_s=self.ring_s,
            skips_busy=self.skip_busy,
            otherwise=self.destination.place,
            recorded=self.auto_record,
            prompt=self.prompt,
            music=self.music,
            follows_phones=self.follow_phones,
            replaces_name=self.replace_name,
            alert_info=self.alert_info,
        )

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found = {"destination.value": missing_value(self.destination)}
        if not self.members and not self.member_groups:
            found["members"] = N_("Choose at least one member.")
        if self.destination.kind == "by_did":
            found["destination.kind"] = N_("This is none of the choices.")
        return {name: problem for name, problem in found.items() if problem is not None}
