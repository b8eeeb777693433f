"""A served chat goes to somebody else, or somebody is brought in: by the agent who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.errors import Conflict, NotFound
from engage.hub.model import StaleOwner, clean_text
from engage.livechat.model import (
    ACTIVE,
    HELPING,
    TRANSFERRING,
    Handover,
    NobodyThere,
    OwnerStays,
)
from engage.livechat.repository import LiveChatRepository
from engage.livechat.wire import handover_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.hub.delivery import Delivery
    from engage.hub.model import Author, Participant
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.desk import Agent
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry, Seat, Seats

AGENT, QUEUE = "agent", "queue"
"""What a chat can be handed to."""


class HandingOver:
    """Transfers, and who comes in or leaves; each check of rights is here."""

    def __init__(
        self,
        hub: Hub,
        delivery: Delivery,
        lobby: Lobby,
        livechats: LiveChats,
        seats: Seats,
        clock: Clock,
    ) -> None:
        self._hub = hub
        self._delivery = delivery
        self._lobby = lobby
        self._livechats = livechats
        self._seats = seats
        self._clock = clock

    async def takers(self, agent: Agent, conversation_id: str) -> dict[str, list[dict[str, Any]]]:
        """Colleagues and queues that a chat can be given to, and the colleagues to be invited.

        Raises:
            NotFound: the agent does not follow this conversation.
        """
        await self._hub.require_participant(agent.who, conversation_id)
        followers = {each.who for each in await self._hub.participants(conversation_id)}
        colleagues = sorted(self._colleagues().values(), key=lambda each: each.name)
        return {
            "agents": [
                {
                    "number": each.number,
                    "name": each.name,
                    "connected": self._delivery.connections(f"user:{each.number}") > 0,
                    "paused": each.paused,
                    "follows": f"user:{each.number}" in followers,
                }
                for each in colleagues
                if each.number != agent.number
            ],
            "queues": [
                {"number": number, "name": name, "on_duty": self._on_duty(number)}
                for number, name in self._queues().items()
            ],
        }

    async def transfer(
        self, agent: Agent, conversation_id: str, kind: str, value: str, reason: str
    ) -> None:
        """Offer a chat to a colleague (`agent`) or a `queue`; it stays the agent's until taken.

        Raises:
            NotFound: the agent does not follow this conversation.
            StaleOwner: somebody else serves it.
            Conflict: it is over, or already on offer.
            NobodyThere: the colleague serves no live chats, or the queue has no agent on duty.
        """
        await self._hub.require_participant(agent.who, conversation_id)
        given = Handover(kind, value, self._name(kind, value), reason.strip(), self._clock())
        if not set(self._lobby.may_take_over(given)) - {agent.who}:
            raise NobodyThere(name=given.name or value)

        async def work(transaction: HubTransaction) -> None:
            inquiry = await self._served(transaction, agent, conversation_id)
            changed = await transaction.change(
                conversation_id,
                expect_state=(ACTIVE,),
                expect_epoch=inquiry.epoch,
                state=TRANSFERRING,
            )
            if changed is None:
                raise Conflict
            rows = LiveChatRepository(transaction.connection)
            await rows.hand_over(conversation_id, given)
            if given.reason:
                note = {"text": clean_text(given.reason)}
                await transaction.append(conversation_id, agent.author, "note", note)
            body = {"state": TRANSFERRING, "by": _named(agent), "to": handover_json(given)}
            await transaction.append(conversation_id, agent.author, "state", body)
            offered = await rows.inquiry(conversation_id)
            if offered is not None:
                await self._lobby.offer(transaction, offered)

        await self._hub.transact(work)

    async def keep(self, agent: Agent, conversation_id: str) -> None:
        """The agent wants to keep the chat after all, or the colleague asked does not want it.

        Raises:
            NotFound: it is not on offer by or to this agent.
        """

        async def work(transaction: HubTransaction) -> None:
            inquiry = await LiveChatRepository(transaction.connection).inquiry(conversation_id)
            given = None if inquiry is None else inquiry.handover
            if inquiry is None or given is None:
                raise NotFound
            if inquiry.owner == agent.who:
                why = "cancelled"
            elif (given.kind, given.value) == (AGENT, agent.number):
                why = "declined"
            else:
                raise NotFound
            if not await give_back(transaction, self._lobby, inquiry, why, agent.author):
                raise Conflict

        await self._hub.transact(work)

    async def join(self, agent: Agent, conversation_id: str) -> None:
        """Come in without being asked: whoever calls this knows that the agent may.

        Raises:
            Conflict: nobody serves the visitor.
        """

        async def work(transaction: HubTransaction) -> None:
            inquiry = await LiveChatRepository(transaction.connection).inquiry(conversation_id)
            if inquiry is None or inquiry.state not in (ACTIVE, TRANSFERRING):
                raise Conflict
            sitting = {each.who: each for each in await transaction.participants(conversation_id)}
            if not writes(agent.who, inquiry, sitting):
                await bring_in(transaction, conversation_id, agent, agent)

        await self._hub.transact(work)

    async def leave(self, agent: Agent, conversation_id: str) -> None:
        """An invited agent goes; the others go on.

        Raises:
            NotFound: the agent does not follow this conversation.
            OwnerStays: it is the agent who serves the visitor.
        """

        async def work(transaction: HubTransaction) -> None:
            conversation = await transaction.get(conversation_id)
            if conversation.owner == agent.who:
                raise OwnerStays
            await see_off(transaction, conversation_id, agent, agent.author, "member_left")

        seat = await self._hub.require_participant(agent.who, conversation_id)
        if seat.role != HELPING:
            raise OwnerStays
        await self._hub.transact(work)

    async def _served(
        self, transaction: HubTransaction, agent: Agent, conversation_id: str
    ) -> Inquiry:
        inquiry = await LiveChatRepository(transaction.connection).inquiry(conversation_id)
        if inquiry is None:
            raise NotFound
        if inquiry.owner != agent.who:
            raise StaleOwner
        return inquiry

    def _colleagues(self) -> dict[str, Seat]:
        """Everybody with a seat in some live chat; on a break only if in all of them."""
        found: dict[str, Seat] = {}
        for livechat in self._livechats.all():
            for seat in self._lobby.seats(livechat):
                if seat.number not in found or not seat.paused:
                    found[seat.number] = seat
        return found

    def _queues(self) -> dict[str, str]:
        """The queues that serve live chats, by number."""
        numbers = {
            value
            for livechat in self._livechats.all()
            if livechat.destination.kind == QUEUE
            for value in livechat.destination.values
        }
        return dict(sorted(self._seats.names_of(QUEUE, sorted(numbers)).items()))

    def _on_duty(self, queue: str) -> int:
        """How many of a queue could take a chat now."""
        takers = self._lobby.may_take_over(Handover(QUEUE, queue, "", "", 0))
        return sum(self._delivery.connections(who) > 0 for who in takers)

    def _name(self, kind: str, value: str) -> str:
        named = "extensions" if kind == AGENT else QUEUE
        return self._seats.names_of(named, [value]).get(value, "")


async def give_back(
    transaction: HubTransaction, lobby: Lobby, inquiry: Inquiry, why: str, author: Author
) -> bool:
    """A chat stays with its agent: `cancelled`, `declined` or `unanswered`."""
    changed = await transaction.change(
        inquiry.conversation_id,
        expect_state=(TRANSFERRING,),
        expect_epoch=inquiry.epoch,
        state=ACTIVE,
    )
    if changed is None or inquiry.handover is None:
        return False
    lobby.withdraw(transaction, inquiry, why)
    await LiveChatRepository(transaction.connection).settle_handover(inquiry.conversation_id)
    body = {"state": ACTIVE, "reason": why, "to": handover_json(inquiry.handover)}
    await transaction.append(inquiry.conversation_id, author, "state", body)
    return True


async def bring_in(
    transaction: HubTransaction, conversation_id: str, guest: Agent, agent: Agent
) -> None:
    """Somebody writes beside the one who serves the visitor."""
    who, name = guest.who, guest.name
    await transaction.join(conversation_id, who, name, sees_notes=True, role=HELPING)
    body = {
        "code": "joined",
        "name": name,
        "agent": {"id": guest.number, "name": name},
        "by": _named(agent),
    }
    await transaction.append(conversation_id, agent.author, "system", body)


async def see_off(
    transaction: HubTransaction, conversation_id: str, guest: Agent, author: Author, reason: str
) -> None:
    """Who was brought in writes there no more, and is told: `member_left`, `passed_on`."""
    body = {"code": "left", "name": guest.name, "agent": _named(guest)}
    await transaction.append(conversation_id, author, "system", body)
    await transaction.leave(conversation_id, guest.who)
    gone = {"conversation": conversation_id, "reason": reason}
    transaction.tell([guest.who], "conversation_gone", gone)


def check_serves(agent: Agent, inquiry: Inquiry | None, sitting: Mapping[str, Participant]) -> None:
    """Whether an agent may bring somebody in.

    Raises:
        NotFound: there is no such chat.
        StaleOwner: the agent neither serves it nor was invited.
        Conflict: it is over.
    """
    if inquiry is None:
        raise NotFound
    if not writes(agent.who, inquiry, sitting):
        raise StaleOwner
    if inquiry.state not in (ACTIVE, TRANSFERRING):
        raise Conflict


def writes(who: str, inquiry: Inquiry | None, sitting: Mapping[str, Participant]) -> bool:
    """Whether somebody serves the visitor, or helps to."""
    if inquiry is not None and inquiry.owner == who:
        return True
    seat = sitting.get(who)
    return seat is not None and seat.role == HELPING


def _named(agent: Agent) -> dict[str, str]:
    return {"id": agent.number, "name": agent.name}
