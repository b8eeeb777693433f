"""The plan of numbers: which kind of object has which range, unless nobody checks."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engage.errors import N_
from engage.people import policy

EXTENSION_RANGE = N_("Extensions have numbers from %(extensions_from)d to %(extensions_to)d.")
QUEUE_RANGE = N_("Call queues have numbers from %(queues_from)d to %(queues_to)d.")
EXTENSIONS, QUEUES = N_("Extensions"), N_("Call Queues")
LOWEST, HIGHEST = 10, 999_999_999_999_999  # what a browser counts exactly


class NumberRanges(BaseModel):
    """Which numbers new objects may have; those that exist are never moved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check_ranges: bool = Field(
        default=True,
        title=N_("Check Number Ranges"),
        description=N_("New objects with a number outside their range are refused."),
        json_schema_extra={"control": "switch"},
    )
    extensions_from: int = Field(
        default=1000, ge=LOWEST, le=HIGHEST, title=N_("First Extension"),
        json_schema_extra={"control": "number", "section": EXTENSIONS},
    )  # fmt: skip
    extensions_to: int = Field(
        default=6299, ge=LOWEST, le=HIGHEST, title=N_("Last Extension"),
        json_schema_extra={"control": "number", "section": EXTENSIONS},
    )  # fmt: skip
    queues_from: int = Field(
        default=6500, ge=LOWEST, le=HIGHEST, title=N_("First Call Queue"),
        json_schema_extra={"control": "number", "section": QUEUES},
    )  # fmt: skip
    queues_to: int = Field(
        default=6599, ge=LOWEST, le=HIGHEST, title=N_("Last Call Queue"),
        json_schema_extra={"control": "number", "section": QUEUES},
    )  # fmt: skip

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.extensions_from > self.extensions_to or self.queues_from > self.queues_to:
            raise ValueError("a range ends before it begins")
        return self

    def extension_problem(self, number: str) -> str | None:
        """Why no new extension may have this number; the message's places are `spans`."""
        within = self.extensions_from, self.extensions_to
        return policy.number_problem(number) or self._problem(number, within, EXTENSION_RANGE)

    def queue_problem(self, number: str) -> str | None:
        """Why no new queue may have this number."""
        within = self.queues_from, self.queues_to
        return policy.number_problem(number) or self._problem(number, within, QUEUE_RANGE)

    @property
    def spans(self) -> dict[str, int]:
        """Each range's ends, for the messages."""
        return self.model_dump(exclude={"check_ranges"})

    def _problem(self, number: str, within: tuple[int, int], problem: str) -> str | None:
        low, high = within
        fits = number[0] != "0" and low <= int(number) <= high
        return problem if self.check_ranges and not fits else None
