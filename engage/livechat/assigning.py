"""Visitors who wait are given to agents, where a live chat is set so.

A chat is given as if the agent had accepted it. That is a lease: an agent who neither opens nor
answers it in time has it no more, and it goes on. All of it is rows: a restart loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

from engage.livechat.assignment_options import AUTO
from engage.livechat.assignment_rows import Assignment, AssignmentRepository
from engage.livechat.choosing import Candidate, least_busy
from engage.livechat.desk import Agent
from engage.livechat.events import InquiryQueued
from engage.livechat.model import ACTIVE, WAITING
from engage.livechat.repository import LiveChatRepository
from engage.livechat.requeueing import requeue
from engage.livechat.waiting import RESTART_GRACE_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.desk import Desk
    from engage.livechat.livechats import LiveChats
    from engage.livechat.load import AgentLoads
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry, LiveChat, Seats, Visitor
    from engage.storage.database import Database

log = logging.getLogger(__name__)


class Assigner:
    """Gives out chats, one at a time, and takes back those that nobody reacts to."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        delivery: Delivery,
        lobby: Lobby,
        livechats: LiveChats,
        desk: Desk,
        seats: Seats,
        loads: AgentLoads,
        events: Events,
        clock: Clock,
    ) -> None:
        self._database, self._hub, self._delivery = database, hub, delivery
        self._lobby, self._livechats, self._desk = lobby, livechats, desk
        self._seats, self._loads = seats, loads
        self._events, self._clock = events, clock
        self._busy_at_ms: dict[str, int] = {}
        self._shown: set[str] = set()
        self._turn = asyncio.Lock()
        self._asked = False

    async def run(self) -> int:
        """Take back what lapsed, and give out who waits; whoever asks meanwhile is served by it.

        Returns:
            how many chats have changed hands.
        """
        self._asked = True
        async with self._turn:
            if not self._asked:
                return 0
            self._asked = False
            return await self._take_back() + await self._give()

    async def seen(self, agent: Agent, conversation_id: str) -> None:
        """The agent has opened a chat that was given to them: it is theirs.

        Raises:
            NotFound: the agent does not follow this conversation.
        """
        await self._hub.require_participant(agent.who, conversation_id)
        await self._database.write(
            lambda each: AssignmentRepository(each).settle(conversation_id, agent.who)
        )
        # Their other windows count no further.
        self._delivery.send([agent.who], "assignment_settled", {"conversation": conversation_id})

    async def held_by(self, agent: Agent) -> list[dict[str, Any]]:
        """What the agent was given and has neither opened nor answered, and for how long yet."""
        async with self._database.read() as connection:
            held = await AssignmentRepository(connection).held_by(agent.who)
            rows = LiveChatRepository(connection)
            found = [inquiry for each in held if (inquiry := await rows.inquiry(each)) is not None]
            own = [each for each in found if (each.state, each.owner) == (ACTIVE, agent.who)]
            people = await rows.visitors([each.visitor_id for each in own])
        now = self._clock()
        return [
            _told(
                each,
                self._livechats.by_id(each.livechat_id),
                people.get(each.visitor_id),
                (given := held[each.conversation_id]),
                max(0, (given.react_by_ms or now) - now),
            )
            for each in own
        ]

    async def _give(self) -> int:
        served = [each for each in self._livechats.all() if each.options.assignment_mode == AUTO]
        if not served:
            return 0
        async with self._database.read() as connection:
            found = await LiveChatRepository(connection).open_inquiries()
            given = {each.id for each in served}
            waiting = [x for x in found if x.state == WAITING and x.livechat_id in given]
            known = await AssignmentRepository(connection).of([x.conversation_id for x in waiting])
        chats = Counter(each.owner for each in found if each.owner and each.state != WAITING)
        now = self._clock()
        self._busy_at_ms |= {str(who): now for who in chats}
        self._shown &= {each.conversation_id for each in waiting}
        done = 0
        for inquiry in sorted(waiting, key=lambda each: (each.queued_at_ms, each.number)):
            livechat = self._livechats.by_id(inquiry.livechat_id)
            former = known.get(inquiry.conversation_id)
            passed_over = {} if former is None else former.passed_over
            most = livechat.options.sessions_per_agent
            chosen = least_busy(self._candidates(livechat, chats), most, passed_over, now)
            if chosen is not None and await self._assign(inquiry, livechat, chosen, passed_over):
                chats[chosen.who] += 1
                self._busy_at_ms[chosen.who] = now
                done += 1
            elif inquiry.conversation_id not in self._shown:
                self._shown.add(inquiry.conversation_id)
                await self._lobby.offer_again(inquiry.conversation_id)
        return done

    def _candidates(self, livechat: LiveChat, chats: Counter[str]) -> list[Candidate]:
        """Who is there and has room: by the counts of this pass, which are not behind."""
        found = []
        for seat in self._lobby.seats(livechat):
            who, most = f"user:{seat.number}", self._seats.capacity(seat.number)
            full = 0 < most <= chats[who]
            occupied = seat.paused or full or self._loads.on_call(seat.number)
            if not occupied and self._delivery.connections(who):
                busy_at_ms = self._busy_at_ms.get(who, 0)
                found.append(Candidate(seat.number, seat.name, chats[who], busy_at_ms))
        return found

    async def _assign(
        self,
        inquiry: Inquiry,
        livechat: LiveChat,
        chosen: Candidate,
        passed_over: Mapping[str, int],
    ) -> bool:
        """Accept it for the agent, unless it was accepted or left in the same moment."""
        agent, conversation_id = Agent(chosen.number, chosen.name), inquiry.conversation_id
        within_ms = livechat.options.answer_within_s * 1000
        most = livechat.options.sessions_per_agent

        async def work(transaction: HubTransaction) -> Callable[[], None] | None:
            then = await self._desk.answered(transaction, agent, conversation_id, most)
            if then is None:
                return None
            now = self._clock()
            made = Assignment(conversation_id, agent.who, now, now + within_ms, passed_over)
            await AssignmentRepository(transaction.connection).put(made)
            visitor = await LiveChatRepository(transaction.connection).visitor(inquiry.visitor_id)
            told = _told(inquiry, livechat, visitor, made, within_ms)
            transaction.tell([agent.who], "chat_assigned", told)
            return then

        try:
            then = await self._hub.transact(work)
        except Exception:  # whatever it is: this visitor still waits, and is shown to all
            log.exception("chat not assigned", extra={"agent": agent.number})
            return False
        if then is not None:
            then()
        return then is not None

    async def _take_back(self) -> int:
        async with self._database.read() as connection:
            due = await AssignmentRepository(connection).due(self._clock())
        return sum([await self._lapse(each) for each in due.values() if self._is_over(each)])

    def _is_over(self, given: Assignment) -> bool:
        """Whether the agent had the time to react: also to come back after a start."""
        moment = self._lobby.moment()
        graced = moment.now_ms < moment.started_at_ms + RESTART_GRACE_MS
        return not (graced and given.given_at_ms < moment.started_at_ms)

    async def _lapse(self, seen: Assignment) -> bool:
        """An agent did not react: the visitor waits again, and colleagues come first."""

        async def work(transaction: HubTransaction) -> Inquiry | None:
            rows = AssignmentRepository(transaction.connection)
            held = (await rows.of([seen.conversation_id])).get(seen.conversation_id)
            if held != seen:
                return None
            inquiry = await LiveChatRepository(transaction.connection).inquiry(held.conversation_id)
            owns = inquiry is not None and (inquiry.state, inquiry.owner) == (ACTIVE, held.agent)
            reacted = self._lobby.talking(held.conversation_id) or await rows.has_written(held)
            if inquiry is None or not owns or reacted:
                await rows.settle(held.conversation_id, held.agent)
                return None
            now = self._clock()
            if not await requeue(transaction, self._lobby, inquiry, "agent_silent", now):
                return None
            passed_over = {**held.passed_over, held.agent: now}
            await rows.put(Assignment(held.conversation_id, held.agent, now, None, passed_over))
            await transaction.leave(held.conversation_id, held.agent)
            gone = {"conversation": held.conversation_id, "reason": "passed_on"}
            transaction.tell([held.agent], "conversation_gone", gone)
            return inquiry

        inquiry = await self._hub.transact(work)
        if inquiry is None:
            return False
        log.info("assigned chat passed on", extra={"agent": seen.agent, "number": inquiry.number})
        self._events.publish(InquiryQueued(inquiry.conversation_id, inquiry.livechat_id))
        return True


def _told(
    inquiry: Inquiry, livechat: LiveChat, visitor: Visitor | None, given: Assignment, left_ms: int
) -> dict[str, Any]:
    """What Wave is told of a chat that its agent was given; `react_ms`: how long it stays so."""
    return {
        "conversation": inquiry.conversation_id,
        "livechat": {"id": livechat.id, "name": livechat.name},
        "visitor": "" if visitor is None else visitor.name,
        "react_ms": left_ms,
        "within_ms": (given.react_by_ms or given.given_at_ms) - given.given_at_ms,
    }
