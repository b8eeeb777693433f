"""A menu (IVR) as an administrator fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from engage.dialplan.fields import (
    Destination,
    Ident,
    Name,
    Number,
    Patterns,
    When,
    Word,
    kinds_that_may_be,
    missing_value,
)
from engage.dialplan.model import NumberedForm
from engage.errors import N_
from engage.partial_body import Body
from engage.people.permissions import PERMISSION_WORDS, Permission
from pbxcore.apps.ivr import Ivr, MenuKey
from pbxcore.dialplan.patterns import patterns_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic.config import JsonDict

IVR, PROMPTS, DIALLING, KEYS = N_("IVR"), N_("Prompts"), N_("Dialling"), N_("Key Events")
PROMPT_CHOICES = "/v1/choices/custom-prompts"
MOST_KEYS = 60
MOST_PROMPTS = 5

DialKind = Literal[
    "extension",
    "queue",
    "ring_group",
    "voicemail_group",
    "ivr",
    "directory",
    "conference",
    "page",
    "fax",
    "external",
]
DIAL_KINDS: JsonDict = {
    "extension": N_("Extensions"),
    "queue": N_("Call Queues"),
    "ring_group": N_("Ring Groups"),
    "voicemail_group": N_("Voicemail Groups"),
    "ivr": N_("IVRs"),
    "directory": N_("Dial by Name"),
    "conference": N_("Conference Rooms"),
    "page": N_("Paging/Intercom Groups"),
    "fax": N_("Fax Extensions"),
    "external": N_("External Numbers"),
}
Prompt = Annotated[str, StringConstraints(max_length=64)]
Loops = Annotated[int, Field(ge=0, le=10)]


def _loops(section: str, title: str) -> Loops:
    hints: JsonDict = {"control": "number", "section": section}
    loops: Loops = Field(default=3, title=title, json_schema_extra=hints)
    return loops


def _prompt(title: str) -> Prompt:
    hints: JsonDict = {
        "control": "select",
        "section": PROMPTS,
        "choices": PROMPT_CHOICES,
        "placeholder": N_("Built-in"),
    }
    prompt: Prompt = Field(default="", title=title, json_schema_extra=hints)
    return prompt


def _hang_up(title: str) -> Destination:
    hints: JsonDict = {"control": "group", "section": KEYS}
    place: Destination = Field(
        default=Destination(kind="hang_up"), title=title, json_schema_extra=hints
    )
    return place


class Key(Body):
    """A key of a telephone."""

    key: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"] = Field(
        default="1", title=N_("Key"), json_schema_extra={"control": "select"}
    )


class KeyEvent(When, Key):
    """Where a key leads while a time condition holds."""

    destination: Destination = Field(
        default=Destination(), title=N_("Destination"), json_schema_extra={"control": "group"}
    )


class IvrForm(NumberedForm):
    """A menu that callers walk through with keys."""

    name: Name = Field(title=N_("Name"), json_schema_extra={"section": IVR})
    number: Number = Field(
        title=N_("Extension"),
        description=N_("The number that is called; 7000 to 7100 are usual."),
        json_schema_extra={"control": "text", "section": IVR},
    )
    language: Annotated[str, StringConstraints(max_length=35)] = Field(
        default="",
        title=N_("Language"),
        description=N_("What the built-in prompts are spoken in."),
        json_schema_extra={
            "control": "language",
            "section": IVR,
            "placeholder": N_("As the caller's extension has it"),
        },
    )
    alert_info: Word = Field(
        default="",
        title=N_("Alert-Info"),
        description=N_("Told to the phones that ring, which may ring otherwise then."),
        json_schema_extra={"control": "text", "section": IVR},
    )
    replace_display_name: bool = Field(
        default=False,
        title=N_("Replace Display Name"),
        description=N_("Phones that ring show the name of the IVR in place of the caller's."),
        json_schema_extra={"control": "switch", "section": IVR},
    )
    return_to_menu: bool = Field(
        default=False,
        title=N_("Return to IVR Menu"),
        description=N_("Whoever reaches nobody hears the menu again."),
        json_schema_extra={"control": "switch", "section": IVR},
    )
    auto_record: bool = Field(
        default=False,
        title=N_("Auto Record"),
        description=N_("Talks to which callers come from here are recorded."),
        json_schema_extra={"control": "switch", "section": IVR},
    )
    prompts: Annotated[list[Ident], Field(max_length=MOST_PROMPTS)] = Field(
        default_factory=list,
        title=N_("Prompts"),
        description=N_("In this order. Without any, the built-in welcome."),
        json_schema_extra={
            "control": "multiselect",
            "section": PROMPTS,
            "choices": PROMPT_CHOICES,
        },
    )
    digit_timeout_s: Annotated[int, Field(ge=1, le=60)] = Field(
        default=3,
        title=N_("Digit Timeout"),
        description=N_("How long more keys may take to come."),
        json_schema_extra={"control": "number", "section": PROMPTS, "unit": N_("seconds")},
    )
    response_timeout_s: Annotated[int, Field(ge=1, le=180)] = Field(
        default=10,
        title=N_("Response Timeout"),
        description=N_("How long the first key may take to come after the prompts."),
        json_schema_extra={"control": "number", "section": PROMPTS, "unit": N_("seconds")},
    )
    timeout_prompt: Prompt = _prompt(N_("Response Timeout Prompt"))
    timeout_loops: Loops = _loops(PROMPTS, N_("Response Timeout Prompt Repeats"))
    invalid_prompt: Prompt = _prompt(N_("Invalid Input Prompt"))
    invalid_loops: Loops = _loops(PROMPTS, N_("Invalid Input Prompt Repeats"))
    dials: list[DialKind] = Field(
        default_factory=list,
        title=N_("Dial Other Numbers"),
        description=N_("External numbers cost money: everybody who calls in can dial them."),
        json_schema_extra=kinds_that_may_be(DIALLING, DIAL_KINDS, DIAL_KINDS),
    )
    permission: Permission = Field(
        default="internal",
        title=N_("Privilege Level"),
        description=N_("How far calls may go that leave by a trunk."),
        json_schema_extra={"control": "select", "section": DIALLING, "labels": PERMISSION_WORDS},
    )
    listing: Literal["", "only", "never"] = Field(
        default="",
        title=N_("Black/White List"),
        json_schema_extra={
            "control": "select",
            "section": DIALLING,
            "labels": {
                "": N_("All Numbers"),
                "only": N_("Only these numbers"),
                "never": N_("All but these numbers"),
            },
        },
    )
    listed: Annotated[list[Ident], Field(max_length=1000)] = Field(
        default_factory=list,
        title=N_("Listed Extensions"),
        description=N_("None chosen: any extension."),
        json_schema_extra={
            "control": "multiselect",
            "section": DIALLING,
            "choices": "/v1/choices/extensions",
            "choice_value": "number",
            "when": {"field": "listing", "is": ["only", "never"]},
        },
    )
    listed_outside: Patterns = Field(
        default="",
        title=N_("Listed External Numbers"),
        description=N_(
            "Numbers outside as callers dial them, one pattern in each line. Left empty: any number"
            " outside."
        ),
        json_schema_extra={
            "control": "textarea",
            "section": DIALLING,
            "when": {"field": "listing", "is": ["only", "never"]},
        },
    )
    keys: Annotated[list[KeyEvent], Field(max_length=MOST_KEYS)] = Field(
        default_factory=list,
        title=N_("Keys"),
        description=N_("Of several rows with one key, the first whose time condition is true."),
        json_schema_extra={"control": "rows", "section": KEYS},
    )
    timeout_destination: Destination = _hang_up(N_("Timeout"))
    invalid_destination: Destination = _hang_up(N_("Invalid"))

    def ivr(self, path_of: Callable[[str], str]) -> Ivr:
        """As the PBX knows it; `path_of` finds the sound of a prompt."""
        return Ivr(
            self.number,
            self.name,
            self.language,
            tuple(filter(None, map(path_of, self.prompts))),
            float(self.digit_timeout_s),
            float(self.response_timeout_s),
            path_of(self.timeout_prompt),
            self.timeout_loops,
            path_of(self.invalid_prompt),
            self.invalid_loops,
            tuple(MenuKey(each.key, each.destination.place, each.window) for each in self.keys),
            self.timeout_destination.place,
            self.invalid_destination.place,
            tuple(self.dials),
            self.permission,
            self.listing,
            frozenset(self.listed),
            self.replace_display_name,
            self.return_to_menu,
            self.alert_info,
            self.auto_record,
            tuple(patterns_of(self.listed_outside)),
        )

    def needs(self) -> set[str]:
        """The prompts that it plays."""
        return {*self.prompts, self.timeout_prompt, self.invalid_prompt} - {""}

    def destinations(self) -> dict[str, Destination]:
        """Where it leads, by field."""
        return {
            "timeout_destination": self.timeout_destination,
            "invalid_destination": self.invalid_destination,
            **{f"keys.{at}.destination": each.destination for at, each in enumerate(self.keys)},
        }

    def problems(self) -> dict[str, str]:
        """What does not fit together, by field."""
        found: dict[str, str | None] = {}
        for name, place in self.destinations().items():
            found[f"{name}.value"] = missing_value(place)
            if place.kind == "by_did":
                found[f"{name}.kind"] = N_("This is none of the choices.")
        if self.listing and not self.listed and not patterns_of(self.listed_outside):
            found["listed"] = N_("Choose at least one.")
        return {name: problem for name, problem in found.items() if problem is not None}
