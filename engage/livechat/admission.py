"""Rows of who comes in: the visitor, and what they ask; in the caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from engage.identifiers import new_id
from engage.livechat import form, tokens, wire
from engage.livechat.model import KIND, Consent, Details, Inquiry, Visitor
from engage.livechat.options import text_hash
from engage.livechat.repository import LiveChatRepository
from engage.livechat.visits import VisitRows

if TYPE_CHECKING:
    from engage.hub.model import Member
    from engage.hub.service import HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.identity.token import Signed
    from engage.livechat.model import Arrival, LiveChat
    from engage.livechat.reception import Start


class First(Protocol):
    """Who may serve visitors before people do."""

    def serves(self, livechat: LiveChat, closed: str | None) -> bool:
        """Whether they are given to it now; `closed`: why no person can be asked, if so."""
        ...

    async def take(
        self, transaction: HubTransaction, livechat: LiveChat, inquiry: Inquiry, closed: str | None
    ) -> bool:
        """Serve one who has just come, or do not; `closed` likewise."""
        ...


class NobodyThere(Exception):
    """Nobody can be asked after all; `reason` as `Reception.closed` has it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Admission:
    """Stores visitors and their inquiries, as a chat or as a message left."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def visitor(
        self,
        rows: LiveChatRepository,
        known: Visitor | None,
        token: str | None,
        livechat: LiveChat,
        details: Details,
        arrival: Arrival,
        number: int,
        signed: Signed | None,
    ) -> tuple[Visitor, str]:
        """Store a new visitor, or what a known one says now."""
        now, expires = self._clock(), self._clock() + tokens.LIFE_MS
        if known is not None and token is not None:
            if known.subject:  # what was signed once is not overwritten by what is typed
                held = known.details
                details = Details(
                    held.full_name or details.full_name,
                    held.email or details.email,
                    held.phone or details.phone,
                )
            await rows.update_details(known.id, details)
            await rows.renew_token(known.id, expires)
            name = details.full_name or known.name
            return replace(known, details=details, name=name, token_expires_at_ms=expires), token
        token = tokens.new_token()
        visitor = Visitor(
            id=new_id(),
            livechat_id=livechat.id,
            details=details,
            name=details.full_name or f"Visitor {number}",
            language=arrival.language,
            user_agent=arrival.user_agent,
            address=arrival.address,
            first_seen_at_ms=now,
            token_expires_at_ms=expires,
            subject="" if signed is None else signed.subject,
        )
        await rows.add_visitor(visitor, tokens.token_hash(token))
        return visitor, token

    async def inquiry(
        self,
        transaction: HubTransaction,
        livechat: LiveChat,
        visitor: Visitor,
        start: Start,
        arrival: Arrival,
        number: int,
        *,
        state: str,
        members: list[Member],
    ) -> Inquiry:
        """The conversation, its inquiry and what was agreed to: all three, or none."""
        now = self._clock()
        conversation = await transaction.create(
            kind=KIND, title=visitor.name, state=state, participants=members,
            manners=wire.manners(livechat, visitor.language),
        )  # fmt: skip
        inquiry = Inquiry(
            conversation_id=conversation.id,
            number=number,
            livechat_id=livechat.id,
            visitor_id=visitor.id,
            page_url=form.page_url(start.page_url),
            queued_at_ms=now,
            accepted_at_ms=None,
            end_reason="",
            away_since_ms=now,  # until the page's socket is there
            agent_away_since_ms=None,
            state=state,
            owner=None,
            owner_name="",
            epoch=conversation.owner_epoch,
        )
        rows = LiveChatRepository(transaction.connection)
        await rows.add_inquiry(inquiry, start.client_id)
        visits = VisitRows(transaction.connection)
        await visits.begin(conversation.id, visitor.id, start.told, arrival, now)
        notice = wire.notice(livechat, visitor.language)
        if notice:
            consent = Consent(notice, text_hash(notice), now, visitor.address)
            await rows.add_consent(conversation.id, visitor.id, consent)
        return inquiry
