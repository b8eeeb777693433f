"""The queue log, written down from the PBX's journal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from engage.queues.events import QueuesMoved
from engage.queues.model import RATED, WRAP_UP, LogRow
from engage.queues.outbound import VERBS
from engage.queues.repository import QueueLogRepository
from pbxcore.journal import QueueCallRated, QueueTransition
from pbxcore.queues.facts import CallbackAsked, CallbackTried, WrapUpEnded
from pbxcore.queues.outputs import Transition
from pbxcore.queues.queue_log import NONE, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.events import Events
    from engage.hub.service import HubTransaction
    from engage.queues.outbound import OutboundCalls
    from engage.storage.database import Database
    from pbxcore.journal import Entry
    from pbxcore.queues.queue_log import Row


LONGEST_MS: Final = 86_400_000
"""A call to outside that began earlier is not known again after a restart."""


class QueueLog:
    """A follower of the journal."""

    def __init__(self, database: Database, events: Events, outbound: OutboundCalls) -> None:
        self._database, self._events, self._outbound = database, events, outbound

    async def start(self) -> None:
        """Know again which calls to outside are up."""
        async with self._database.read() as connection:
            rows = QueueLogRepository(connection)
            newest_ms = await rows.newest_ms()
            found = await rows.between(newest_ms - LONGEST_MS, newest_ms + 1, verbs=VERBS)
        self._outbound.read_back(found)

    async def project(
        self, transaction: HubTransaction, entries: Sequence[Entry]
    ) -> Callable[[], None]:
        """Write down what these entries mean."""
        outbound = self._outbound.copy()  # these entries may come again
        written = [
            (entry.seq, part, row)
            for entry in entries
            for part, row in enumerate([*log_rows(entry), *outbound.rows(entry)])
        ]
        moved = [each for each in entries if isinstance(each.fact, QueueTransition)]
        await QueueLogRepository(transaction.connection).add(written)
        queues = frozenset(
            getattr(each.fact.fact, "queue", "")
            for each in moved
            if isinstance(each.fact, QueueTransition)
        )
        told = QueuesMoved(queues) if written or moved else None
        return partial(self._written, outbound, told)

    def _written(self, outbound: OutboundCalls, told: QueuesMoved | None) -> None:
        self._outbound = outbound
        if told is not None:
            self._events.publish(told)


def log_rows(entry: Entry) -> list[LogRow]:
    """The rows of one entry. What the log has no verb for is told by INFO, as its readers allow."""
    if isinstance(entry.fact, QueueCallRated):
        rated = entry.fact
        rating = (RATED, str(rated.rating))
        return [LogRow(entry.at_ms, rated.caller, rated.queue, rated.agent, "INFO", rating)]
    if not isinstance(entry.fact, QueueTransition):
        return []
    fact = entry.fact.fact
    found = [_row(each, entry.at_ms) for each in rows(Transition(entry.seq, entry.at_ms, fact))]
    match fact:
        case CallbackAsked(queue, caller, number):
            told = ("CALLBACK", number)
            found.append(LogRow(entry.at_ms, caller, queue, "", "INFO", told))
        case CallbackTried(queue, caller, agent, reason, attempt):
            data = ("CALLBACKFAILED", reason, str(attempt))
            found.append(LogRow(entry.at_ms, caller, queue, agent, "INFO", data))
        case WrapUpEnded(agent, _, lasted_s):
            wrapped = (WRAP_UP, str(round(lasted_s)))
            found.append(LogRow(entry.at_ms, "", "", agent, "INFO", wrapped))
    return found


def _row(row: Row, at_ms: int) -> LogRow:
    agent = _named(row.agent).removeprefix("Agent/")
    return LogRow(at_ms, _named(row.call), _named(row.queue), agent, row.verb, row.parameters)


def _named(text: str) -> str:
    return "" if text == NONE else text
