"""Live chat, wired: the reception, the desk, the lobby between them, and who attends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.hub.events import EventAppended
from engage.identifiers import Clock, now_ms
from engage.livechat import tokens
from engage.livechat.attendance import Attendance
from engage.livechat.desk import Desk
from engage.livechat.events import (
    ConversationEnded,
    InquiryAccepted,
    InquiryMissed,
    InquiryQueued,
)
from engage.livechat.limits import Limits, Throttle
from engage.livechat.lobby import LiveChats, Lobby
from engage.livechat.model import KIND, WAITING, LiveChat, Seats, TokenExpired, TokenInvalid
from engage.livechat.policy import LiveChatPolicy
from engage.livechat.reception import Reception
from engage.livechat.repository import LiveChatRepository
from engage.livechat.waiting import is_open
from engage.people.events import PeopleChanged
from engage.people.model import Principal

if TYPE_CHECKING:
    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub
    from engage.storage.database import Database


class LiveChatService:
    """Everything live chat can do, for its edges and for `app.py`."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        delivery: Delivery,
        people: Seats,
        events: Events,
        *,
        limits: Limits | None = None,
        clock: Clock = now_ms,
    ) -> None:
        self._database, self._clock = database, clock
        self.livechats = LiveChats()
        self.lobby = Lobby(database, delivery, people, self.livechats, clock)
        throttle = Throttle(limits or Limits(), clock)
        self.reception = Reception(
            database, hub, self.lobby, self.livechats, throttle, events, clock
        )
        parts = (database, hub, delivery, self.lobby, self.livechats, events, clock)
        self.desk = Desk(*parts)
        self.attendance = Attendance(*parts)
        hub.policy(KIND, LiveChatPolicy(database, hub, throttle))
        events.subscribe(InquiryQueued, self._line_changed)
        events.subscribe(InquiryAccepted, self._line_changed)
        events.subscribe(InquiryMissed, self._line_changed)
        events.subscribe(ConversationEnded, self._line_changed)
        events.subscribe(EventAppended, self._visitor_wrote)
        events.subscribe(PeopleChanged, self._people_changed)

    async def start(self) -> None:
        """Read the live chats into memory and begin to watch over those who wait."""
        await self.livechats.load(self._database)
        await self.attendance.start()

    async def stop(self) -> None:
        """Watch no longer."""
        await self.attendance.stop()

    async def add(self, livechat: LiveChat) -> None:
        """Store a live chat; it is reachable at once."""
        await self._database.write(lambda each: LiveChatRepository(each).add_livechat(livechat))
        await self.livechats.load(self._database)

    async def visitor(self, token: str) -> Principal:
        """Who a visitor's token stands for; its use keeps it alive while they can write.

        Raises:
            TokenInvalid: nobody has it.
            TokenExpired: it has not been used for too long, or the chat is over for long.
        """
        now = self._clock()
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            visitor = await rows.visitor_by_token(tokens.token_hash(token))
            if visitor is None:
                raise TokenInvalid
            if visitor.token_expires_at_ms <= now:
                raise TokenExpired
            inquiry = await rows.latest_inquiry_of(visitor.id)
        self.attendance.heard(visitor.id)
        left_ms = visitor.token_expires_at_ms - now
        if inquiry is not None and is_open(inquiry.state) and left_ms < tokens.RENEW_BELOW_MS:
            expires = now + tokens.LIFE_MS
            await self._database.write(
                lambda each: LiveChatRepository(each).renew_token(visitor.id, expires)
            )
        return Principal(
            kind="visitor",
            id=visitor.id,
            name=visitor.name,
            who=visitor.who,
            session_id=visitor.id,
            language=visitor.language,
        )

    async def connected(self, principal: Principal) -> None:
        """A socket of this person was opened."""
        await self._changed(principal)

    async def disconnected(self, principal: Principal) -> None:
        """A socket of this person was closed."""
        await self._changed(principal)

    async def _changed(self, principal: Principal) -> None:
        match principal.kind:
            case "visitor":
                await self.attendance.visitor_changed(principal.id)
            case "user":
                await self.attendance.agent_changed(principal.who)
            case "admin":
                pass

    async def _line_changed(
        self, fact: InquiryQueued | InquiryAccepted | InquiryMissed | ConversationEnded
    ) -> None:
        await self.lobby.line_moved(fact.livechat_id)

    async def _visitor_wrote(self, fact: EventAppended) -> None:
        waiting = fact.conversation.kind == KIND and fact.conversation.state == WAITING
        if waiting and fact.event.kind == "message" and fact.event.author.kind == "visitor":
            await self.lobby.offer_again(fact.conversation.id)

    async def _people_changed(self, _: PeopleChanged) -> None:
        await self.lobby.offer_all()
