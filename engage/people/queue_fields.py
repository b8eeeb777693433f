"""What the forms of call queues are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints

from engage.errors import N_
from engage.partial_body import Body
from engage.people.destination_kinds import lists, words

if TYPE_CHECKING:
    from pydantic.config import JsonDict

QUEUE = N_("Call Queue")
RINGING, WAITING, SAID = N_("Ringing Agents"), N_("Waiting"), N_("Announcements")
EMPTY, CALLBACK, DUTY = N_("When nobody is there"), N_("Virtual Queue"), N_("Login and Rights")
LEVELS, MISSES, ORDER = N_("Levels and Skills"), N_("Missed Calls"), N_("Callers First Served")
COUNTERS = N_("Counters")
LONGEST_S = 86_400
SECONDS = N_("seconds")

Kind = Literal[
    "prompt",
    "extension",
    "voicemail",
    "queue",
    "ring_group",
    "voicemail_group",
    "ivr",
    "announcement",
    "directory",
    "external",
    "hang_up",
]
KINDS: JsonDict = words(get_args(Kind)) | {"prompt": N_("Say why, and hang up")}
NO_VALUE = frozenset({"prompt", "hang_up"})

Seconds = Annotated[int, Field(ge=0, le=LONGEST_S)]
Target = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+*#_.-]*$", max_length=64)]
PromptId = Annotated[str, StringConstraints(max_length=128)]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]*$", max_length=18)]
Numbers = Annotated[list[Annotated[str, StringConstraints(max_length=18)]], Field(max_length=100)]


class QueueDestination(Body):
    """Where callers go whom no agent serves."""

    kind: Kind = Field(
        default="hang_up",
        title=N_("Destination"),
        json_schema_extra={"control": "select", "labels": KINDS},
    )
    value: Target = Field(
        default="",
        title=N_("Number"),
        json_schema_extra={
            "control": "text",
            "choices_by": {
                "field": "kind",
                "lists": lists(each for each in KINDS if each not in NO_VALUE),
            },
            "when": {"field": "kind", "is": [each for each in KINDS if each not in NO_VALUE]},
        },
    )


HANG_UP = QueueDestination()
SAY_WHY = QueueDestination(kind="prompt")


def prompt(title: str, section: str, text: str = "", **more: Any) -> Any:
    """A field that chooses one of the custom prompts."""
    hints: JsonDict = {
        "control": "select",
        "section": section,
        "choices": "/v1/choices/custom-prompts",
        **more,
    }
    return Field(default="", title=title, description=text or None, json_schema_extra=hints)


def switch(title: str, section: str, text: str = "", *, on: bool = False, **more: Any) -> Any:
    """A field that is on or off."""
    hints: JsonDict = {"control": "switch", "section": section, **more}
    return Field(default=on, title=title, description=text or None, json_schema_extra=hints)


def number(title: str, section: str, usual: int, text: str = "", **more: Any) -> Any:
    """A field for a whole number."""
    hints: JsonDict = {"control": "number", "section": section, **more}
    return Field(default=usual, title=title, description=text or None, json_schema_extra=hints)


def rows(title: str, section: str, text: str = "") -> Any:
    """A field of rows; none at first."""
    hints: JsonDict = {"control": "rows", "section": section}
    return Field(
        default_factory=list, title=title, description=text or None, json_schema_extra=hints
    )
