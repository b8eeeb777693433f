"""Whom the installation tells of events, and of which: phones, storage, webhooks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engage.errors import N_, Refused
from engage.people.policy import email_problem

Event = Literal[
    "lost_registration",
    "emergency",
    "storage",
    "webhook",
    "trunk_status",
    "trunk_load",
    "trunk_usage",
]

SECTION = "system_events"
MOST_CONTACTS = 10
LOST, EMERGENCY = N_("SIP Lost Registration"), N_("Emergency Calls")
TRUNK_STATUS, TRUNK_LOAD = N_("SIP Trunk Status"), N_("Trunk Concurrent Calls")
TRUNK_USAGE = N_("Trunk Outbound Call Duration Usage")
STORAGE, WEBHOOKS = N_("Switching File Storage Path"), N_("Webhooks")
NO_ADDRESS = N_("Please enter valid email addresses.")


class EventSettings(BaseModel):
    """Which events are told, and to whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warning_contacts: tuple[Annotated[str, Field(max_length=254)], ...] = Field(
        default=(),
        max_length=MOST_CONTACTS,
        title=N_("Warning Contacts"),
        description=N_("At most 10 email addresses that events are sent to."),
        json_schema_extra={"control": "hosts", "placeholder": "pbx@example.com"},
    )
    lost_registration_alert: bool = Field(
        default=True,
        title=N_("Show in the Operation Log"),
        description=N_("When a phone's registration ends without the phone having signed off."),
        json_schema_extra={"control": "switch", "section": LOST},
    )
    lost_registration_mail: bool = Field(
        default=False,
        title=N_("Send an Email"),
        description=N_("To each warning contact; at most one an hour for each phone."),
        json_schema_extra={"control": "switch", "section": LOST},
    )

    trunk_status_mail: bool = Field(
        default=False,
        title=N_("Send an Email"),
        description=N_(
            "To each warning contact when a trunk cannot register or does not answer, and when it"
            " works again. Both stand in the operation log, too."
        ),
        json_schema_extra={"control": "switch", "section": TRUNK_STATUS},
    )

    trunk_load_alert: bool = Field(
        default=True,
        title=N_("Show in the Operation Log"),
        description=N_(
            "When more calls go by a trunk at once than its threshold, and when no more than that"
            " again."
        ),
        json_schema_extra={"control": "switch", "section": TRUNK_LOAD},
    )
    trunk_load_mail: bool = Field(
        default=False,
        title=N_("Send an Email"),
        description=N_("To each warning contact; at most one an hour for each trunk."),
        json_schema_extra={"control": "switch", "section": TRUNK_LOAD},
    )

    trunk_usage_alert: bool = Field(
        default=True,
        title=N_("Show in the Operation Log"),
        description=N_(
            "When calls out by a trunk have lasted longer altogether than its threshold, in its day"
            " or month."
        ),
        json_schema_extra={"control": "switch", "section": TRUNK_USAGE},
    )
    trunk_usage_mail: bool = Field(
        default=False,
        title=N_("Send an Email"),
        description=N_("To each warning contact, once in each day or month."),
        json_schema_extra={"control": "switch", "section": TRUNK_USAGE},
    )

    emergency_mail: bool = Field(
        default=True,
        title=N_("Send an Email"),
        description=N_("To each warning contact when an extension calls an emergency number."),
        json_schema_extra={"control": "switch", "section": EMERGENCY},
    )

    storage_mail: bool = Field(
        default=True,
        title=N_("Send an Email"),
        description=N_("To each warning contact when recordings go to another place than before."),
        json_schema_extra={"control": "switch", "section": STORAGE},
    )

    webhook_mail: bool = Field(
        default=True,
        title=N_("Send an Email"),
        description=N_(
            "To each warning contact when a webhook or a bot was switched off because it failed."
        ),
        json_schema_extra={"control": "switch", "section": WEBHOOKS},
    )

    @field_validator("warning_contacts")
    @classmethod
    def _addresses(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(each.strip() for each in values if each.strip()))
        if any(email_problem(each) for each in found):
            raise Refused(NO_ADDRESS)
        return found

    def told_of(self, event: Event) -> tuple[str, ...]:
        """Who gets a mail about it."""
        return self.warning_contacts if getattr(self, f"{event}_mail") else ()
