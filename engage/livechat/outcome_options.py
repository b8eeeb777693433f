"""What an administrator lets agents say of a chat when they end it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engage.errors import N_, EngageError, Refused
from engage.hub.model import clean_text

ENDING = N_("End of a chat")
LABEL_LIMIT, MOST_LABELS = 40, 50
BAD_LABEL = N_("Please use at most 40 characters for each, and none that cannot be shown.")

Labels = Annotated[tuple[str, ...], Field(max_length=MOST_LABELS)]


class OutcomeOptions(BaseModel):
    """The part of a live chat's form that is about the end of a chat."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dispositions: Labels = Field(
        default=(),
        title=N_("Dispositions"),
        description=N_("What can come of a chat; agents choose one when they end it."),
        json_schema_extra={"control": "labels", "section": ENDING},
    )
    require_disposition: bool = Field(
        default=False,
        title=N_("Require Disposition"),
        description=N_("Agents cannot end a chat without one."),
        json_schema_extra={"section": ENDING},
    )
    tags: Labels = Field(
        default=(),
        title=N_("Tags"),
        description=N_("Words by which chats are found again; agents put any number on a chat."),
        json_schema_extra={"control": "labels", "section": ENDING},
    )

    @field_validator("dispositions", "tags")
    @classmethod
    def _clean(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """Each once, whatever its case; the first spelling stays."""
        found: dict[str, str] = {}
        for value in values:
            flat = " ".join(value.split())
            if not flat:
                continue
            try:
                label = clean_text(flat, limit=LABEL_LIMIT)
            except EngageError as refused:
                raise Refused(BAD_LABEL) from refused
            found.setdefault(label.casefold(), label)
        return tuple(found.values())

    def asks_for_disposition(self) -> bool:
        """Whether a chat cannot be ended without saying what came of it."""
        return self.require_disposition and bool(self.dispositions)
