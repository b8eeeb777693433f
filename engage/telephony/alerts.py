"""System events of phones: what an administrator is told of, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.durations import HOUR_MS
from engage.mailing import post_to_each
from engage.system.actor import SYSTEM, Actor
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.mailing import Mailer
    from engage.people.event_settings import EventSettings
    from pbxcore.journal import BindingRemoved, EmergencyCalled

MISSED = frozenset({"expired", "lost"})


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
        await post_to_each(
            self._mailer,
            connection,
            "lost_registration",
            settings.told_of("lost_registration"),
            {
                "extension": removed.number,
                "address": removed.address,
                "device": removed.user_agent,
                "lost_at": at_ms,
            },
            occasion=f"{removed.number}:{removed.contact}:{at_ms // HOUR_MS}",
        )

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
        await post_to_each(
            self._mailer,
            connection,
            "emergency_call",
            self._settings().told_of("emergency"),
            params | {"called_at": at_ms},
            occasion=called.call,
        )

    async def storage(
        self, connection: AsyncConnection, old: str, new: str, reason: str, at_ms: int
    ) -> None:
        """Recordings go to another place."""
        await post_to_each(
            self._mailer,
            connection,
            "storage_switched",
            self._settings().told_of("storage"),
            {"old": old, "new": new, "reason": reason, "switched_at": at_ms},
            occasion=str(at_ms),
        )
