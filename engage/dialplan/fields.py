"""What the forms of routes are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import AfterValidator, Field, StringConstraints

from engage.errors import N_, Refused
from engage.partial_body import Body
from engage.people import policy
from engage.people.destination_kinds import lists, words
from engage.system.time_settings import CONDITION_WORDS, ConditionCode, Hours
from pbxcore.dialplan.patterns import BadPattern, parse, patterns_of
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.window import Window
from pbxcore.faxes.library import installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic.config import JsonDict

    HintOfSchema = Callable[[JsonDict], None]

LONGEST_PATTERNS = 4000
MOST_PATTERNS = 200


def _patterns(text: str) -> str:
    if len(patterns_of(text)) > MOST_PATTERNS:
        raise Refused(N_("Use at most 200 patterns."))
    return read_patterns(text)


def read_patterns(text: str) -> str:
    """A text that has a pattern in each line.

    Raises:
        Refused: one means nothing.
    """
    lines = patterns_of(text)
    try:
        for each in lines:
            parse(each)
    except BadPattern:
        raise Refused(
            N_("Write one pattern in each line, such as _9XXX. for numbers or 911 for one number.")
        ) from None
    return text


def _needed(text: str) -> str:
    if not patterns_of(text):
        raise Refused(N_("This field is required."))
    return text


Name = policy.Name
Word = Annotated[str, StringConstraints(max_length=128), AfterValidator(policy.line)]
Patterns = Annotated[str, StringConstraints(max_length=LONGEST_PATTERNS), AfterValidator(_patterns)]
SomePatterns = Annotated[Patterns, AfterValidator(_needed)]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+_*#]*$", max_length=20)]
Strip = Annotated[int, Field(ge=0, le=32)]
Ident = policy.Name
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,18}$")]
Members = Annotated[list[Ident], Field(max_length=500)]
MemberGroups = Annotated[list[Ident], Field(max_length=100)]

Kind = Literal[
    "extension",
    "voicemail",
    "queue",
    "ring_group",
    "voicemail_group",
    "ivr",
    "conference",
    "page",
    "announcement",
    "directory",
    "disa",
    "fax",
    "callback",
    "prompt",
    "external",
    "by_did",
    "hang_up",
]
KINDS = words(get_args(Kind))
NO_VALUE = frozenset({"by_did", "hang_up"})
CHOICES = lists(get_args(Kind))
"""Where a destination of a kind is chosen from."""
DidKind = Literal[
    "extension",
    "queue",
    "ring_group",
    "voicemail_group",
    "ivr",
    "conference",
    "page",
    "directory",
    "fax",
    "external",
]
DID_KINDS: JsonDict = {each: KINDS[each] for each in get_args(DidKind)}


def kinds_that_may_be(section: str, kinds: Iterable[str], labels: JsonDict) -> HintOfSchema:
    """How several kinds are chosen; one of which this server can have none is not offered."""

    def draw(schema: JsonDict) -> None:
        schema |= {"control": "checkboxes", "section": section, "labels": labels}
        there: JsonDict = {"enum": [each for each in kinds if each != "fax" or installed()]}
        schema["items"] = there | {"type": "string"}

    return draw


def _kinds_there(schema: JsonDict) -> None:
    """A kind of which this server can have none is not offered."""
    schema["control"], schema["labels"] = "select", KINDS
    schema["enum"] = [each for each in get_args(Kind) if each != "fax" or installed()]


class Destination(Body):
    """Where a call goes."""

    kind: Kind = Field(
        default="extension",
        title=N_("Destination"),
        json_schema_extra=_kinds_there,
    )
    value: Word = Field(
        default="",
        title=N_("Number"),
        description=N_("Of the extension or group, or outside."),
        json_schema_extra={
            "control": "text",
            "choices_by": {"field": "kind", "lists": CHOICES},
            "when": {"field": "kind", "is": [each for each in KINDS if each not in NO_VALUE]},
        },
    )

    @property
    def place(self) -> Place:
        """As the PBX knows it."""
        return Place(self.kind, "" if self.kind in NO_VALUE else self.value)


class When(Body):
    """A time condition, and the hours of its own."""

    condition: ConditionCode = Field(
        default=0,
        title=N_("Time Condition"),
        json_schema_extra={"control": "select", "labels": CONDITION_WORDS},
    )
    hours: list[Hours] = Field(
        default_factory=list,
        max_length=20,
        title=N_("Specific Time"),
        json_schema_extra={
            "control": "rows",
            "when": {"field": "condition", "is": [1, 2, 5, 6, 8]},
        },
    )

    @property
    def window(self) -> Window:
        """As the PBX knows it."""
        return Window(self.condition, tuple(each.row() for each in self.hours))


def missing_value(destination: Destination) -> str | None:
    """Why a destination leads nowhere."""
    if destination.kind in NO_VALUE or destination.value:
        return None
    return N_("This field is required.")
