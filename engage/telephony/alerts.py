"""System events of phones and trunks: what an administrator is told of, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.durations import HOUR_MS
from engage.mailing import post_to_each
from engage.system.actor import SYSTEM, Actor
from engage.system.operation_log import last_of, note
from pbxcore.journal import (
    EmergencyCalled,
    MediaWorkerLost,
    TrunkChanged,
    TrunkCrowded,
    TrunkUsed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.mailing import Mailer
    from engage.people.event_settings import EventSettings
    from pbxcore.journal import BindingRemoved

Happening = EmergencyCalled | MediaWorkerLost | TrunkChanged | TrunkCrowded | TrunkUsed

MISSED = frozenset({"expired", "lost"})
FAILED = frozenset({"rejected", "unreachable"})
"""What trunks are that cannot be used; they may be `trying` in between."""
WORKING = frozenset({"registered", "reachable"})


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

    async def _emergency(
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

    async def happened(self, connection: AsyncConnection, told: Happening, at_ms: int) -> None:
        """An emergency, a trunk that fails or is crowded (or no more so), a part that ended."""
        match told:
            case EmergencyCalled():
                await self._emergency(connection, told, at_ms)
            case TrunkCrowded():
                await self._load(connection, told, at_ms)
            case TrunkUsed():
                await self._usage(connection, told, at_ms)
            case MediaWorkerLost(streams):
                detail: dict[str, object] = {"streams": streams}
                await note(connection, SYSTEM, "media.fail", "media:", detail, at_ms=at_ms)
            case _ if told.state in FAILED | WORKING:
                await self._standing(connection, told, at_ms)

    async def _standing(
        self, connection: AsyncConnection, changed: TrunkChanged, at_ms: int
    ) -> None:
        """Only what is new is told: trunks say again and again why they cannot register."""
        settings, subject = self._settings(), f"trunk:{changed.id}"
        failed = changed.state in FAILED
        before = await last_of(connection, subject, ("trunk.fail", "trunk.recover"))
        if failed == (before == "trunk.fail"):
            return
        params = {"name": changed.name, "state": changed.state, "status": changed.status}
        action = "trunk.fail" if failed else "trunk.recover"
        await note(connection, SYSTEM, action, subject, dict(params), at_ms=at_ms)
        await post_to_each(
            self._mailer,
            connection,
            "trunk_status",
            settings.told_of("trunk_status"),
            {
                "trunk": changed.name,
                "working": "" if failed else "1",
                "answer": str(changed.status or ""),
                "changed_at": at_ms,
            },
            occasion=f"{changed.id}:{at_ms}",
        )

    async def _load(self, connection: AsyncConnection, told: TrunkCrowded, at_ms: int) -> None:
        settings = self._settings()
        action = "trunk.crowd" if told.crowded else "trunk.ease"
        detail = {"name": told.name, "calls": told.calls, "threshold": told.most}
        if settings.trunk_load_alert:
            subject = f"trunk:{told.id}"
            await note(connection, SYSTEM, action, subject, dict(detail), at_ms=at_ms)
        if not told.crowded:
            return
        await post_to_each(
            self._mailer,
            connection,
            "trunk_load",
            settings.told_of("trunk_load"),
            {
                "trunk": told.name,
                "calls": told.calls,
                "threshold": told.most,
                "crowded_at": at_ms,
            },
            occasion=f"{told.id}:{at_ms // HOUR_MS}",
        )

    async def _usage(self, connection: AsyncConnection, told: TrunkUsed, at_ms: int) -> None:
        settings = self._settings()
        if settings.trunk_usage_alert:
            detail = {"name": told.name, "minutes": told.minutes, "threshold": told.threshold}
            subject = f"trunk:{told.id}"
            await note(connection, SYSTEM, "trunk.overuse", subject, detail, at_ms=at_ms)
        await post_to_each(
            self._mailer,
            connection,
            "trunk_usage",
            settings.told_of("trunk_usage"),
            {
                "trunk": told.name,
                "minutes": told.minutes,
                "threshold": told.threshold,
                "used_at": at_ms,
            },
            occasion=f"{told.id}:{at_ms}",
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
