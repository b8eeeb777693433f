"""System events of phones: what an administrator is told of, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engage.errors import N_, Refused
from engage.mailing import Recipient
from engage.people.policy import email_problem
from engage.system.actor import SYSTEM, Actor
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.mailing import Mailer
    from pbxcore.journal import BindingRemoved, EmergencyCalled

SECTION = "system_events"
MOST_CONTACTS = 10
HOUR_MS = 3_600_000
MISSED = frozenset({"expired", "lost"})
LOST, EMERGENCY = N_("SIP Lost Registration"), N_("Emergency Calls")
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

    def told_of_webhooks(self) -> tuple[str, ...]:
        """Who is told that one was switched off."""
        return self.warning_contacts if self.webhook_mail else ()


class PhoneAlerts:
    """Writes events down where administrators look, in the transaction of their cause."""

    def __init__(
        self,
        mailer: Mailer,
        settings: Callable[[], EventSettings],
        name_of: Callable[[str], str | None] = lambda number: None,
        location_of: Callable[[str], str] = lambda number: "",
    ) -> None:
        """Wire it; `location_of` tells what an emergency number says of where we are."""
        self._mailer, self._settings = mailer, settings
        self._name_of, self._location_of = name_of, location_of

    async def gone(self, connection: AsyncConnection, removed: BindingRemoved, at_ms: int) -> None:
        """A phone's registration ended; one that ran out is an event."""
        if removed.cause not in MISSED:
            return
        settings = self._settings()
        if settings.lost_registration_alert:
            await note(
                connection,
                Actor(SYSTEM.who, removed.address),
                "extension.lost_registration",
                f"extension:{removed.number}",
                {
                    "address": removed.address,
                    "device": removed.user_agent,
                    "contact": removed.contact,
                    "cause": removed.cause,
                },
                at_ms=at_ms,
            )
        if settings.lost_registration_mail:
            for address in settings.warning_contacts:
                await self._mail(connection, address, removed, at_ms)

    async def emergency(
        self, connection: AsyncConnection, called: EmergencyCalled, at_ms: int
    ) -> None:
        """An extension calls an emergency service: that stands in the log, whatever is set."""
        params = {
            "extension": called.extension,
            "caller_name": self._name_of(called.extension) or "",
            "emergency": called.name,
            "number": called.number,
            "location": called.location or self._location_of(called.number),
        }
        subject = f"extension:{called.extension}"
        await note(
            connection, SYSTEM, "extension.emergency_call", subject, dict(params), at_ms=at_ms
        )
        settings = self._settings()
        for address in settings.warning_contacts if settings.emergency_mail else ():
            await self._mailer.post(
                connection,
                "emergency_call",
                to=Recipient(address),
                params=params | {"called_at": at_ms},
                dedupe_key=f"emergency_call:{address}:{called.call}",
            )

    async def storage(
        self, connection: AsyncConnection, old: str, new: str, reason: str, at_ms: int
    ) -> None:
        """Recordings go to another place."""
        settings = self._settings()
        for address in settings.warning_contacts if settings.storage_mail else ():
            await self._mailer.post(
                connection,
                "storage_switched",
                to=Recipient(address),
                params={"old": old, "new": new, "reason": reason, "switched_at": at_ms},
                dedupe_key=f"storage_switched:{address}:{at_ms}",
            )

    async def _mail(
        self, connection: AsyncConnection, address: str, removed: BindingRemoved, at_ms: int
    ) -> None:
        phone = f"{removed.number}:{removed.contact}:{at_ms // HOUR_MS}"
        await self._mailer.post(
            connection,
            "lost_registration",
            to=Recipient(address),
            params={
                "extension": removed.number,
                "address": removed.address,
                "device": removed.user_agent,
                "lost_at": at_ms,
            },
            dedupe_key=f"lost_registration:{address}:{phone}",
        )
