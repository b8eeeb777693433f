"""What agents do about their duty by phone, taken over from the PBX's journal."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from engage.people.directory_repository import DirectoryRepository
from engage.people.queue_entries import agent_of
from engage.people.queue_groups import with_state
from engage.people.repository import PEOPLE_VERSION, PeopleRepository
from pbxcore.journal import QueueTransition
from pbxcore.queues.facts import AgentLoggedIn, AgentLoggedOut, BreakBegan, BreakEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engage.hub.service import HubTransaction
    from engage.people.ledger import Ledger
    from pbxcore.journal import Entry

log = logging.getLogger(__name__)

_DUTY = AgentLoggedIn | AgentLoggedOut | BreakBegan | BreakEnded


class QueueDuty:
    """A follower of the journal: live chats and pages know who is on duty as calls do."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._told: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Everything is in the database."""

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Keep who serves, and who is on a break."""
        moved = (each.fact for each in entries if isinstance(each.fact, QueueTransition))
        facts = [each.fact for each in moved if isinstance(each.fact, _DUTY)]
        if not facts:
            return _nothing
        await PeopleRepository(transaction.connection).bump(PEOPLE_VERSION)
        rows = DirectoryRepository(transaction.connection)
        for fact in facts:
            match fact:
                case AgentLoggedIn(queue, agent):
                    await self._keep(rows, queue, agent, {"logged_in": True})
                case AgentLoggedOut(queue, agent):
                    await self._keep(rows, queue, agent, {"logged_in": False})
                case BreakBegan(queue, agent):
                    await self._keep(rows, queue, agent, {"paused": True})
                case BreakEnded(queue, agent):
                    await self._keep(rows, queue, agent, {"paused": False})
        return self._tell

    async def _keep(
        self, rows: DirectoryRepository, queue: str, agent: str, state: Mapping[str, bool]
    ) -> None:
        """Keep what an agent does in a queue, or in all (""), also as a member of a group."""
        await rows.change_agent(queue, agent, state)
        for number, entry in self._ledger.book.queues.items():
            seat = agent_of(entry, agent) if queue in ("", number) else None
            if seat is not None and seat.by_group and (stored := await rows.queue(number)):
                await rows.put_queue(with_state(stored, agent, state))

    def _tell(self) -> None:
        task = asyncio.get_running_loop().create_task(self._reload())
        self._told.add(task)
        task.add_done_callback(self._told.discard)

    async def _reload(self) -> None:
        try:
            await self._ledger.reload()
        except Exception:
            log.exception("duty of agents not read back")  # the ledger's watch reads it soon


def _nothing() -> None:
    """No entry was of interest."""
