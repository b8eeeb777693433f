"""How visitors leave a bot: to people, to the offline form, or because they are gone."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from engage.errors import EngageError
from engage.hub.model import SYSTEM, Author, clean_text
from engage.livechat.bots.repository import BotRepository
from engage.livechat.desk import close
from engage.livechat.events import ConversationEnded, InquiryQueued
from engage.livechat.model import ACTIVE, ENDED, IDLE
from engage.livechat.repository import LiveChatRepository
from engage.livechat.requeueing import requeue

if TYPE_CHECKING:
    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.attendance import Attendance
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry
    from engage.livechat.reception import Reception

log = logging.getLogger(__name__)
NOTE_LIMIT = 2_000


class Leaving:
    """Ends the time that a bot has with a visitor."""

    def __init__(
        self,
        hub: Hub,
        lobby: Lobby,
        livechats: LiveChats,
        reception: Reception,
        attendance: Attendance,
        events: Events,
        clock: Clock,
    ) -> None:
        self._hub, self._lobby, self._livechats = hub, lobby, livechats
        self._reception, self._attendance = reception, attendance
        self._events, self._clock = events, clock

    async def hand_over(
        self, conversation_id: str, reason: str, epoch: int | None = None, note: str = ""
    ) -> bool:
        """Let people take over, if a bot still serves the visitor (under this epoch).

        Where no person can be asked the chat ends, and the visitor may leave a message.
        """

        async def work(transaction: HubTransaction) -> tuple[Inquiry, str | None] | None:
            rows = LiveChatRepository(transaction.connection)
            inquiry = await rows.inquiry(conversation_id)
            if inquiry is None or inquiry.state != ACTIVE or not _is_bots(inquiry):
                return None
            if epoch is not None and inquiry.epoch != epoch:
                return None
            await BotRepository(transaction.connection).answered(conversation_id)
            if kept := _readable(note):
                author = Author("bot", _bot_id(inquiry), inquiry.owner_name)
                await transaction.append(conversation_id, author, "note", {"text": kept})
            closed = self._reception.closed(self._livechats.by_id(inquiry.livechat_id))
            if closed is not None:
                ended = await close(transaction, inquiry, ENDED, SYSTEM, closed, self._clock())
                return (inquiry, closed) if ended else None
            now = self._clock()
            await rows.change_inquiry(conversation_id, queued_at_ms=now)
            await transaction.leave(conversation_id, inquiry.owner or "")
            handed = await requeue(transaction, self._lobby, inquiry, reason, now)
            return (inquiry, None) if handed else None

        done = await self._hub.transact(work)
        if done is None:
            return False
        inquiry, closed = done
        told = {"reason": reason, "livechat": inquiry.livechat_id, "closed": closed}
        log.info("bot hands over", extra=told)
        if closed is None:
            self._events.publish(InquiryQueued(conversation_id, inquiry.livechat_id))
        else:
            self._events.publish(ConversationEnded(conversation_id, inquiry.livechat_id, closed))
        return True

    async def gone(self, conversation_id: str) -> bool:
        """The visitor is there no more: end the chat."""
        inquiry = await self._hub.transact(partial(self._end_idle, conversation_id))
        if inquiry is not None:
            fact = ConversationEnded(conversation_id, inquiry.livechat_id, IDLE)
            self._events.publish(fact)
        return inquiry is not None

    async def _end_idle(self, conversation_id: str, transaction: HubTransaction) -> Inquiry | None:
        """Look again inside the transaction: who asks over HTTP is there without a socket."""
        inquiry = await LiveChatRepository(transaction.connection).inquiry(conversation_id)
        if inquiry is None or not _is_bots(inquiry) or not self._attendance.is_gone(inquiry):
            return None
        closed = await close(transaction, inquiry, ENDED, SYSTEM, IDLE, self._clock())
        return inquiry if closed else None


def _readable(note: str) -> str:
    """A bot's note as it is kept: what cannot be taken keeps nobody from a person."""
    try:
        return clean_text(note[:NOTE_LIMIT])
    except EngageError:
        return ""


def _is_bots(inquiry: Inquiry) -> bool:
    return (inquiry.owner or "").startswith("bot:")


def _bot_id(inquiry: Inquiry) -> str:
    return (inquiry.owner or "").partition(":")[2]
