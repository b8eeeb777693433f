"""What visitors and agents see of each other while they chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from engage.errors import N_
from engage.hub.model import USUAL_MANNERS, Manners
from engage.people.fields import Line

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWING = N_("Agents and visitors")
ALIAS = N_("Support")


class ShowingOptions(BaseModel):
    """Fields of the live chat form.

    Chats that are open keep what they began with, but for avatars: these are the page's, not the
    chat's.
    """

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
    agent_alias: Line = Field(
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
        anybody = translate(ALIAS)
        return Manners(
            names="first" if self.agent_display == "first_name" else "full",
            alias=(self.agent_alias or anybody) if self.agent_display == "alias" else "",
            nameless=anybody if self.agent_display == "first_name" else USUAL_MANNERS.nameless,
            typing=self.typing_indicator,
            read_marks=self.read_state,
        )
