"""What visitors and agents see of each other while they chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, Field

from engage.errors import N_
from engage.hub.model import Manners

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWING = N_("Agents and visitors")
ALIAS = N_("Support")


class ShowingOptions(BaseModel):
    """Fields of the live chat form; chats that are open keep what they began with."""

    agent_display: Literal["display_name", "first_name", "alias"] = Field(
        default="display_name",
        title=N_("Agent display"),
        description=N_("What visitors read of whoever answers them, in the chat and in mails."),
        json_schema_extra={
            "control": "select",
            "section": SHOWING,
            "labels": {
                "display_name": N_("Display name"),
                "first_name": N_("First name"),
                "alias": N_("Alias"),
            },
        },
    )
    agent_alias: Annotated[str, Field(max_length=64)] = Field(
        default="",
        title=N_("Alias"),
        description=N_("Left empty, “Support” in the visitor's language."),
        json_schema_extra={
            "section": SHOWING,
            "placeholder": ALIAS,
            "when": {"field": "agent_display", "is": "alias"},
        },
    )
    agent_avatar: bool = Field(
        default=False,
        title=N_("Show avatars"),
        description=N_("The initials of that name in a circle, beside what the agent writes."),
        json_schema_extra={"section": SHOWING},
    )
    typing_indicator: bool = Field(
        default=True,
        title=N_("Show typing indicator"),
        description=N_("Visitors and agents see when the other is writing."),
        json_schema_extra={"section": SHOWING},
    )
    read_state: bool = Field(
        default=True,
        title=N_("Show read state"),
        description=N_("Agents see how far the visitor has read."),
        json_schema_extra={"section": SHOWING},
    )

    def manners(self, translate: Callable[[str], str]) -> Manners:
        """What a chat that begins now keeps to; `translate` into the visitor's language."""
        alias = (self.agent_alias.strip() or translate(ALIAS)) * (self.agent_display == "alias")
        return Manners(
            names="first" if self.agent_display == "first_name" else "full",
            alias=alias,
            typing=self.typing_indicator,
            read_marks=self.read_state,
        )
