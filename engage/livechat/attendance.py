"""Who is there: sockets that come and go, and what falls due when people stay away.

All of it is decided from rows, so a restart of the server loses no timer.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from engage.background import regularly
from engage.errors import Unavailable
from engage.hub.model import SYSTEM
from engage.livechat.attendance_rows import AttendanceRows
from engage.livechat.desk import close
from engage.livechat.events import InquiryMissed, InquiryQueued
from engage.livechat.handing_over import give_back
from engage.livechat.model import ACTIVE, MISSED, TRANSFERRING, Inquiry
from engage.livechat.repository import LiveChatRepository
from engage.livechat.requeueing import requeue
from engage.livechat.waiting import (
    AGENT_GRACE_MS,
    ASKING_GRACE_MS,
    HANDOVER_MS,
    VISITOR_GONE_MS,
    VISITOR_GRACE_MS,
    Due,
    due,
    expired,
)
from engage.livechat.wire import agent_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.storage.database import Database

    Round = Callable[[], Awaitable[int]]

log = logging.getLogger(__name__)

SWEEP_S = 1.0
"""How often it is looked for what is due (seconds)."""


class Attendance:
    """Keeps account of who is away, and acts when it has lasted too long.

    `rounds` are what else is looked at in each sweep.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        delivery: Delivery,
        lobby: Lobby,
        livechats: LiveChats,
        rounds: Sequence[Round],
        events: Events,
        clock: Clock,
    ) -> None:
        self._database = database
        self._hub = hub
        self._delivery = delivery
        self._lobby = lobby
        self._livechats = livechats
        self._rounds = rounds
        self._events = events
        self._clock = clock
        self._heard_at_ms: dict[str, int] = {}  # visitors who ask over HTTP, without a socket
        self._unaccounted: set[str] = set()
        self._flagged: set[tuple[str, int]] = set()
        self._worker = regularly("live chat sweep", self.sweep, every_s=SWEEP_S)

    def also(self, look: Callable[[], Awaitable[int]]) -> None:
        """Look for what is due elsewhere too, in each round."""
        self._rounds = (*self._rounds, look)

    async def open_doors(self) -> None:
        """Count the absence of all who had a socket from now."""
        now = self._lobby.open()
        await self._database.write(lambda each: AttendanceRows(each).all_left(now))

    def keep_watch(self) -> None:
        """Begin to sweep."""
        self._worker.start()

    async def stop(self) -> None:
        """End the sweep."""
        await self._worker.stop()

    def heard(self, visitor_id: str) -> None:
        """A visitor asked something over HTTP: they are there even if their sockets fail."""
        self._heard_at_ms[visitor_id] = self._clock()

    def is_gone(self, inquiry: Inquiry) -> bool:
        """Whether a visitor was neither connected nor heard of for long."""
        if self._delivery.connections(f"visitor:{inquiry.visitor_id}"):
            return False
        if inquiry.away_since_ms is None:
            return False
        since_ms = max(inquiry.away_since_ms, self._heard_at_ms.get(inquiry.visitor_id, 0))
        return expired(since_ms, VISITOR_GONE_MS, self._lobby.moment())

    async def changed(self, who: str) -> None:
        """A socket of a visitor or an agent was opened or closed."""
        self._unaccounted.add(who)
        await self._account_for(who)

    async def people_changed(self) -> None:
        """Somebody's extension may be gone: whom they served goes back to the line at once."""
        async with self._database.read() as connection:
            found = await LiveChatRepository(connection).open_inquiries()
        for inquiry in found:
            if inquiry.state == ACTIVE and self._lobby.is_gone(inquiry.owner):
                await self._act(inquiry)

    async def sweep(self) -> int:
        """Do what is due at this moment.

        Returns:
            how many inquiries were changed.
        """
        for who in list(self._unaccounted):  # the database was away when they came or went
            await self._account_for(who)
        now = self._clock()
        limits = [each.options.inquiry_timeout_min for each in self._livechats.all()]
        shortest_ms = min((each for each in limits if each), default=0) * 60_000
        async with self._database.read() as connection:
            found = await AttendanceRows(connection).maybe_due(
                away_before_ms=now - min(VISITOR_GRACE_MS, AGENT_GRACE_MS),
                queued_before_ms=now - shortest_ms if shortest_ms else 0,
                handed_before_ms=now - HANDOVER_MS,
            )
        self._forget_past(found)
        done = 0
        for inquiry in found:
            if self._due(inquiry) is not None:
                done += await self._act(inquiry)
        for look in self._rounds:
            try:
                done += await look()
            except Unavailable:
                raise
            except Exception:  # one that fails keeps no other
                log.exception("live chat round failed")
        return done

    async def _account_for(self, who: str) -> None:
        """Write down whether somebody is there now; how they came to be does not matter."""
        kind, _, name = who.partition(":")

        async def write(connection: AsyncConnection) -> bool:
            rows = AttendanceRows(connection)
            here = self._delivery.connections(who) > 0
            match kind, here:
                case "visitor", True:
                    await rows.visitor_came(name)
                case "visitor", False:
                    await rows.visitor_left(name, self._clock())
                case _, True:
                    await rows.agent_came(who)
                case _, False:
                    await rows.agent_left(who, self._clock())
            return here

        here = await self._database.write(write)
        self._unaccounted.discard(who)
        if here and kind == "visitor":
            await self._lobby.tell_place(name)
        elif here:
            await self._returned(who)
        if kind != "visitor":
            await self._lobby.staff_moved(who)

    async def _act(self, seen: Inquiry) -> bool:
        outcome = await self._hub.transact(
            lambda transaction: self._settle(transaction, seen.conversation_id)
        )
        if outcome is None:
            return False
        conversation_id, livechat_id = seen.conversation_id, seen.livechat_id
        match outcome:
            case Due.ABANDONED | Due.TIMEOUT:
                self._lobby.forget(conversation_id)
                reason = outcome.name.lower()
                self._events.publish(InquiryMissed(conversation_id, livechat_id, reason))
            case Due.REQUEUE:
                self._flagged.discard((conversation_id, seen.epoch))
                self._events.publish(InquiryQueued(conversation_id, livechat_id))
            case Due.FLAG_AGENT:
                self._flagged.add((conversation_id, seen.epoch))
        return True

    async def _settle(self, transaction: HubTransaction, conversation_id: str) -> Due | None:
        """Look again inside the transaction: somebody may have come back or been faster."""
        inquiry = await LiveChatRepository(transaction.connection).inquiry(conversation_id)
        outcome = None if inquiry is None else self._due(inquiry)
        if inquiry is None or outcome is None:
            return None
        act = {
            Due.REQUEUE: self._requeue,
            Due.FLAG_AGENT: self._flag,
            Due.GIVE_BACK: self._give_back,
        }.get(outcome, self._miss)
        return outcome if await act(transaction, inquiry, outcome) else None

    async def _give_back(self, transaction: HubTransaction, inquiry: Inquiry, _: Due) -> bool:
        return await give_back(transaction, self._lobby, inquiry, "unanswered", SYSTEM)

    async def _miss(self, transaction: HubTransaction, inquiry: Inquiry, outcome: Due) -> bool:
        reason = outcome.name.lower()
        if not await close(transaction, inquiry, MISSED, SYSTEM, reason, self._clock()):
            return False
        gone = "timeout" if outcome is Due.TIMEOUT else "left"
        self._lobby.withdraw(transaction, inquiry, gone)
        return True

    async def _requeue(self, transaction: HubTransaction, inquiry: Inquiry, _: Due) -> bool:
        return await requeue(transaction, self._lobby, inquiry, "agent_gone", self._clock())

    async def _flag(self, transaction: HubTransaction, inquiry: Inquiry, _: Due) -> bool:
        """Tell the visitor once, and offer it to the others; the agent keeps it until then."""
        away = agent_json(inquiry.owner or "", inquiry.owner_name)
        await transaction.append(
            inquiry.conversation_id,
            SYSTEM,
            "system",
            {"code": "agent_away", "name": inquiry.owner_name, "agent": away},
            client_id=f"agent-away-{inquiry.epoch}-{inquiry.agent_away_since_ms}",
        )
        await self._lobby.offer(transaction, inquiry)
        return True

    async def _returned(self, who: str) -> None:
        """Take back what was offered to others in an agent's absence."""
        if not self._flagged:
            return
        async with self._database.read() as connection:
            found = await LiveChatRepository(connection).open_inquiries()
        back = [each for each in found if each.owner == who]
        back = [each for each in back if (each.conversation_id, each.epoch) in self._flagged]
        for inquiry in back:
            self._flagged.discard((inquiry.conversation_id, inquiry.epoch))
            self._lobby.take_back(inquiry)

    def _due(self, inquiry: Inquiry) -> Due | None:
        if inquiry.state != TRANSFERRING and self._lobby.talking(inquiry.conversation_id):
            return None  # whoever talks is there, with a socket or without
        if inquiry.state == ACTIVE and self._lobby.is_gone(inquiry.owner):
            return Due.REQUEUE
        heard_at_ms = self._heard_at_ms.get(inquiry.visitor_id, 0)
        if inquiry.away_since_ms is not None and heard_at_ms > inquiry.away_since_ms:
            since_ms = heard_at_ms + ASKING_GRACE_MS - VISITOR_GRACE_MS
            inquiry = replace(inquiry, away_since_ms=since_ms)
        if self._delivery.connections(f"visitor:{inquiry.visitor_id}"):
            inquiry = replace(inquiry, away_since_ms=None)
        if inquiry.owner is not None and self._delivery.connections(inquiry.owner):
            inquiry = replace(inquiry, agent_away_since_ms=None)
        timeout_min = self._livechats.by_id(inquiry.livechat_id).options.inquiry_timeout_min
        outcome = due(inquiry, timeout_min, self._lobby.moment())
        if outcome is Due.FLAG_AGENT and (inquiry.conversation_id, inquiry.epoch) in self._flagged:
            return None
        return outcome

    def _forget_past(self, found: list[Inquiry]) -> None:
        """Keep in memory only what can still matter."""
        self._flagged &= {(inquiry.conversation_id, inquiry.epoch) for inquiry in found}
        since_ms = self._clock() - VISITOR_GONE_MS
        for visitor_id in [each for each, at in self._heard_at_ms.items() if at < since_ms]:
            del self._heard_at_ms[visitor_id]
