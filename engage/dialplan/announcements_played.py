"""What was announced by the announcement center: administrators find it in the operation log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.system.actor import Actor
from engage.system.operation_log import note
from pbxcore.journal import AnnouncementPlayed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.hub.service import HubTransaction
    from pbxcore.journal import Entry


class AnnouncementsPlayed:
    """A follower of the journal."""

    async def start(self) -> None:
        """Nothing is to be read."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Note who played what to whom."""
        for entry in entries:
            fact = entry.fact
            if isinstance(fact, AnnouncementPlayed):
                await note(
                    transaction.connection,
                    Actor(f"user:{fact.number}"),
                    "announcement.play",
                    f"announcement:{fact.message}",
                    {"group": fact.audience, "phones": fact.phones},
                    at_ms=entry.at_ms,
                )
        return _nothing


def _nothing() -> None:
    """Nothing is left to do after the commit."""
