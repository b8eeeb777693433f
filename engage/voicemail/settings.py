"""What holds for every mailbox, as an administrator sets it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engage.errors import N_
from pbxcore.voicemail.rules import VoicemailRules

SECTION = "voicemail"
MESSAGES, GREETINGS, PLAYING, MAIL = (
    N_("Messages"),
    N_("Greetings"),
    N_("Playback"),
    N_("Email"),
)


class VoicemailSettings(BaseModel):
    """How mailboxes work."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=N_("Voicemail Settings"))

    longest_s: Literal[60, 120, 300, 900, 1800, 0] = Field(
        default=900,
        title=N_("Max Message Time"),
        json_schema_extra={
            "control": "select",
            "section": MESSAGES,
            "labels": {
                "60": N_("1 minute"),
                "120": N_("2 minutes"),
                "300": N_("5 minutes"),
                "900": N_("15 minutes"),
                "1800": N_("30 minutes"),
                "0": N_("Unlimited"),
            },
        },
    )
    shortest_s: Annotated[int, Field(ge=0, le=5)] = Field(
        default=3,
        title=N_("Min Effective Message Time"),
        description=N_("What is shorter is not kept. 0: everything is."),
        json_schema_extra={"control": "number", "section": MESSAGES, "unit": N_("seconds")},
    )
    most_messages: Annotated[int, Field(ge=10, le=1000)] = Field(
        default=50,
        title=N_("Max Messages per Folder"),
        json_schema_extra={"control": "number", "section": MESSAGES},
    )
    review: bool = Field(
        default=False,
        title=N_("Allow User Review"),
        description=N_("Callers may hear their message and record it again before it is sent."),
        json_schema_extra={"control": "switch", "section": MESSAGES},
    )
    greeting_s: Annotated[int, Field(ge=5, le=600)] = Field(
        default=60,
        title=N_("Max Greeting Time"),
        json_schema_extra={"control": "number", "section": GREETINGS, "unit": N_("seconds")},
    )
    operator: Annotated[str, StringConstraints(pattern=r"^[0-9*#+]*$", max_length=18)] = Field(
        default="",
        title=N_("Operator"),
        description=N_(
            "The extension or ring group that callers reach by pressing 0. Left empty, there is"
            " none."
        ),
        json_schema_extra={"control": "text", "section": GREETINGS},
    )
    remote: bool = Field(
        default=False,
        title=N_("Voicemail Remote Access"),
        description=N_("During the greeting, the star key and the PIN open the mailbox."),
        json_schema_extra={"control": "switch", "section": GREETINGS},
    )
    says_envelope: bool = Field(
        default=True,
        title=N_("Play Envelope"),
        description=N_("Before a message: when it was left, and by whom."),
        json_schema_extra={"control": "switch", "section": PLAYING},
    )
    says_caller: bool = Field(
        default=False,
        title=N_("Announce Message Caller ID"),
        json_schema_extra={"control": "switch", "section": PLAYING},
    )
    says_length: bool = Field(
        default=False,
        title=N_("Announce Message Duration"),
        json_schema_extra={"control": "switch", "section": PLAYING},
    )
    newest_first: bool = Field(
        default=False,
        title=N_("Play Most Recent First"),
        json_schema_extra={"control": "switch", "section": PLAYING},
    )
    mail: bool = Field(
        default=True,
        title=N_("Send an Email"),
        description=N_("To who has an email address, for every message."),
        json_schema_extra={"control": "switch", "section": MAIL},
    )
    attach: bool = Field(
        default=True,
        title=N_("Attach Recordings to Email"),
        description=N_("Unless the extension says otherwise."),
        json_schema_extra={"control": "switch", "section": MAIL},
    )

    reserve: bool = Field(
        default=True,
        title=N_("Keep Message After Emailing"),
        description=N_(
            "Otherwise a message is deleted once it was sent with its recording, unless the"
            " extension says otherwise."
        ),
        json_schema_extra={"control": "switch", "section": MAIL},
    )

    @property
    def rules(self) -> VoicemailRules:
        """As the PBX knows them."""
        return VoicemailRules(**self.model_dump(exclude={"mail", "attach", "reserve"}))
