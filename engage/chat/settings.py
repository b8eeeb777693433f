"""What an administrator decides about chats between colleagues."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_

DAY_MIN = 24 * 60


class ChatSettings(BaseModel):
    """How long messages can be taken back, and who opens groups."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow_group_chats: bool = Field(
        True,
        title=N_("Allow Group Chats"),
        description=N_("When off, no new group chats are made; those that exist go on."),
        json_schema_extra={"control": "switch", "section": N_("Chats")},
    )
    edit_within_min: int = Field(
        DAY_MIN,
        ge=0,
        le=365 * DAY_MIN,
        title=N_("Edit Messages Within"),
        description=N_("How long people can edit what they wrote; 0: not at all."),
        json_schema_extra={"control": "number", "unit": N_("minutes"), "section": N_("Chats")},
    )
    delete_within_min: int = Field(
        DAY_MIN,
        ge=0,
        le=365 * DAY_MIN,
        title=N_("Delete Messages Within"),
        description=N_("How long people can delete what they wrote, for everybody; 0: not at all."),
        json_schema_extra={"control": "number", "unit": N_("minutes"), "section": N_("Chats")},
    )
