"""Where visitors come in: starting a chat, finding it again, leaving a message."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engage.errors import Invalid, NotFound, TextRefused, TooLarge
from engage.hub.model import SYSTEM, Author, Member, clean_text
from engage.livechat import answers, form, tokens, wire
from engage.livechat.admission import Admission, First, NobodyThere
from engage.livechat.events import InquiryQueued, OfflineMessageLeft
from engage.livechat.identity.service import recognise
from engage.livechat.identity.token import IdentityRequired, Signed, over
from engage.livechat.livechats import LiveChatRows
from engage.livechat.model import (
    ACTIVE,
    CLOSED,
    DISABLED,
    MAX_WAITING,
    NO_AGENT_ON_DUTY,
    OFFLINE,
    WAITING,
    Arrival,
    Busy,
    ClientIdTaken,
    Details,
    Inquiry,
    LiveChat,
    NoOfflineForm,
    UnknownLiveChat,
    Visitor,
)
from engage.livechat.repository import LiveChatRepository
from engage.livechat.visits import NOTED_MS, Told, VisitRows
from engage.livechat.waiting import is_open
from pbxcore.dialplan.time_conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.limits import Throttle
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.post import Post
    from engage.livechat.visitors import Visitors
    from engage.storage.database import Database
    from pbxcore.dialplan.time_conditions import Calendar

UNGUESSABLE = 16
"""Characters from which a `client_id` is taken for random, such as a UUID's."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a visitor sends to begin a chat; by `client_id` or `token` it may exist already."""

    form: form.Form
    client_id: str | None = None
    token: str | None = None
    page_url: str = ""
    signed: Signed | None = None
    """Who they are on their web site's word."""
    told: Told = field(default_factory=Told)
    """What their browser tells."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """To the live chat's own questions, by label."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a visitor's page gets; `token` is the secret by which it comes back."""

    token: str | None
    conversation_id: str | None
    state: str
    position: int | None = None
    visitor: Visitor | None = None
    epoch: int = 0
    offline: str | None = None
    resumed: bool = False
    attended: bool = True


class Reception:
    """What visitors can do before anybody serves them."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        lobby: Lobby,
        livechats: LiveChats,
        visitors: Visitors,
        throttle: Throttle,
        post: Post,
        calendar: Callable[[], Calendar],
        events: Events,
        clock: Clock,
    ) -> None:
        self._database = database
        self._hub = hub
        self._lobby = lobby
        self._livechats = livechats
        self._visitors = visitors
        self._post = post
        self._calendar = calendar
        self._throttle = throttle
        self._events = events
        self._clock = clock
        self._admission = Admission(clock)
        self.first: First | None = None

    def offline(self, livechat: LiveChat) -> str | None:
        """Why nobody can be asked now, if so: `disabled`, `closed` or `no_agent`."""
        if not livechat.enabled:
            return DISABLED
        closed = self.closed(livechat)
        if closed is not None and self.first is not None and self.first.serves(livechat, closed):
            return None
        return closed

    def closed(self, livechat: LiveChat) -> str | None:
        """Why no person can be asked now, if so: `closed` or `no_agent`."""
        options = livechat.options
        hours = [each.row() for each in options.working_rows]
        now = datetime.fromtimestamp(self._clock() / 1000, UTC)
        if not self._calendar().holds(Condition(options.working_hours), now, hours):
            return CLOSED
        return None if self._lobby.staff(livechat) else NO_AGENT_ON_DUTY

    async def start(self, public_id: str, start: Start, arrival: Arrival) -> Session:
        """Begin a chat, or give back the one that this visitor has.

        Raises:
            UnknownLiveChat: no such link, or it is switched off.
            IdentityRequired: nobody vouches for the visitor.
            Invalid: with a message per field.
            ClientIdTaken: the `client_id` is somebody else's, or a message's.
            TooMany: too many chats from this address.
            Busy: too many wait.
        """
        livechat = self._livechats.by_public_id(public_id)
        if not livechat.enabled:
            raise UnknownLiveChat
        start = await self._recognised(livechat, start)
        if (session := await self._known(livechat, start)) is not None:
            return session
        if livechat.options.require_signed_identity and start.signed is None:
            raise IdentityRequired
        self._throttle.new_chat(livechat.id, arrival.address)
        if (session := await self._repeated(livechat, start, arrival)) is not None:
            return session
        if (reason := self.offline(livechat)) is not None:
            return Session(None, None, OFFLINE, offline=reason)
        typed = start.form if start.signed is None else over(start.signed.details, start.form)
        details, fields = form.check(typed, livechat.options)
        asked = livechat.options.own_questions()
        answered, unanswered = answers.check(asked, start.answers)
        if fields or unanswered:
            raise Invalid(fields | unanswered)
        start = replace(start, told=replace(start.told, answers=answered))
        try:
            session = await self._hub.transact(
                lambda transaction: self._open(transaction, livechat, start, details, arrival)
            )
        except NobodyThere as nobody:
            return Session(None, None, OFFLINE, offline=nobody.reason)
        if session.visitor is not None:
            self._visitors.forget(session.visitor.id)
        waits = session.state == WAITING and not session.resumed
        if waits and session.conversation_id is not None:
            self._events.publish(InquiryQueued(session.conversation_id, livechat.id))
        return session

    async def find(self, public_id: str, token: str) -> Session:
        """The newest conversation of the visitor with this token, whatever its state.

        Raises:
            NotFound: the token is unknown, over, or of another live chat.
        """
        livechat = self._livechats.by_public_id(public_id)
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            visitor = await self._by_token(rows, livechat, token)
            inquiry = None if visitor is None else await rows.latest_inquiry_of(visitor.id)
            if visitor is None or inquiry is None:
                raise NotFound
            session = await self._session(rows, token, visitor, inquiry)
            seen_at_ms = (await VisitRows(connection).presence(visitor.id)).last_seen_at_ms or 0
        now = self._clock()
        if seen_at_ms < now - NOTED_MS:
            await self._database.write(lambda each: VisitRows(each).came(visitor.id, now))
        return session

    async def leave_message(self, public_id: str, start: Start, text: str, arrival: Arrival) -> int:
        """Keep a message for the agents of a live chat where nobody can be asked now.

        Returns:
            the number by which it is known.

        Raises:
            UnknownLiveChat: no such link.
            NoOfflineForm: the live chat takes none.
            Invalid: with a message per field.
            ClientIdTaken: the `client_id` is a chat's.
            TooMany: too many from this address.
        """
        livechat = self._livechats.by_public_id(public_id)
        if not livechat.options.offline_form:
            raise NoOfflineForm
        if livechat.options.require_signed_identity and start.signed is None:
            raise IdentityRequired
        typed = start.form if start.signed is None else over(start.signed.details, start.form)
        details, fields = form.check(typed, livechat.options, form.OF_MESSAGES)
        try:
            text = clean_text(text)
        except TextRefused:
            fields["text"] = form.BAD_TEXT
        except TooLarge:
            fields["text"] = form.TOO_LONG
        except Invalid:
            fields["text"] = form.NO_MESSAGE
        if fields:
            raise Invalid(fields)
        self._throttle.new_chat(livechat.id, arrival.address)
        inquiry, made = await self._hub.transact(
            lambda transaction: self._store_message(
                transaction, livechat, start, details, text, arrival
            )
        )
        if made:
            self._events.publish(OfflineMessageLeft(inquiry.conversation_id, livechat.id))
        return inquiry.number

    async def _recognised(self, livechat: LiveChat, start: Start) -> Start:
        """With a token of the visitor whom a web site vouches for, should they be known."""
        if start.signed is None:
            return start
        signed = start.signed
        found = await self._database.write(
            lambda each: recognise(each, livechat.id, signed, start.token, self._clock())
        )
        if found is None:
            return replace(start, token=None)
        self._visitors.forget(found[1].id)
        return replace(start, token=found[0])

    async def _known(self, livechat: LiveChat, start: Start) -> Session | None:
        """The open chat of a visitor who brings a token: it needs no form, and counts nowhere."""
        if start.token is None:
            return None
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            visitor = await self._by_token(rows, livechat, start.token)
            inquiry = None if visitor is None else await rows.latest_inquiry_of(visitor.id)
            if visitor is None or inquiry is None or not is_open(inquiry.state):
                return None
            return await self._session(rows, start.token, visitor, inquiry)

    async def _repeated(self, livechat: LiveChat, start: Start, arrival: Arrival) -> Session | None:
        """The chat that an earlier try of this start has made."""
        if start.client_id is None:
            return None
        async with self._database.read() as connection:
            rows = LiveChatRepository(connection)
            repeated = await rows.inquiry_by_client_id(livechat.id, start.client_id)
        if repeated is None:
            return None
        session = await self._hub.transact(
            lambda transaction: self._repeat(transaction, repeated, start, arrival)
        )
        self._visitors.forget(repeated.visitor_id)
        return session

    async def _repeat(
        self, transaction: HubTransaction, seen: Inquiry, start: Start, arrival: Arrival
    ) -> Session:
        """Answer a start whose first answer was lost. Its token is known only as a hash: make anew.

        Whoever knows a long `client_id` made it: it is random and told to nobody. A short one could
        be guessed, so it is believed from the same address only.
        """
        rows = LiveChatRepository(transaction.connection)
        inquiry = await rows.inquiry(seen.conversation_id)
        visitor = None if inquiry is None else await rows.visitor(inquiry.visitor_id)
        if inquiry is None or visitor is None:
            raise NotFound
        guessable = len(start.client_id or "") < UNGUESSABLE
        if inquiry.state == OFFLINE or (guessable and visitor.address != arrival.address):
            raise ClientIdTaken
        token = tokens.new_token()
        await rows.renew_token(visitor.id, self._clock() + tokens.LIFE_MS, tokens.token_hash(token))
        return await self._session(rows, token, visitor, inquiry)

    async def _open(
        self,
        transaction: HubTransaction,
        livechat: LiveChat,
        start: Start,
        details: Details,
        arrival: Arrival,
    ) -> Session:
        rows = LiveChatRepository(transaction.connection)
        if not await LiveChatRows(transaction.connection).is_kept(livechat.id):
            raise UnknownLiveChat
        if start.client_id is not None:  # two tries of one start may have come at once
            repeated = await rows.inquiry_by_client_id(livechat.id, start.client_id)
            if repeated is not None:
                return await self._repeat(transaction, repeated, start, arrival)
        if start.signed is not None:  # two devices of one person may have come at once
            found = await recognise(
                transaction.connection, livechat.id, start.signed, start.token, self._clock()
            )
            start = replace(start, token=None if found is None else found[0])
        known = None
        if start.token is not None:
            known = await self._by_token(rows, livechat, start.token)
        if known is not None and start.token is not None:
            await rows.lock_visitor(known.id)
            latest = await rows.latest_inquiry_of(known.id)
            if latest is not None and is_open(latest.state):
                return await self._session(rows, start.token, known, latest)
        waiting = await rows.count_waiting(livechat.id)
        number = await rows.next_number()
        token = start.token if known is not None else None
        visitor, token = await self._admission.visitor(
            rows, known, token, livechat, details, arrival, number, start.signed
        )
        inquiry = await self._admission.inquiry(
            transaction,
            livechat,
            visitor,
            start,
            arrival,
            number,
            state=WAITING,
            members=[Member(visitor.who, visitor.name)],
        )
        await self._greet(transaction, livechat, inquiry, arrival)
        if await self._served(transaction, livechat, inquiry, waiting):
            return Session(token, inquiry.conversation_id, ACTIVE, None, visitor, inquiry.epoch + 1)
        return Session(
            token,
            inquiry.conversation_id,
            WAITING,
            waiting + 1,
            visitor,
            inquiry.epoch,
            attended=self._lobby.attended(livechat),
        )

    async def _served(
        self, transaction: HubTransaction, livechat: LiveChat, inquiry: Inquiry, waiting: int
    ) -> bool:
        """Whether a new inquiry is served at once; else it waits for people.

        Raises:
            NobodyThere: there are none now; like the next it undoes what was stored.
            Busy: too many wait for them.
        """
        closed, first = self.closed(livechat), self.first
        if first is not None and await first.take(transaction, livechat, inquiry, closed):
            return True
        if closed is not None:  # since a moment ago, or a bot rests
            raise NobodyThere(closed)
        if waiting >= MAX_WAITING:
            raise Busy
        await self._lobby.offer(transaction, inquiry)
        return False

    async def _greet(
        self,
        transaction: HubTransaction,
        livechat: LiveChat,
        inquiry: Inquiry,
        arrival: Arrival,
    ) -> None:
        conversation_id = inquiry.conversation_id
        await transaction.append(conversation_id, SYSTEM, "state", {"state": WAITING})
        welcome = wire.said(livechat, "welcome_message", arrival.language)
        host = Author("system", "", livechat.options.title or livechat.name)
        await transaction.append(conversation_id, host, "message", {"text": welcome})

    async def _store_message(
        self,
        transaction: HubTransaction,
        livechat: LiveChat,
        start: Start,
        details: Details,
        text: str,
        arrival: Arrival,
    ) -> tuple[Inquiry, bool]:
        rows = LiveChatRepository(transaction.connection)
        if not await LiveChatRows(transaction.connection).is_kept(livechat.id):
            raise UnknownLiveChat
        if start.client_id is not None:
            repeated = await rows.inquiry_by_client_id(livechat.id, start.client_id)
            if repeated is not None and repeated.state != OFFLINE:
                raise ClientIdTaken  # of a chat: taking this for a repetition would lose the text
            if repeated is not None:
                return repeated, False
        number = await rows.next_number()
        found = None
        if start.signed is not None:
            found = await recognise(
                transaction.connection, livechat.id, start.signed, None, self._clock()
            )
        token, known = (None, None) if found is None else found
        if known is not None and self._visitors.is_banned(known):
            raise UnknownLiveChat
        visitor, _ = await self._admission.visitor(
            rows, known, token, livechat, details, arrival, number, start.signed
        )
        staff = [
            Member(who, name, sees_notes=True) for who, name in self._lobby.names(livechat).items()
        ]
        members = [Member(visitor.who, visitor.name), *staff]
        inquiry = await self._admission.inquiry(
            transaction, livechat, visitor, start, arrival, number, state=OFFLINE, members=members
        )
        conversation_id = inquiry.conversation_id
        await transaction.append(conversation_id, SYSTEM, "state", {"state": OFFLINE})
        author = Author("visitor", visitor.id, visitor.name)
        await transaction.append(conversation_id, author, "message", {"text": text})
        await self._lobby.tell_message(transaction, inquiry)
        await self._post.message_left(transaction.connection, livechat, inquiry, visitor, text)
        return inquiry, True

    async def _by_token(
        self, rows: LiveChatRepository, livechat: LiveChat, token: str
    ) -> Visitor | None:
        """The visitor, if the token is alive and of this live chat."""
        visitor = await rows.visitor_by_token(tokens.token_hash(token))
        if visitor is None or visitor.livechat_id != livechat.id:
            return None
        if self._visitors.is_banned(visitor):
            raise UnknownLiveChat
        return visitor if visitor.token_expires_at_ms > self._clock() else None

    async def _session(
        self, rows: LiveChatRepository, token: str, visitor: Visitor, inquiry: Inquiry
    ) -> Session:
        position, attended = None, True
        if inquiry.state == WAITING:
            position = await rows.place(inquiry)
            attended = self._lobby.attended(self._livechats.by_id(inquiry.livechat_id))
        return Session(
            token=token,
            conversation_id=inquiry.conversation_id,
            state=inquiry.state,
            position=position,
            visitor=visitor,
            epoch=inquiry.epoch,
            resumed=True,
            attended=attended,
        )
