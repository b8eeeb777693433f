"""An extension's mailbox, as it is filled in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from engage.errors import N_
from engage.partial_body import Body
from engage.people.mailbox_rules import Attach

VOICEMAIL = N_("Voicemail")
Pin = Annotated[str, StringConstraints(pattern=r"^([0-9]{4,12})?$")]


class MailboxChoices(Body):
    """Whether an extension has a mailbox, who needs its PIN, what is mailed."""

    voicemail: bool = Field(
        default=True,
        title=N_("Voicemail"),
        description=N_("Takes the calls that nobody answers and that are forwarded nowhere else."),
        json_schema_extra={"control": "switch", "section": VOICEMAIL},
    )
    voicemail_asks_pin: bool = Field(
        default=True,
        title=N_("Ask Own Phones for the PIN"),
        json_schema_extra={"control": "switch", "section": VOICEMAIL},
    )
    voicemail_attach: Attach = Field(
        default="usual",
        title=N_("Attach Recordings to Email"),
        json_schema_extra={
            "control": "select",
            "section": VOICEMAIL,
            "labels": {"usual": N_("As for all"), "yes": N_("Yes"), "no": N_("No")},
        },
    )

    voicemail_reserve: Attach = Field(
        default="usual",
        title=N_("Keep Message After Emailing"),
        json_schema_extra={
            "control": "select",
            "section": VOICEMAIL,
            "labels": {"usual": N_("As for all"), "yes": N_("Yes"), "no": N_("No")},
        },
    )


class MailboxFields(MailboxChoices):
    """The same with the PIN, which is never shown."""

    voicemail_pin: Pin = Field(
        default="",
        title=N_("Voicemail PIN"),
        description=N_(
            "Four to twelve digits. Without one, the mailbox is opened by the own phones alone."
        ),
        json_schema_extra={
            "control": "password",
            "section": VOICEMAIL,
            "secret": True,
            "removable": True,
        },
    )


class MailboxChanges(Body):
    """The fields of `MailboxFields` that change."""

    voicemail: bool | None = None
    voicemail_pin: Pin | None = None
    voicemail_asks_pin: bool | None = None
    voicemail_attach: Attach | None = None
    voicemail_reserve: Attach | None = None
