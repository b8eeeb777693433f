"""What else a live chat asks its visitors for, besides name, address and number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engage.errors import N_, EngageError, Refused
from engage.hub.model import clean_text

if TYPE_CHECKING:
    from pydantic.config import JsonDict

TEXT, SELECT, CHECKBOX = "text", "select", "checkbox"
MOST_FIELDS, MOST_CHOICES, LABEL_LIMIT = 5, 20, 64

BAD_LABEL = N_("Please use 1 to 64 characters, and none that cannot be shown.")
TWICE = N_("Two fields have the same label.")
NO_CHOICES = N_("Please name what there is to choose from.")

Label = Annotated[str, Field(max_length=LABEL_LIMIT)]
_ASKED: JsonDict = {"field": "require_visitor_info", "is": True}


class CustomField(BaseModel):
    """One more field of the visitor's form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Label = Field(title=N_("Label"))
    kind: Literal["text", "select", "checkbox"] = Field(
        default="text",
        title=N_("Type"),
        json_schema_extra={
            "control": "select",
            "labels": {"text": N_("Text"), "select": N_("List"), "checkbox": N_("Checkbox")},
        },
    )
    choices: Annotated[tuple[Label, ...], Field(max_length=MOST_CHOICES)] = Field(
        default=(),
        title=N_("Choices"),
        json_schema_extra={"control": "labels", "when": {"field": "kind", "is": SELECT}},
    )
    required: bool = Field(default=False, title=N_("Required"))

    @field_validator("label")
    @classmethod
    def _label(cls, value: str) -> str:
        return _readable(value)

    @field_validator("choices")
    @classmethod
    def _choices(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_readable(each) for each in values))


class CustomFieldOptions(BaseModel):
    """Fields of the live chat form."""

    custom_fields: tuple[CustomField, ...] = Field(
        default=(),
        title=N_("Custom fields"),
        description=N_("What else visitors are asked for; agents see it beside the chat."),
        max_length=MOST_FIELDS,
        json_schema_extra={"section": N_("Visitor's form"), "when": _ASKED},
    )

    @field_validator("custom_fields")
    @classmethod
    def _distinct(cls, values: tuple[CustomField, ...]) -> tuple[CustomField, ...]:
        labels = [each.label.casefold() for each in values]
        if len(set(labels)) < len(labels):
            raise Refused(TWICE)
        if any(each.kind == SELECT and not each.choices for each in values):
            raise Refused(NO_CHOICES)
        return values


@dataclass(frozen=True, slots=True)
class Answer:
    """What a visitor said; the label is the one they read, the kind is the field's then."""

    label: str
    value: str
    kind: str = TEXT


def _readable(value: str) -> str:
    try:
        return clean_text(" ".join(value.split()), limit=LABEL_LIMIT)
    except EngageError as refused:
        raise Refused(BAD_LABEL) from refused
