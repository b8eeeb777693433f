"""A colleague is asked into a visitor's chat, and writes in it once they have accepted.

Invitations are kept in memory: one that nobody accepts, or that a restart forgets, changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engage.errors import NotFound
from engage.livechat.handing_over import bring_in, check_serves, writes
from engage.livechat.model import NobodyThere
from engage.livechat.repository import LiveChatRepository

if TYPE_CHECKING:
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.desk import Agent
    from engage.livechat.model import Seats
    from engage.storage.database import Database

LASTS_MS: Final = 60_000
"""So long an invitation can be accepted."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """`host` asked somebody into the chat with `visitor` (a name)."""

    host: Agent
    visitor: str
    at_ms: int


class Invitations:
    """Those that wait for an answer; each check of rights is here."""

    def __init__(
        self, database: Database, hub: Hub, delivery: Delivery, seats: Seats, clock: Clock
    ) -> None:
        self._database, self._hub, self._delivery = database, hub, delivery
        self._seats, self._clock = seats, clock
        self._open: dict[tuple[str, str], Invitation] = {}

    async def invite(self, agent: Agent, conversation_id: str, number: str) -> None:
        """Ask a colleague in; one who writes there already is not asked.

        Raises:
            NotFound: the agent does not follow this conversation.
            StaleOwner: the agent neither serves it nor was invited.
            Conflict: it is over.
            NobodyThere: the colleague serves no live chats.
        """
        await self._hub.require_participant(agent.who, conversation_id)
        who = f"user:{number}"
        seats = self._seats.agents_of("extensions", [number])
        if not seats:
            raise NobodyThere(name=number)
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            inquiry = await rows.inquiry(conversation_id)
            visitor = None if inquiry is None else await rows.visitor(inquiry.visitor_id)
        sitting = {each.who: each for each in await self._hub.participants(conversation_id)}
        check_serves(agent, inquiry, sitting)
        if writes(who, inquiry, sitting):
            return
        made = Invitation(agent, "" if visitor is None else visitor.name, self._clock())
        self._open = {key: each for key, each in self._open.items() if self._lasts(each)}
        self._open[conversation_id, number] = made
        self._delivery.send([who], "chat_invited", self._told(conversation_id, made))

    def waiting_for(self, guest: Agent) -> list[dict[str, Any]]:
        """What a colleague may accept now, for a window that was not there when it was told."""
        return [
            self._told(conversation, each)
            for (conversation, number), each in self._open.items()
            if number == guest.number and self._lasts(each)
        ]

    async def accept(self, guest: Agent, conversation_id: str) -> dict[str, Any]:
        """Come in: both write, until one of them leaves.

        Returns:
            the conversation's summary with its events.

        Raises:
            NotFound: nobody has asked them, or too long ago.
            StaleOwner: who has asked does not serve it any more.
            Conflict: it is over.
        """
        key = conversation_id, guest.number
        asked = self._open.get(key)
        if asked is None or not self._lasts(asked):
            raise NotFound

        async def work(transaction: HubTransaction) -> None:
            inquiry = await LiveChatRepository(transaction.connection).inquiry(conversation_id)
            sitting = {each.who: each for each in await transaction.participants(conversation_id)}
            check_serves(asked.host, inquiry, sitting)
            if not writes(guest.who, inquiry, sitting):
                await bring_in(transaction, conversation_id, guest, asked.host)

        await self._hub.transact(work)
        gone = {"conversation": conversation_id}
        self._delivery.send([guest.who], "invitation_settled", gone)  # their other windows
        summary = await self._hub.summary(guest.who, conversation_id)
        if self._open.get(key) is asked:  # only now: whoever was told of a failure tries again
            del self._open[key]
        return summary

    def _lasts(self, invitation: Invitation) -> bool:
        return self._clock() < invitation.at_ms + LASTS_MS

    def _told(self, conversation_id: str, invitation: Invitation) -> dict[str, Any]:
        host = invitation.host
        return {
            "conversation": conversation_id,
            "by": {"id": host.number, "name": host.name},
            "visitor": invitation.visitor,
            "left_ms": max(0, invitation.at_ms + LASTS_MS - self._clock()),
        }
