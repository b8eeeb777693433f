"""The plan of numbers: which kind of object has which range, unless nobody checks."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engage.errors import N_, Refused
from engage.people import policy

LOWEST, HIGHEST = 10, 999_999_999_999_999  # what a browser counts exactly

Span = Literal[
    "extensions",
    "rooms",
    "ring_groups",
    "queues",
    "voicemail_groups",
    "parking",
    "ivrs",
    "directories",
    "faxes",
]
"""A range: of each there are the fields `<span>_from` and `<span>_to`."""

OUTSIDE: Final[dict[Span, str]] = {
    "extensions": N_("Extensions have numbers from %(extensions_from)d to %(extensions_to)d."),
    "rooms": N_("Conference rooms have numbers from %(rooms_from)d to %(rooms_to)d."),
    "ring_groups": N_("Ring groups have numbers from %(ring_groups_from)d to %(ring_groups_to)d."),
    "queues": N_("Call queues have numbers from %(queues_from)d to %(queues_to)d."),
    "voicemail_groups": N_(
        "Voicemail groups have numbers from %(voicemail_groups_from)d to %(voicemail_groups_to)d."
    ),
    "parking": N_(
        "Parking lots and their slots have numbers from %(parking_from)d to %(parking_to)d."
    ),
    "ivrs": N_("IVRs have numbers from %(ivrs_from)d to %(ivrs_to)d."),
    "directories": N_(
        "Name directories have numbers from %(directories_from)d to %(directories_to)d."
    ),
    "faxes": N_("Fax extensions have numbers from %(faxes_from)d to %(faxes_to)d."),
}
"""What is said of a number outside its range; the places are `spans`."""
FIRST, LAST = N_("First Number"), N_("Last Number")

End = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]


def _end(number: int, title: str, section: str) -> Any:
    return Field(
        default=number, title=title, json_schema_extra={"control": "number", "section": section}
    )


class NumberRanges(BaseModel):
    """Which numbers new objects may have; those that exist are never moved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check_ranges: bool = Field(
        default=True,
        title=N_("Check Number Ranges"),
        description=N_("New objects with a number outside their range are refused."),
        json_schema_extra={"control": "switch"},
    )
    extensions_from: End = _end(1000, FIRST, N_("Extensions"))
    extensions_to: End = _end(6299, LAST, N_("Extensions"))
    rooms_from: End = _end(6300, FIRST, N_("Conference Rooms"))
    rooms_to: End = _end(6399, LAST, N_("Conference Rooms"))
    ring_groups_from: End = _end(6400, FIRST, N_("Ring Groups"))
    ring_groups_to: End = _end(6499, LAST, N_("Ring Groups"))
    queues_from: End = _end(6500, FIRST, N_("Call Queues"))
    queues_to: End = _end(6599, LAST, N_("Call Queues"))
    voicemail_groups_from: End = _end(6600, FIRST, N_("Voicemail Groups"))
    voicemail_groups_to: End = _end(6699, LAST, N_("Voicemail Groups"))
    parking_from: End = _end(700, FIRST, N_("Parking Lots"))
    parking_to: End = _end(799, LAST, N_("Parking Lots"))
    ivrs_from: End = _end(7000, FIRST, N_("IVR"))
    ivrs_to: End = _end(7100, LAST, N_("IVR"))
    directories_from: End = _end(7101, FIRST, N_("Dial by Name"))
    directories_to: End = _end(7199, LAST, N_("Dial by Name"))
    faxes_from: End = _end(7200, FIRST, N_("Fax Extensions"))
    faxes_to: End = _end(8200, LAST, N_("Fax Extensions"))

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if any(first > last for first, last in map(self._ends, OUTSIDE)):
            raise Refused(N_("A range ends before it begins."))
        return self

    def problem(self, span: Span, number: str) -> str | None:
        """Why nothing new of that range may have a number; the message's places are `spans`."""
        if (wrong := policy.number_problem(number)) is not None:
            return wrong
        first, last = self._ends(span)
        fits = number[0] != "0" and first <= int(number) <= last
        return OUTSIDE[span] if self.check_ranges and not fits else None

    @property
    def spans(self) -> dict[str, int]:
        """Each range's ends, for the messages."""
        return self.model_dump(exclude={"check_ranges"})

    def _ends(self, span: Span) -> tuple[int, int]:
        return getattr(self, f"{span}_from"), getattr(self, f"{span}_to")
