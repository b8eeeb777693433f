"""Mails about live chat: somebody waits, has left a message, or wants to keep what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.livechat.model import WantsNoMail
from engage.mailing import Recipient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry, LiveChat, Seat, Visitor
    from engage.mailing import Mailer

WAITING_INQUIRY, OFFLINE_MESSAGE = "waiting_inquiry", "offline_message"
TRANSCRIPT = "transcript"


class Post:
    """Writes mails to the agents of a live chat, each in their own language."""

    def __init__(self, mailer: Mailer, lobby: Lobby) -> None:
        self._mailer, self._lobby = mailer, lobby

    async def somebody_waits(
        self,
        connection: AsyncConnection,
        livechat: LiveChat,
        inquiry: Inquiry,
        visitor: Visitor,
        waiting_s: int,
    ) -> None:
        """Nobody has accepted a visitor for a while: to those who may."""
        params: dict[str, str | int] = {
            "livechat_name": livechat.name,
            "visitor_name": visitor.name,
            "waiting": waiting_s,
            "link": link_of(inquiry),
        }
        seats = [seat for seat in self._lobby.seats(livechat) if not seat.paused]
        await self._write(connection, WAITING_INQUIRY, seats, inquiry, params)

    async def message_left(
        self,
        connection: AsyncConnection,
        livechat: LiveChat,
        inquiry: Inquiry,
        visitor: Visitor,
        text: str,
        seq: int = 0,
    ) -> None:
        """A visitor has left a message: to everybody with a seat; an answer goes to the visitor.

        `seq`: where a further message of the same visitor stands; 0: it is the first.
        """
        params = {
            "livechat_name": livechat.name,
            "visitor_name": visitor.name,
            "visitor_email": visitor.details.email,
            "visitor_phone": visitor.details.phone,
            "message": text,
            "link": link_of(inquiry),
        }
        seats, reply_to = self._lobby.seats(livechat), visitor.details.email
        await self._write(connection, OFFLINE_MESSAGE, seats, inquiry, params, reply_to, seq)

    async def transcript(
        self,
        connection: AsyncConnection,
        livechat: LiveChat,
        inquiry: Inquiry,
        visitor: Visitor,
        text: str,
    ) -> None:
        """What was said, to the visitor who asks for it.

        Raises:
            WantsNoMail: the address is of somebody who has stopped such mails.
        """
        details = visitor.details
        if not await self._mailer.is_wanted(connection, TRANSCRIPT, details.email):
            raise WantsNoMail
        await self._mailer.post(
            connection,
            TRANSCRIPT,
            to=Recipient(details.email, visitor.name, visitor.language),
            params={
                "livechat_name": livechat.name,
                "visitor_name": visitor.name,
                "agent_name": inquiry.owner_name,
                "started_at": inquiry.queued_at_ms,
                "transcript": text,
            },
            dedupe_key=f"{TRANSCRIPT}:{inquiry.conversation_id}",
        )

    async def _write(
        self,
        connection: AsyncConnection,
        kind: str,
        seats: Iterable[Seat],
        inquiry: Inquiry,
        params: Mapping[str, str | int],
        reply_to: str = "",
        seq: int = 0,
    ) -> None:
        again = f":{seq}" if seq else ""
        for seat in seats:
            if seat.email:
                await self._mailer.post(
                    connection,
                    kind,
                    to=Recipient(seat.email, seat.name, seat.language),
                    params=params,
                    reply_to=reply_to,
                    dedupe_key=f"{kind}:{inquiry.conversation_id}:{seat.number}{again}",
                )


def link_of(inquiry: Inquiry) -> str:
    """Where Wave shows a conversation."""
    return f"/wave/#/live-chat/{inquiry.conversation_id}"
