"""What agents do: see who waits, accept, note, end."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from engage.errors import Conflict, EngageError, NotFound
from engage.hub.model import Appended, Author, StaleOwner, clean_client_id, clean_text
from engage.livechat import tokens, wire
from engage.livechat.events import (
    ConversationEnded,
    ConversationHandedOver,
    InquiryAccepted,
    InquiryMissed,
)
from engage.livechat.model import (
    ACTIVE,
    ENDED,
    MISSED,
    OFFLINE,
    TRANSFERRING,
    WAITING,
    AgentFull,
    Gone,
    Inquiry,
    LiveChat,
    NotOnDuty,
    Taken,
)
from engage.livechat.outcomes import check_said
from engage.livechat.repository import LiveChatRepository
from engage.livechat.waiting import is_open

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.storage.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Agent:
    """An extension's user at the desk."""

    number: str
    name: str

    @property
    def who(self) -> str:
        """Their name in the hub's memberships."""
        return f"user:{self.number}"

    @property
    def author(self) -> Author:
        """As what they write in a live chat."""
        return Author("agent", self.number, self.name)


class Desk:
    """The agents' side of live chat; each check of rights is here."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        delivery: Delivery,
        lobby: Lobby,
        livechats: LiveChats,
        events: Events,
        clock: Clock,
    ) -> None:
        self._database = database
        self._hub = hub
        self._delivery = delivery
        self._lobby = lobby
        self._livechats = livechats
        self._events = events
        self._clock = clock

    async def inquiries(self, agent: Agent) -> list[dict[str, Any]]:
        """Those an agent may accept now, oldest first; nobody on a break is shown any."""
        served = {livechat.id for livechat in self._lobby.served_by(agent.who)}
        async with self._database.read() as connection:
            found = await LiveChatRepository(connection).open_inquiries()
            shown = [inquiry for inquiry in found if self._may_take(agent, inquiry, served)]
            return await self._lobby.waiting(connection, shown)

    def _may_take(self, agent: Agent, inquiry: Inquiry, served: set[str]) -> bool:
        """Whether it is shown to an agent: it waits, was handed to them, or its own is gone."""
        if inquiry.owner == agent.who:
            return False
        if inquiry.handover is not None:
            return agent.who in self._lobby.may_take_over(inquiry.handover)
        held = inquiry.state != WAITING and not self._lobby.open_to_take_over(inquiry)
        return inquiry.livechat_id in served and not held

    async def accept(self, agent: Agent, conversation_id: str, epoch: int | None) -> dict[str, Any]:
        """Take an inquiry; the first wins.

        Args:
            agent: who takes it.
            conversation_id: which.
            epoch: the owner epoch the agent has seen, if they tell.

        Returns:
            the conversation's summary with its events.

        Raises:
            NotFound: no such inquiry, or not one of this agent's destinations.
            NotOnDuty: the agent is on a break.
            Taken: another agent has it.
            Gone: it is over.
            AgentFull: the agent serves as many as *Concurrent sessions per agent* allows.
        """
        inquiry = await self._hub.transact(
            lambda transaction: self._accept(transaction, agent, conversation_id, epoch)
        )
        if inquiry is not None:
            self._accepted(agent, inquiry)
        return await self._hub.summary(agent.who, conversation_id)

    async def answered(
        self, transaction: HubTransaction, agent: Agent, conversation_id: str, most: int = 0
    ) -> Callable[[], None] | None:
        """An agent answered the call of a visitor who waits, and so accepts the inquiry.

        Whoever was rung was on duty then, and may have gone on a break while it rang.

        Args:
            transaction: stores it.
            agent: who accepts.
            conversation_id: which.
            most: not if the agent serves so many already; 0 sets no limit, as a call that is
                answered is theirs whatever else they do.

        Returns:
            what is to be done once that is stored; None where nothing has changed.
        """
        inquiry = await LiveChatRepository(transaction.connection).inquiry(conversation_id)
        if inquiry is None or inquiry.state != WAITING or self._lobby.is_gone(agent.who):
            return None
        try:
            await self._take(transaction, agent, inquiry, None, most)
        except EngageError as error:
            log.info("not accepted by answering", extra={"agent": agent.number, "why": error.code})
            return None
        return partial(self._accepted, agent, inquiry)

    async def hung_up(self, transaction: HubTransaction, conversation_id: str, at_ms: int) -> None:
        """An answered call is over: an agent without a socket is away only since then."""
        rows = LiveChatRepository(transaction.connection)
        inquiry = await rows.inquiry(conversation_id)
        if inquiry is not None and inquiry.agent_away_since_ms is not None:
            since_ms = max(at_ms, inquiry.agent_away_since_ms)
            await rows.change_inquiry(conversation_id, agent_away_since_ms=since_ms)

    async def note(self, agent: Agent, conversation_id: str, client_id: str, text: str) -> Appended:
        """Write what only agents see.

        Raises:
            NotFound: the agent does not follow this conversation.
        """
        await self._hub.require_participant(agent.who, conversation_id)
        await self._inquiry(conversation_id)
        clean_client_id(client_id)
        body = {"text": clean_text(text)}
        return await self._hub.append(
            conversation_id, agent.author, "note", body, client_id=client_id
        )

    async def end(self, who: str, author: Author, conversation_id: str) -> str:
        """Close a conversation for both sides; ending what is over changes nothing.

        Returns:
            the state it has now: `ended`, or `missed` if nobody had accepted it.

        Raises:
            NotFound: not a conversation of this person.
            StaleOwner: an agent who does not serve it.
            DispositionRequired: an agent has not said what came of it, where that is wanted.
        """
        await self._hub.require_participant(who, conversation_id)
        before = await self._hub.transact(
            lambda transaction: self._end(transaction, who, author, conversation_id)
        )
        if not is_open(before.state):
            return before.state
        reason = author.kind
        if before.state == WAITING:
            self._lobby.forget(conversation_id)
            self._events.publish(InquiryMissed(conversation_id, before.livechat_id, reason))
            return MISSED
        self._events.publish(ConversationEnded(conversation_id, before.livechat_id, reason))
        return ENDED

    async def messages(self, agent: Agent, before: int | None, limit: int) -> list[dict[str, Any]]:
        """The newest messages left in the live chats where an agent has a seat."""
        staffed = [livechat.id for livechat in self._lobby.staffed_by(agent.who)]
        async with self._database.read() as connection:
            found = await LiveChatRepository(connection).messages_left(staffed, before, limit)
            return await self._lobby.messages(connection, found)

    async def mark_answered(
        self, agent: Agent, conversation_id: str, answered: bool
    ) -> dict[str, Any]:
        """Say that a message left was answered, or was not after all; the colleagues are told.

        Raises:
            NotFound: no such message, or not in a live chat where the agent has a seat.
        """

        async def work(transaction: HubTransaction) -> Inquiry:
            rows = LiveChatRepository(transaction.connection)
            await rows.change_inquiry(
                conversation_id,
                answered_at_ms=self._clock() if answered else None,
                answered_by=agent.name if answered else None,
            )
            inquiry = await rows.inquiry(conversation_id)
            if inquiry is None or inquiry.state != OFFLINE:
                raise NotFound
            if agent.who not in self._lobby.staff(self._livechats.by_id(inquiry.livechat_id)):
                raise NotFound
            await self._lobby.tell_message(transaction, inquiry)
            return inquiry

        inquiry = await self._hub.transact(work)
        async with self._database.read() as connection:
            [entry] = await self._lobby.messages(connection, [inquiry])
        return entry

    def _accepted(self, agent: Agent, inquiry: Inquiry) -> None:
        """Let others know, once it is stored."""
        if inquiry.handover is not None:
            self._events.publish(
                ConversationHandedOver(inquiry.conversation_id, inquiry.livechat_id, agent.number)
            )
            return
        self._lobby.forget(inquiry.conversation_id)
        waited_ms = self._clock() - inquiry.queued_at_ms
        self._events.publish(
            InquiryAccepted(inquiry.conversation_id, inquiry.livechat_id, agent.number, waited_ms)
        )

    async def _accept(
        self,
        transaction: HubTransaction,
        agent: Agent,
        conversation_id: str,
        epoch: int | None,
    ) -> Inquiry | None:
        """The inquiry as it was, or None when this agent had it already."""
        rows = LiveChatRepository(transaction.connection)
        inquiry = await rows.inquiry(conversation_id)
        if inquiry is None:
            raise NotFound
        given, livechat = inquiry.handover, self._livechats.by_id(inquiry.livechat_id)
        if given is None or agent.who not in self._lobby.may_take_over(given):
            self._check_on_duty(agent, livechat)
        most = livechat.options.sessions_per_agent
        return await self._take(transaction, agent, inquiry, epoch, most)

    async def _take(
        self,
        transaction: HubTransaction,
        agent: Agent,
        inquiry: Inquiry,
        epoch: int | None,
        most: int,
    ) -> Inquiry | None:
        rows = LiveChatRepository(transaction.connection)
        conversation_id, given = inquiry.conversation_id, inquiry.handover
        if inquiry.state in (ACTIVE, TRANSFERRING) and inquiry.owner == agent.who:
            return None
        if inquiry.state != WAITING and not self._is_free(agent, inquiry):
            raise _lost(inquiry)
        if 0 < most <= await rows.served_by(agent.number):
            raise AgentFull(most)
        changed = await transaction.change(
            conversation_id,
            expect_state=(inquiry.state,),
            expect_epoch=inquiry.epoch if epoch is None else epoch,
            state=ACTIVE,
            owner=agent.who,
            owner_name=agent.name,
        )
        if changed is None:
            now = await rows.inquiry(conversation_id)
            raise _lost(now) if now is not None and now.state != WAITING else Conflict()
        connected = self._delivery.connections(agent.who) > 0
        await rows.change_inquiry(
            conversation_id,
            accepted_at_ms=self._clock() if given is None else inquiry.accepted_at_ms,
            agent_away_since_ms=None if connected else self._clock(),
        )
        await rows.settle_handover(conversation_id)
        await transaction.join(conversation_id, agent.who, agent.name, sees_notes=True)
        who = {"id": agent.number, "name": agent.name}
        body: dict[str, Any] = {"agent": who, "epoch": changed.owner_epoch}
        if inquiry.owner is not None:
            body["former"] = wire.agent_json(inquiry.owner, inquiry.owner_name)
        await transaction.append(conversation_id, agent.author, "assigned", body)
        if inquiry.state != ACTIVE:
            state = {"state": ACTIVE, "by": who}
            await transaction.append(conversation_id, agent.author, "state", state)
        self._lobby.withdraw(transaction, inquiry, "taken", who)
        return inquiry

    async def _end(
        self,
        transaction: HubTransaction,
        who: str,
        author: Author,
        conversation_id: str,
    ) -> Inquiry:
        """The inquiry as it was before."""
        rows = LiveChatRepository(transaction.connection)
        inquiry = await rows.inquiry(conversation_id)
        if inquiry is None:
            raise NotFound
        if not is_open(inquiry.state):
            return inquiry
        if author.kind == "agent" and inquiry.owner != who:
            raise StaleOwner
        if author.kind == "agent":
            livechat = self._livechats.by_id(inquiry.livechat_id)
            await check_said(transaction.connection, conversation_id, livechat)
        state = MISSED if inquiry.state == WAITING else ENDED
        by = {"id": author.id, "name": author.name}
        if not await close(transaction, inquiry, state, author, author.kind, self._clock(), by):
            raise Conflict
        # Also from those who may have been offered it because its agent had vanished.
        self._lobby.withdraw(transaction, inquiry, "left")
        return inquiry

    def _is_free(self, agent: Agent, inquiry: Inquiry) -> bool:
        """Whether a chat that somebody serves may go to another agent."""
        if inquiry.handover is not None:
            return agent.who in self._lobby.may_take_over(inquiry.handover)
        return self._lobby.open_to_take_over(inquiry)

    async def _inquiry(self, conversation_id: str) -> Inquiry:
        async with self._database.read() as connection:
            inquiry = await LiveChatRepository(connection).inquiry(conversation_id)
        if inquiry is None:
            raise NotFound
        return inquiry

    def _check_on_duty(self, agent: Agent, livechat: LiveChat) -> None:
        if agent.who not in self._lobby.staff(livechat):
            raise NotFound
        if agent.who not in self._lobby.on_duty(livechat):
            raise NotOnDuty


async def close(
    transaction: HubTransaction,
    inquiry: Inquiry,
    state: str,
    author: Author,
    reason: str,
    now_ms: int,
    by: dict[str, str] | None = None,
) -> bool:
    """End an inquiry if it is still as it was seen; the token lives on for a while to read it."""
    changed = await transaction.change(
        inquiry.conversation_id,
        expect_state=(inquiry.state,),
        expect_epoch=inquiry.epoch,
        state=state,
    )
    if changed is None:
        return False
    body: dict[str, Any] = {"state": state, "reason": reason}
    if by is not None:
        body["by"] = by
    await transaction.append(inquiry.conversation_id, author, "state", body)
    rows = LiveChatRepository(transaction.connection)
    await rows.settle_handover(inquiry.conversation_id)
    await rows.change_inquiry(inquiry.conversation_id, end_reason=reason)
    await rows.renew_token(inquiry.visitor_id, now_ms + tokens.LIFE_MS)
    return True


def _lost(inquiry: Inquiry) -> Conflict:
    if inquiry.state in (ACTIVE, TRANSFERRING) and inquiry.owner is not None:
        who = wire.agent_json(inquiry.owner, inquiry.owner_name)
        return Taken(who["id"], who["name"])
    return Gone()
