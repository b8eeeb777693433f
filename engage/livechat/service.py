"""Live chat, wired: the reception, the desk, the lobby between them, and who attends."""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import TYPE_CHECKING

from engage.background import Gathered
from engage.errors import NotFound
from engage.hub.events import EventAppended
from engage.identifiers import Clock, now_ms
from engage.livechat.administration import Administration
from engage.livechat.alarms.service import Alarms
from engage.livechat.assigning import Assigner
from engage.livechat.attendance import Attendance
from engage.livechat.banning.service import Bans
from engage.livechat.browsing.service import Browsing
from engage.livechat.calling.asking import CallRequests
from engage.livechat.desk import Desk
from engage.livechat.events import (
    ConversationEnded,
    InquiryAccepted,
    InquiryMissed,
    InquiryQueued,
)
from engage.livechat.freeing import Freeing
from engage.livechat.handing_over import HandingOver
from engage.livechat.idling import IdleChats
from engage.livechat.invitations import Invitations
from engage.livechat.limits import Limits, Throttle
from engage.livechat.livechats import LiveChatRows, LiveChats
from engage.livechat.load import AgentLoads
from engage.livechat.lobby import Lobby
from engage.livechat.model import KIND, WAITING, Inquiry, LiveChat, Seats, Visitor
from engage.livechat.outcomes import Outcomes
from engage.livechat.oversight import Oversight
from engage.livechat.policy import LiveChatPolicy
from engage.livechat.post import Post
from engage.livechat.quick_replies import QuickReplies
from engage.livechat.reception import Reception
from engage.livechat.reminders import Reminders
from engage.livechat.repository import LiveChatRepository
from engage.livechat.retention import Retention
from engage.livechat.survey import Surveys
from engage.livechat.transcript import Transcripts
from engage.livechat.visitor_card import VisitorCards
from engage.livechat.visitors import Visitors
from engage.people.events import ExtensionsDropped, ExtensionsSaved, PeopleChanged
from engage.system.time_settings import zones
from pbxcore.dialplan.time_conditions import Calendar

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.events import Events
    from engage.files.model import FileKind
    from engage.hub.delivery import Delivery
    from engage.hub.service import Hub
    from engage.mailing import Mailer
    from engage.people.model import Principal
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
        mailer: Mailer,
        *,
        limits: Callable[[], Limits] = Limits,
        calendar: Callable[[], Calendar] = lambda: Calendar(UTC),
        clock: Clock = now_ms,
    ) -> None:
        """`limits` and `calendar` tell what an administrator has set, whenever they are asked."""
        self._database, self._clock = database, clock
        self.livechats = LiveChats()
        self.lobby = Lobby(database, delivery, people, self.livechats, clock)
        throttle = self.throttle = Throttle(limits, clock)
        post = Post(mailer, self.lobby)
        reminders = Reminders(database, hub, self.livechats, post, clock)
        shared = (database, hub, delivery, self.lobby, self.livechats)
        self.desk = Desk(*shared, events, clock)
        self.handing_over = HandingOver(hub, delivery, self.lobby, self.livechats, people, clock)
        self.invitations = Invitations(database, hub, delivery, people, clock)
        self.call_requests = CallRequests(hub, self.lobby, self.livechats)
        self.loads = AgentLoads(database, events)
        self.assigner = Assigner(*shared, self.desk, people, self.loads, events, clock)
        self.alarms = Alarms(*shared, events, clock)
        idle = IdleChats(database, hub, self.lobby, self.livechats, events, clock)
        rounds = (reminders.remind, self.assigner.run, self.alarms.run, idle.run)
        self.attendance = Attendance(*shared, rounds, events, clock)
        self.transcripts = Transcripts(database, hub, self.livechats, post, calendar)
        self.oversight = Oversight(self.livechats, people)
        self.freeing = Freeing(hub, self.lobby, self.livechats, self.oversight, events, clock)
        overseen = (database, hub, self.livechats, self.oversight)
        self.outcomes = Outcomes(*overseen, clock)
        self.quick_replies = QuickReplies(*overseen, events, clock)
        banned = (self.lobby, self.livechats, self.oversight, limits, events, clock)
        self.bans = Bans(database, hub, delivery, *banned)
        self.post = post
        self.browsing = Browsing(self.livechats, self.lobby, throttle, self.bans.shuts_out, clock)
        self.surveys = Surveys(database, hub, self.livechats)
        self.retention = Retention(hub, self.livechats, events, clock)
        self.visitors = Visitors(database, self.attendance, self.bans, clock)
        seen = (self.lobby, self.livechats, self.oversight, self.bans, self.visitors)
        self.cards = VisitorCards(database, hub, delivery, *seen)
        reception = (database, hub, self.lobby, self.livechats, self.visitors, throttle, post)
        self.reception = Reception(*reception, calendar, events, clock)
        administered = (database, hub, self.lobby, self.livechats, people)
        self.administration = Administration(*administered, events, clock)
        self._lines: dict[str, None] = {}
        self._moved_lines = Gathered(self._tell_lines)
        hub.policy(KIND, LiveChatPolicy(database, hub, throttle))
        events.subscribe(InquiryQueued, self._line_changed)
        events.subscribe(InquiryAccepted, self._line_changed)
        events.subscribe(InquiryMissed, self._line_changed)
        events.subscribe(ConversationEnded, self._line_changed)
        events.subscribe(EventAppended, self._visitor_wrote)
        events.subscribe(PeopleChanged, self._people_changed)
        events.subscribe(ExtensionsSaved, self._extension_changed)
        events.subscribe(ExtensionsDropped, self._extension_changed)

    async def start(self) -> None:
        """Read the live chats into memory and begin to watch over those who wait."""
        await asyncio.to_thread(zones)  # many files: read them before somebody waits for it
        await self.livechats.load(self._database)
        for livechat in self.livechats.deleted():  # a crash may have come between
            await self.administration.end_all(livechat)
        await self.loads.count()
        await self.bans.load()
        await self.attendance.open_doors()
        self.attendance.keep_watch()
        self.retention.keep()

    async def stop(self) -> None:
        """Watch no longer."""
        await self.retention.stop()
        await self.attendance.stop()
        await self.alarms.stop()

    async def add(self, livechat: LiveChat) -> None:
        """Store a live chat; it is reachable at once."""
        await self._database.write(lambda each: LiveChatRows(each).add(livechat))
        await self.livechats.load(self._database)

    async def visitor(self, token: str) -> Principal:
        """Who a visitor's token stands for.

        Raises:
            TokenInvalid: nobody has it.
            TokenExpired: it has not been used for too long, or the chat is over for long.
        """
        return await self.visitors.visitor(token)

    async def caller(self, who: str, conversation_id: str) -> tuple[Visitor, Inquiry, LiveChat]:
        """A visitor in a conversation of theirs, and the live chat it is in.

        Raises:
            NotFound: it is not theirs.
        """
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            inquiry = await rows.inquiry(conversation_id)
            visitor = None if inquiry is None else await rows.visitor(inquiry.visitor_id)
        if inquiry is None or visitor is None or visitor.who != who:
            raise NotFound
        return visitor, inquiry, self.livechats.by_id(inquiry.livechat_id)

    def on_duty(self, livechat: LiveChat) -> list[str]:
        """Who may take its inquiries now, as the hub calls them."""
        return self.lobby.on_duty(livechat)

    def most_calls(self, livechat: str) -> int:
        """How many visitors may call at once in a live chat, by its identifier."""
        return self.livechats.by_id(livechat).options.most_visitor_calls

    async def visitor_files(self, visitor_id: str) -> tuple[int | None, frozenset[FileKind] | None]:
        """How this visitor's live chat narrows what they may bring: the most bytes, the kinds."""
        async with self._database.read() as connection:
            visitor = await LiveChatRepository(connection).visitor(visitor_id)
        if visitor is None:
            return None, frozenset()
        return self.livechats.by_id(visitor.livechat_id).options.files()

    async def connected(self, principal: Principal) -> None:
        """A socket of this person was opened."""
        await self.attendance.changed(principal.who)
        if principal.kind == "user":
            await self.assigner.run()

    async def disconnected(self, principal: Principal) -> None:
        """A socket of this person was closed."""
        await self.attendance.changed(principal.who)

    async def _line_changed(
        self, fact: InquiryQueued | InquiryAccepted | InquiryMissed | ConversationEnded
    ) -> None:
        self._lines.setdefault(fact.livechat_id)
        await self._moved_lines.ask()

    async def _tell_lines(self) -> None:
        lines, self._lines = self._lines, {}
        await asyncio.gather(*(self.lobby.line_moved(each) for each in lines))
        await self.assigner.run()

    async def _visitor_wrote(self, fact: EventAppended) -> None:
        waiting = fact.conversation.kind == KIND and fact.conversation.state == WAITING
        if (
            waiting
            and fact.event.kind in ("message", "file")
            and fact.event.author.kind == "visitor"
        ):
            await self.lobby.offer_again(fact.conversation.id)

    async def _people_changed(self, _: PeopleChanged) -> None:
        await self.attendance.people_changed()
        await self.lobby.offer_all()
        await self.assigner.run()
        await self.lobby.staff_moved()

    async def _extension_changed(self, _: ExtensionsSaved | ExtensionsDropped) -> None:
        await self.attendance.people_changed()
        await self.lobby.staff_moved()
