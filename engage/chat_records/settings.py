"""What is set about records of live chats."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engage.errors import N_

SECTION = "livechat_records"


class RecordSettings(BaseModel):
    """Who may keep what was said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chairman_export: bool = Field(
        default=False,
        title=N_("Chairmen may export"),
        description=N_(
            "Queue chairmen read all chats of their queues; with this they may also download them."
        ),
    )
