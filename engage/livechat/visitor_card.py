"""The visitor's card: who they are, where they come from, and what was before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from engage.errors import Invalid, NotFound
from engage.hub.rows import event_of
from engage.hub.wire import event_json
from engage.identifiers import rfc3339
from engage.livechat import form, wire
from engage.livechat.outcomes import OutcomeRows, outcome_json
from engage.livechat.related import PastChat, RelatedRows
from engage.livechat.repository import LiveChatRepository
from engage.livechat.visits import VisitRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub, HubTransaction
    from engage.livechat.banning.service import Bans
    from engage.livechat.desk import Agent
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Details, Inquiry, LiveChat, Visitor
    from engage.livechat.oversight import Oversight
    from engage.livechat.visitors import Visitors
    from engage.storage.database import Database

NOTHING = "\N{EN DASH}"
MOST_CHATS, MOST_CALLS, MOST_LINES = 100, 100, 1000


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call of a person; `by`: `conversation` it was in, or the `phone` number."""

    id: str
    at_ms: int
    direction: str
    disposition: str
    talk_s: int
    agent: str
    number: str
    conversation_id: str
    by: str


class PastCalls(Protocol):
    """The calls of visitors and of telephone numbers, as far as somebody may know of them."""

    async def of(
        self, conversation_ids: Sequence[str], phone: str, agent: str, queues: Sequence[str]
    ) -> list[PastCall]:
        """Those in these conversations, and those of a number that an agent or a queue had."""
        ...


class NoPastCalls:
    """Where nobody has written calls down."""

    async def of(
        self, conversation_ids: Sequence[str], phone: str, agent: str, queues: Sequence[str]
    ) -> list[PastCall]:
        """None."""
        return []


class VisitorCards:
    """For the agents of a live chat, its chairmen, and whoever follows the conversation."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        delivery: Delivery,
        lobby: Lobby,
        livechats: LiveChats,
        oversight: Oversight,
        bans: Bans,
        visitors: Visitors,
    ) -> None:
        self._database, self._hub, self._delivery = database, hub, delivery
        self._lobby, self._livechats, self._oversight = lobby, livechats, oversight
        self._bans, self._visitors = bans, visitors
        self.calls: PastCalls = NoPastCalls()

    async def read(self, agent: Agent, conversation_id: str) -> dict[str, Any]:
        """What is known about a visitor.

        Raises:
            NotFound: no such conversation for this agent.
        """
        inquiry, visitor, livechat = await self._seen(agent, conversation_id)
        async with self._database.read() as connection:
            consent = await LiveChatRepository(connection).consent(conversation_id)
            rows = VisitRows(connection)
            visit, presence = await rows.of(conversation_id), await rows.presence(visitor.id)
        here = self._delivery.connections(visitor.who) > 0
        seen_at_ms = max(presence.last_seen_at_ms or 0, inquiry.away_since_ms or 0)
        card = wire.details_json(inquiry, visitor, consent, livechat)
        if visit is not None:  # as it was then: the visitor may have come from elsewhere since
            card["visitor"] |= {"user_agent": visit.user_agent, "address": visit.address}
        card["visitor"] |= {
            "visits": presence.visits,
            "here": here,
            "last_seen": rfc3339(seen_at_ms or visitor.first_seen_at_ms),
        }
        card["inquiry"] |= {
            "page_title": "" if visit is None else visit.told.page_title,
            "referrer": "" if visit is None else visit.told.referrer,
            "time_zone": "" if visit is None else visit.told.time_zone,
            "answers": [] if visit is None else [asdict(each) for each in visit.told.answers],
        }
        ban = self._bans.about(visitor.id)
        card["ban"] = None if ban is None else {"id": ban.id, "state": ban.state}
        card["may_ban"] = self._oversight.is_chairman(agent.who, livechat)
        return card

    async def edit(
        self, agent: Agent, conversation_id: str, given: dict[str, str]
    ) -> dict[str, Any]:
        """Correct name, email or phone; the conversation notes it for the agents.

        Raises:
            NotFound: the agent does not follow this conversation.
            Invalid: with a message per field.
        """
        await self._hub.require_participant(agent.who, conversation_id)

        async def work(transaction: HubTransaction) -> str:
            rows = LiveChatRepository(transaction.connection)
            inquiry = await rows.inquiry(conversation_id)
            visitor = None if inquiry is None else await rows.visitor(inquiry.visitor_id)
            if visitor is None:
                raise NotFound
            details, fields = form.corrected(visitor.details, given)
            if fields:
                raise Invalid(fields)
            changes = _changes(visitor.details, details)
            if changes:
                await rows.update_details(visitor.id, details)
                name = details.full_name or visitor.name
                await transaction.change(conversation_id, title=name)
                await transaction.join(conversation_id, visitor.who, name)  # under this name now
                note = {"text": "\n".join(changes)}
                await transaction.append(conversation_id, agent.author, "note", note)
            return visitor.id

        self._visitors.forget(await self._hub.transact(work))
        return await self.read(agent, conversation_id)

    async def timeline(self, agent: Agent, conversation_id: str) -> list[dict[str, Any]]:
        """Other chats and the calls of the same person, the newest first.

        Of chats: those in live chats where the agent has a seat, or is chairman. Of calls by
        number: those that the agent had, or that came to the queue that answers this live chat.

        Raises:
            NotFound: no such conversation for this agent.
        """
        _, visitor, livechat = await self._seen(agent, conversation_id)
        async with self._database.read() as connection:
            chats = await self._chats(connection, agent, visitor, conversation_id)
            said = await OutcomeRows(connection).of_all([each.conversation_id for each in chats])
        to = livechat.destination
        calls = await self.calls.of(
            [conversation_id, *(each.conversation_id for each in chats)],
            visitor.details.phone,
            agent.number,
            to.values if to.kind == "queue" else (),
        )
        entries = [
            {
                "kind": "chat",
                "at": rfc3339(each.queued_at_ms),
                "conversation": each.conversation_id,
                "number": each.number,
                "livechat": self._livechats.by_id(each.livechat_id).name,
                "state": each.state,
                "agent": each.agent,
                "rating": each.rating,
                "by": each.by,
                "outcome": outcome_json(said[each.conversation_id])
                if each.conversation_id in said
                else None,
            }
            for each in chats
        ]
        entries += [_call_json(each) for each in calls[:MOST_CALLS]]
        return sorted(entries, key=lambda each: str(each["at"]), reverse=True)

    async def past(self, agent: Agent, conversation_id: str, past_id: str) -> list[dict[str, Any]]:
        """What was said in one of the chats of the timeline.

        Raises:
            NotFound: no such conversation for this agent, or not of the same person.
        """
        _, visitor, _ = await self._seen(agent, conversation_id)
        async with self._database.read() as connection:
            chats = await self._chats(connection, agent, visitor, conversation_id)
            if past_id not in {each.conversation_id for each in chats}:
                raise NotFound
            rows = await RelatedRows(connection).said(past_id, MOST_LINES)
        return [event_json(event_of(row), sees_notes=True) for row in rows]

    async def _chats(
        self, connection: AsyncConnection, agent: Agent, visitor: Visitor, but: str
    ) -> list[PastChat]:
        seen = [each.id for each in self._livechats.all() if self._may_see(agent, each)]
        return await RelatedRows(connection).chats(visitor, seen, but, MOST_CHATS)

    def _may_see(self, agent: Agent, livechat: LiveChat) -> bool:
        staffed = agent.who in self._lobby.staff(livechat)
        return staffed or self._oversight.is_chairman(agent.who, livechat)

    async def _seen(self, agent: Agent, conversation_id: str) -> tuple[Inquiry, Visitor, LiveChat]:
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            inquiry = await rows.inquiry(conversation_id)
            visitor = None if inquiry is None else await rows.visitor(inquiry.visitor_id)
        if inquiry is None or visitor is None:
            raise NotFound
        livechat = self._livechats.by_id(inquiry.livechat_id)
        if not self._may_see(agent, livechat):
            await self._hub.require_participant(agent.who, conversation_id)
        return inquiry, visitor, livechat


def _call_json(call: PastCall) -> dict[str, Any]:
    return {
        "kind": "call",
        "at": rfc3339(call.at_ms),
        "id": call.id,
        "direction": call.direction,
        "disposition": call.disposition,
        "talk_s": call.talk_s,
        "agent": call.agent,
        "number": call.number,
        "by": call.by,
    }


def _changes(before: Details, after: Details) -> list[str]:
    """Each field that differs, as agents read it in the conversation's note."""
    pairs = (
        (before.full_name, after.full_name),
        (before.email, after.email),
        (before.phone, after.phone),
    )
    return [f"{old or NOTHING} → {new or NOTHING}" for old, new in pairs if old != new]
