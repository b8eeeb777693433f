"""Rows of visitors, inquiries and consents."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Integer,
    Text,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from engage.livechat.model import (
    ACTIVE,
    KIND,
    OFFLINE,
    OPEN_STATES,
    TRANSFERRING,
    WAITING,
    Consent,
    Details,
    Handover,
    Inquiry,
    OpenCounts,
    Visitor,
)
from engage.storage.tables import (
    consents,
    conversations,
    events,
    extensions,
    facts,
    handovers,
    inquiries,
    visitor_tokens,
    visitors,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

_NUMBER_FACT = "inquiry_number"
_FIRST_NUMBER = 1001

INQUIRY = (
    select(
        inquiries,
        conversations.c.state,
        conversations.c.owner,
        conversations.c.owner_name,
        conversations.c.owner_epoch,
        handovers.c.kind.label("handover_kind"),
        handovers.c.value.label("handover_value"),
        handovers.c.name.label("handover_name"),
        handovers.c.reason.label("handover_reason"),
        handovers.c.at_ms.label("handover_at_ms"),
    )
    .join(conversations, conversations.c.id == inquiries.c.conversation_id)
    .outerjoin(handovers, handovers.c.conversation_id == inquiries.c.conversation_id)
)
"""Every inquiry, with what its conversation is now."""
_INQUIRY = INQUIRY.where(conversations.c.kind == KIND)
"""The same; where few are open, they are found by kind and state."""
_OLDEST_FIRST = inquiries.c.number + 0
"""No column: SQLite would read every past inquiry of a live chat in the order of its index."""

# What each arrival and each acceptance asks is built once: building costs more than running.
_SERVED = (
    conversations.c.kind == KIND,
    conversations.c.state.in_((ACTIVE, TRANSFERRING)),
)
_SERVED_BY_OWNER = (
    select(conversations.c.owner, func.count().label("chats"))
    .where(*_SERVED, conversations.c.owner.is_not(None), conversations.c.owner != "")
    .group_by(conversations.c.owner)
)
_SERVED_BY = (
    select(func.count())
    .select_from(conversations)
    .where(*_SERVED, conversations.c.owner == bindparam("owner"))
)
_LOCK_AGENT = (
    select(extensions.c.number).where(extensions.c.number == bindparam("agent")).with_for_update()
)
_COUNT = (
    update(facts)
    .where(facts.c.name == _NUMBER_FACT)
    .values(value=cast(cast(facts.c.value, Integer) + 1, Text))
    .returning(facts.c.value)
)
_ONE = _INQUIRY.where(inquiries.c.conversation_id == bindparam("conversation"))
_LATEST = (
    _INQUIRY.where(inquiries.c.visitor_id == bindparam("visitor"))
    .order_by(case((conversations.c.state.in_(OPEN_STATES), 0), else_=1), inquiries.c.number.desc())
    .limit(1)
)
_IN_LINE = (conversations.c.state == WAITING, inquiries.c.livechat_id == bindparam("livechat"))
_LINE = _INQUIRY.where(*_IN_LINE).order_by(_OLDEST_FIRST)
_WAITING = (
    select(func.count())
    .select_from(inquiries)
    .join(conversations, conversations.c.id == inquiries.c.conversation_id)
    .where(conversations.c.kind == KIND, *_IN_LINE)
)
_PLACE = _WAITING.where(
    or_(
        inquiries.c.queued_at_ms < bindparam("queued_at"),
        (inquiries.c.queued_at_ms == bindparam("queued_at"))
        & (inquiries.c.number <= bindparam("to_number")),
    )
)
_NEWEST_WORDS = (
    select(events.c.conversation_id, func.max(events.c.seq).label("seq"))
    .where(events.c.conversation_id.in_(bindparam("conversations", expanding=True)))
    .where(events.c.kind.in_(("message", "file")), events.c.author.like("visitor:%"))
    .group_by(events.c.conversation_id)
    .subquery()
)
_PREVIEWS = select(events.c.conversation_id, events.c.body).join(
    _NEWEST_WORDS,
    (_NEWEST_WORDS.c.conversation_id == events.c.conversation_id)
    & (_NEWEST_WORDS.c.seq == events.c.seq),
)


class LiveChatRepository:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open_counts(self) -> dict[str, OpenCounts]:
        """How many wait and how many are served, by live chat; those without any are left out."""
        waiting = func.sum(case((conversations.c.state == WAITING, 1), else_=0))
        query = (
            select(inquiries.c.livechat_id, waiting.label("waiting"), func.count().label("open"))
            .join(conversations, conversations.c.id == inquiries.c.conversation_id)
            .where(conversations.c.kind == KIND, conversations.c.state.in_(OPEN_STATES))
            .group_by(inquiries.c.livechat_id)
        )
        return {
            row.livechat_id: OpenCounts(int(row.waiting), int(row.open) - int(row.waiting))
            for row in await self._connection.execute(query)
        }

    async def served_by_owner(self) -> dict[str, int]:
        """How many visitors each agent serves now, also those who are about to be handed over."""
        found = await self._connection.execute(_SERVED_BY_OWNER)
        return {row.owner: int(row.chats) for row in found}

    async def served_by(self, number: str) -> int:
        """How many visitors an agent serves; they accept no other within this transaction."""
        await self._connection.execute(_LOCK_AGENT, {"agent": number})
        served = await self._connection.scalar(_SERVED_BY, {"owner": f"user:{number}"})
        return int(served or 0)

    async def open_inquiries_of(self, livechat_id: str, limit: int) -> list[Inquiry]:
        """At most so many of one live chat that wait or are served, oldest first."""
        query = (
            _INQUIRY.where(
                inquiries.c.livechat_id == livechat_id, conversations.c.state.in_(OPEN_STATES)
            )
            .order_by(_OLDEST_FIRST)
            .limit(limit)
        )
        return [inquiry_of(row) for row in await self._connection.execute(query)]

    async def add_visitor(self, visitor: Visitor, token_hash: str) -> None:
        """Store a new visitor with their first token."""
        await self._connection.execute(
            insert(visitors),
            {
                "id": visitor.id,
                "livechat_id": visitor.livechat_id,
                "token_hash": token_hash,
                "token_expires_at_ms": visitor.token_expires_at_ms,
                "full_name": visitor.details.full_name,
                "email": visitor.details.email,
                "email_key": visitor.details.email_key,
                "phone": visitor.details.phone,
                "language": visitor.language,
                "user_agent": visitor.user_agent,
                "address": visitor.address,
                "first_seen_at_ms": visitor.first_seen_at_ms,
                "subject": visitor.subject or None,
            },
        )

    async def visitor_by_token(self, token_hash: str) -> Visitor | None:
        """The one a token belongs to, however old it is."""
        visitor = await self._visitor(_BY_TOKEN, token=token_hash)
        return visitor or await self._by_device(token_hash)

    async def visitor(self, visitor_id: str) -> Visitor | None:
        """A visitor by identifier."""
        return await self._visitor(_BY_ID, visitor=visitor_id)

    async def lock_visitor(self, visitor_id: str) -> None:
        """Let nobody else start a chat for them within this transaction (PostgreSQL)."""
        await self._connection.execute(
            select(visitors.c.id).where(visitors.c.id == visitor_id).with_for_update()
        )

    async def renew_token(
        self, visitor_id: str, expires_at_ms: int, token_hash: str | None = None
    ) -> None:
        """Prolong or cut a token's life; a `token_hash` replaces the token itself."""
        values: dict[str, Any] = {"token_expires_at_ms": expires_at_ms}
        if token_hash is not None:
            values["token_hash"] = token_hash
        await self._connection.execute(
            update(visitors).where(visitors.c.id == visitor_id).values(values)
        )
        if token_hash is None:  # the tokens of their other devices live as long
            await self._connection.execute(
                update(visitor_tokens)
                .where(visitor_tokens.c.visitor_id == visitor_id)
                .values(expires_at_ms=expires_at_ms)
            )

    async def update_details(self, visitor_id: str, details: Details) -> None:
        """Keep what a returning visitor says now."""
        await self._connection.execute(
            update(visitors)
            .where(visitors.c.id == visitor_id)
            .values(
                full_name=details.full_name,
                email=details.email,
                email_key=details.email_key,
                phone=details.phone,
            )
        )

    async def next_number(self) -> int:
        """The next inquiry's number; the row's lock makes it gapless and unique."""
        row = (await self._connection.execute(_COUNT)).one_or_none()
        if row is not None:
            return int(row.value)
        await self._connection.execute(
            insert(facts).values(name=_NUMBER_FACT, value=str(_FIRST_NUMBER))
        )
        return _FIRST_NUMBER

    async def add_inquiry(self, inquiry: Inquiry, client_id: str | None) -> None:
        """Store a new inquiry; its conversation exists already."""
        await self._connection.execute(
            insert(inquiries),
            {
                "conversation_id": inquiry.conversation_id,
                "number": inquiry.number,
                "livechat_id": inquiry.livechat_id,
                "visitor_id": inquiry.visitor_id,
                "client_id": client_id,
                "page_url": inquiry.page_url,
                "queued_at_ms": inquiry.queued_at_ms,
                "accepted_at_ms": inquiry.accepted_at_ms,
                "end_reason": inquiry.end_reason,
                "away_since_ms": inquiry.away_since_ms,
                "agent_away_since_ms": inquiry.agent_away_since_ms,
            },
        )

    async def add_consent(self, conversation_id: str, visitor_id: str, consent: Consent) -> None:
        """Store what was agreed to."""
        await self._connection.execute(
            insert(consents),
            {
                "conversation_id": conversation_id,
                "visitor_id": visitor_id,
                "text_hash": consent.text_hash,
                "text": consent.text,
                "at_ms": consent.at_ms,
                "address": consent.address,
            },
        )

    async def consent(self, conversation_id: str) -> Consent | None:
        """What the visitor of a conversation agreed to."""
        query = select(consents).where(consents.c.conversation_id == conversation_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Consent(row.text, row.text_hash, row.at_ms, row.address)

    async def inquiry(self, conversation_id: str) -> Inquiry | None:
        """One inquiry by its conversation."""
        found = await self._connection.execute(_ONE, {"conversation": conversation_id})
        row = found.one_or_none()
        return None if row is None else inquiry_of(row)

    async def inquiry_by_client_id(self, livechat_id: str, client_id: str) -> Inquiry | None:
        """The inquiry that an earlier try of the same start has made."""
        rows = await self._inquiries(
            inquiries.c.livechat_id == livechat_id, inquiries.c.client_id == client_id
        )
        return rows[0] if rows else None

    async def latest_inquiry_of(self, visitor_id: str) -> Inquiry | None:
        """A visitor's open inquiry, else the newest: a message may be left during a chat."""
        found = await self._connection.execute(_LATEST, {"visitor": visitor_id})
        row = found.one_or_none()
        return None if row is None else inquiry_of(row)

    async def open_inquiries(self) -> list[Inquiry]:
        """All that wait or are served, in the order of their numbers."""
        return await self._inquiries(conversations.c.state.in_(OPEN_STATES))

    async def hand_over(self, conversation_id: str, handover: Handover) -> None:
        """Keep to whom a chat is offered."""
        await self._connection.execute(
            insert(handovers).values(
                conversation_id=conversation_id,
                kind=handover.kind,
                value=handover.value,
                name=handover.name,
                reason=handover.reason,
                at_ms=handover.at_ms,
            )
        )

    async def settle_handover(self, conversation_id: str) -> None:
        """It is offered to nobody any more."""
        await self._connection.execute(
            delete(handovers).where(handovers.c.conversation_id == conversation_id)
        )

    async def messages_left(
        self, livechat_ids: Sequence[str], before: int | None, limit: int
    ) -> list[Inquiry]:
        """The newest messages left in these live chats, with numbers below `before`."""
        query = (
            _INQUIRY.where(
                inquiries.c.livechat_id.in_(livechat_ids), conversations.c.state == OFFLINE
            )
            .order_by(inquiries.c.number.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(inquiries.c.number < before)
        return [inquiry_of(row) for row in await self._connection.execute(query)]

    async def place(self, inquiry: Inquiry) -> int:
        """How many wait in its live chat up to and with this one: `waiting.positions` for one."""
        line = {"livechat": inquiry.livechat_id}
        upto = {"queued_at": inquiry.queued_at_ms, "to_number": inquiry.number}
        return int(await self._connection.scalar(_PLACE, line | upto) or 0)

    async def count_waiting(self, livechat_id: str) -> int:
        """How many wait in a live chat."""
        return int(await self._connection.scalar(_WAITING, {"livechat": livechat_id}) or 0)

    async def line(self, livechat_id: str) -> list[Inquiry]:
        """Those who wait in one live chat."""
        found = await self._connection.execute(_LINE, {"livechat": livechat_id})
        return [inquiry_of(row) for row in found]

    async def over_since(self, livechat_id: str, before_ms: int, most: int) -> list[Inquiry]:
        """Chats and messages of a live chat that were over by then, oldest first."""
        over_at_ms = func.coalesce(conversations.c.ended_at_ms, inquiries.c.queued_at_ms)
        query = (
            _INQUIRY.where(
                inquiries.c.livechat_id == livechat_id,
                conversations.c.state.not_in(OPEN_STATES),
                over_at_ms < before_ms,
            )
            .order_by(inquiries.c.number)
            .limit(most)
        )
        return [inquiry_of(row) for row in await self._connection.execute(query)]

    async def drop_visitors(self, visitor_ids: Sequence[str]) -> None:
        """Remove those of whom no chat is left."""
        left = exists().where(inquiries.c.visitor_id == visitors.c.id)
        await self._connection.execute(
            delete(visitors).where(visitors.c.id.in_(visitor_ids), ~left)
        )

    async def change_inquiry(self, conversation_id: str, **values: object) -> None:
        """Set columns of one inquiry."""
        await self._connection.execute(
            update(inquiries).where(inquiries.c.conversation_id == conversation_id).values(values)
        )

    async def previews(self, conversation_ids: Sequence[str]) -> dict[str, str]:
        """The JSON body of the newest message the visitor wrote, per conversation."""
        these = {"conversations": list(conversation_ids)}
        found = await self._connection.execute(_PREVIEWS, these)
        return {row.conversation_id: row.body for row in found}

    async def said_last(self, conversation_id: str) -> str:
        """The newest words of the visitor."""
        body = (await self.previews([conversation_id])).get(conversation_id)
        return "" if body is None else str(json.loads(body).get("text", ""))

    async def visitors(self, visitor_ids: Sequence[str]) -> dict[str, Visitor]:
        """Several visitors by identifier."""
        found = await self._connection.execute(_BY_IDS, {"visitors": list(visitor_ids)})
        return {row.id: _visitor(row) for row in found}

    async def _by_device(self, token_hash: str) -> Visitor | None:
        query = select(visitor_tokens).where(visitor_tokens.c.token_hash == token_hash)
        row = (await self._connection.execute(query)).one_or_none()
        visitor = None if row is None else await self.visitor(row.visitor_id)
        if row is None or visitor is None:
            return None
        return replace(visitor, token_expires_at_ms=row.expires_at_ms)

    async def _visitor(self, query: Select[Any], **values: str) -> Visitor | None:
        row = (await self._connection.execute(query, values)).one_or_none()
        return None if row is None else _visitor(row)

    async def _inquiries(self, *conditions: Any) -> list[Inquiry]:
        query = _INQUIRY.where(*conditions).order_by(_OLDEST_FIRST)
        return [inquiry_of(row) for row in await self._connection.execute(query)]


_FIRST_CONVERSATION = (
    select(func.min(inquiries.c.number))
    .where(inquiries.c.visitor_id == visitors.c.id)
    .correlate(visitors)
    .scalar_subquery()
)
_VISITOR = select(visitors, _FIRST_CONVERSATION.label("number"))
_BY_TOKEN = _VISITOR.where(visitors.c.token_hash == bindparam("token"))
_BY_ID = _VISITOR.where(visitors.c.id == bindparam("visitor"))
_BY_IDS = _VISITOR.where(visitors.c.id.in_(bindparam("visitors", expanding=True)))


def _visitor(row: Row[Any]) -> Visitor:
    return Visitor(
        id=row.id,
        livechat_id=row.livechat_id,
        details=Details(row.full_name, row.email, row.phone),
        name=row.full_name or f"Visitor {row.number}",
        language=row.language,
        user_agent=row.user_agent,
        address=row.address,
        first_seen_at_ms=row.first_seen_at_ms,
        token_expires_at_ms=row.token_expires_at_ms,
        subject=row.subject or "",
        first_number=row.number or 0,
        visits=row.visits,
    )


def inquiry_of(row: Row[Any]) -> Inquiry:
    """A row of `INQUIRY` as a value."""
    return Inquiry(
        conversation_id=row.conversation_id,
        number=row.number,
        livechat_id=row.livechat_id,
        visitor_id=row.visitor_id,
        page_url=row.page_url,
        queued_at_ms=row.queued_at_ms,
        accepted_at_ms=row.accepted_at_ms,
        end_reason=row.end_reason,
        away_since_ms=row.away_since_ms,
        agent_away_since_ms=row.agent_away_since_ms,
        state=row.state,
        owner=row.owner,
        owner_name=row.owner_name,
        epoch=row.owner_epoch,
        answered_at_ms=row.answered_at_ms,
        answered_by=row.answered_by or "",
        rating=row.rating,
        handover=None if row.handover_kind is None else _handover(row),
    )


def _handover(row: Row[Any]) -> Handover:
    return Handover(
        row.handover_kind,
        row.handover_value,
        row.handover_name,
        row.handover_reason,
        row.handover_at_ms,
    )
