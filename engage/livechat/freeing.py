"""Chats that are stuck, whyever: somebody who looks after them puts them back into the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.errors import NotFound
from engage.hub.model import SYSTEM, ConversationClosed
from engage.livechat.assignment_rows import AssignmentRepository
from engage.livechat.desk import Agent
from engage.livechat.events import InquiryQueued
from engage.livechat.handing_over import give_back, see_off
from engage.livechat.model import ACTIVE, HELPING, TRANSFERRING, WAITING
from engage.livechat.repository import LiveChatRepository
from engage.livechat.requeueing import requeue
from engage.system.operation_log import note

if TYPE_CHECKING:
    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry
    from engage.livechat.oversight import Oversight
    from engage.system.actor import Actor


class Freeing:
    """Takes a chat from whoever has it, and offers it anew to all who may take it."""

    def __init__(
        self,
        hub: Hub,
        lobby: Lobby,
        livechats: LiveChats,
        oversight: Oversight,
        events: Events,
        clock: Clock,
    ) -> None:
        self._hub, self._lobby, self._livechats = hub, lobby, livechats
        self._oversight, self._events, self._clock = oversight, events, clock

    async def free(self, actor: Actor, conversation_id: str) -> None:
        """Let a visitor wait again, in the place there was; who waits is shown to all anew.

        Raises:
            NotFound: no live chat has this conversation.
            Forbidden: the actor does not look after that live chat.
            ConversationClosed: it is over.
        """

        async def work(transaction: HubTransaction) -> Inquiry:
            rows = LiveChatRepository(transaction.connection)
            inquiry = await rows.inquiry(conversation_id)
            if inquiry is None:
                raise NotFound
            self._oversight.check(actor, self._livechats.by_id(inquiry.livechat_id))
            before, owner = inquiry.state, inquiry.owner
            if before == TRANSFERRING:
                await give_back(transaction, self._lobby, inquiry, "cancelled", SYSTEM)
                inquiry = await rows.inquiry(conversation_id) or inquiry
            if inquiry.state in (ACTIVE, WAITING):
                await self._see_helpers_off(transaction, conversation_id)
            if inquiry.state == ACTIVE:
                await self._take(transaction, inquiry)
            elif inquiry.state == WAITING:
                await self._lobby.offer(transaction, inquiry)
            else:
                raise ConversationClosed
            detail = {"state": before, "agent": owner or ""}
            subject = f"conversation:{conversation_id}"
            await note(transaction.connection, actor, "livechat.free", subject, detail)
            return inquiry

        inquiry = await self._hub.transact(work)
        self._events.publish(InquiryQueued(conversation_id, inquiry.livechat_id))

    async def _see_helpers_off(self, transaction: HubTransaction, conversation_id: str) -> None:
        """Whoever takes the chat next brings in whom they want."""
        for seat in await transaction.participants(conversation_id):
            if seat.role == HELPING:
                helper = Agent(seat.who.removeprefix("user:"), seat.name)
                await see_off(transaction, conversation_id, helper, SYSTEM, "passed_on")

    async def _take(self, transaction: HubTransaction, inquiry: Inquiry) -> None:
        name, owner = inquiry.conversation_id, inquiry.owner
        if not await requeue(transaction, self._lobby, inquiry, "freed", self._clock()):
            raise ConversationClosed
        if owner is not None:
            await AssignmentRepository(transaction.connection).settle(name, owner)
            await transaction.leave(name, owner)
            gone = {"conversation": name, "reason": "passed_on"}
            transaction.tell([owner], "conversation_gone", gone)
