"""Agents answer messages that were left; visitors answer by mail into the same conversation."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from engage.errors import EngageError, NotFound, Unavailable
from engage.hub.model import SYSTEM, Appended, Author, clean_client_id, clean_text, mended_text
from engage.livechat.events import OfflineMessageLeft
from engage.livechat.model import OFFLINE, NoAddress, WantsNoMail
from engage.livechat.repository import LiveChatRepository
from engage.mailing import Recipient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.desk import Agent
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Inquiry, Visitor
    from engage.livechat.post import Post
    from engage.livechat.replies.threads import Threads
    from engage.mailing import Mailer

log = logging.getLogger(__name__)

KIND = "livechat_reply"


class Answer(Protocol):
    """A mail that came in."""

    @property
    def key(self) -> str:
        """The same whenever the same mail is read."""

    @property
    def sender(self) -> str:
        """The address it is from."""

    @property
    def subject(self) -> str:
        """What it is about."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses it came to."""

    @property
    def references(self) -> tuple[str, ...]:
        """The mails that it answers."""

    @property
    def attachments(self) -> Sequence[tuple[str, bytes]]:
        """What came with it: names and bytes."""


class Replies:
    """Mails to visitors, and back.

    Args:
        hub: has the conversations.
        lobby: tells who has a seat at a live chat.
        livechats: the live chats.
        mailer: writes mails to visitors down.
        post: writes mails to agents down.
        threads: makes the tokens that lead an answer to its conversation, and reads them.
        address_for: where answers with a token go; empty: nobody fetches them.
        is_banned: whether a visitor is kept out; what they write is dropped.
        events: tells what happens.
        clock: milliseconds UTC.

    Attributes:
        attach: stores a file that came with an answer, and says it there. Set by `app`.
    """

    def __init__(
        self,
        hub: Hub,
        lobby: Lobby,
        livechats: LiveChats,
        mailer: Mailer,
        post: Post,
        threads: Threads,
        address_for: Callable[[str], str],
        is_banned: Callable[[Visitor], bool],
        events: Events,
        clock: Clock,
    ) -> None:
        self._is_banned = is_banned
        self._hub, self._lobby, self._livechats = hub, lobby, livechats
        self._mailer, self._post, self._threads = mailer, post, threads
        self._address_for, self._events, self._clock = address_for, events, clock
        self.attach: Callable[[Visitor, str, str, str, bytes], Awaitable[None]] | None = None

    async def reply(
        self, agent: Agent, conversation_id: str, client_id: str, text: str
    ) -> Appended:
        """Answer a message that was left: kept in its conversation, and mailed to the visitor.

        Raises:
            NotFound: no such message, or not in a live chat where the agent has a seat.
            NoAddress: the visitor has given none.
            WantsNoMail: the visitor has stopped such mails.
            TextRefused, TooLarge: not a text to be sent.
        """
        clean_client_id(client_id)
        said = clean_text(text)

        async def work(transaction: HubTransaction) -> Appended:
            rows = LiveChatRepository(transaction.connection)
            inquiry = await self._message(rows, conversation_id)
            visitor = await rows.visitor(inquiry.visitor_id)
            seats = {
                x.number: x for x in self._lobby.seats(self._livechats.by_id(inquiry.livechat_id))
            }
            if visitor is None or agent.number not in seats:
                raise NotFound
            if not visitor.details.email:
                raise NoAddress
            email = visitor.details.email
            if not await self._mailer.is_wanted(transaction.connection, KIND, email):
                raise WantsNoMail
            await transaction.join(conversation_id, agent.who, agent.name, sees_notes=True)
            appended = await transaction.append(
                conversation_id, agent.author, "message", {"text": said}, client_id=client_id
            )
            if not appended.duplicate:
                now = self._clock()
                await rows.change_inquiry(
                    conversation_id, answered_at_ms=now, answered_by=agent.name
                )
                token = self._threads.token(conversation_id)
                own = seats[agent.number].email
                key = f"{KIND}:{conversation_id}:{appended.event.seq}"
                await self._mail(transaction, inquiry, visitor, agent, said, own, token, key)
                answered = await self._message(rows, conversation_id)
                await self._lobby.tell_message(transaction, answered)
            return appended

        return await self._hub.transact(work)

    async def received(self, mail: Answer, text: str) -> bool:
        """Take a visitor's answer; `text` is what they wrote themselves. Whether it is for us."""
        conversation_id = self._threads.conversation((*mail.recipients, *mail.references))
        if conversation_id is None:
            return False
        said = mended_text(text) or mended_text(mail.subject) or "…"

        async def work(transaction: HubTransaction) -> Visitor | None:
            rows = LiveChatRepository(transaction.connection)
            inquiry = await rows.inquiry(conversation_id)
            visitor = None if inquiry is None else await rows.visitor(inquiry.visitor_id)
            if inquiry is None or visitor is None or inquiry.state != OFFLINE:
                return None
            if self._is_banned(visitor):
                return None
            body: dict[str, str] = {"text": said}
            if mail.sender != visitor.details.email.lower():
                body["from"] = mended_text(mail.sender)
            author = Author("visitor", visitor.id, visitor.name)
            appended = await transaction.append(
                conversation_id, author, "message", body, client_id=f"mail-{mail.key}"
            )
            if appended.duplicate:
                return visitor  # a crash may have come before its files
            await rows.change_inquiry(conversation_id, answered_at_ms=None, answered_by=None)
            told = await self._message(rows, conversation_id)
            await self._lobby.tell_message(transaction, told)
            livechat = self._livechats.by_id(inquiry.livechat_id)
            await self._post.message_left(
                transaction.connection, livechat, inquiry, visitor, said, appended.event.seq
            )
            fact = OfflineMessageLeft(conversation_id, inquiry.livechat_id)
            news.append(fact)
            return visitor

        news: list[OfflineMessageLeft] = []
        visitor = await self._hub.transact(work)
        if visitor is None:
            return True  # ours, but they were erased or banned since
        for fact in news[-1:]:
            self._events.publish(fact)
        for place, (name, data) in enumerate(mail.attachments):
            await self._attach(visitor, conversation_id, f"mail-{mail.key}-{place}", name, data)
        return True

    async def _attach(
        self, visitor: Visitor, conversation_id: str, client_id: str, name: str, data: bytes
    ) -> None:
        """Say a file once, or say that it could not be taken.

        Raises:
            Unavailable: not now; the mail is read again.
        """
        try:
            if self.attach is not None:
                await self.attach(visitor, conversation_id, client_id, name, data)
        except Unavailable:
            raise
        except EngageError as refused:
            log.info("file of a mail not taken", extra={"why": refused.code})
            body = {"code": "file_refused", "name": mended_text(name)}
            await self._hub.append(conversation_id, SYSTEM, "system", body, client_id=client_id)

    async def _message(self, rows: LiveChatRepository, conversation_id: str) -> Inquiry:
        inquiry = await rows.inquiry(conversation_id)
        if inquiry is None or inquiry.state != OFFLINE:
            raise NotFound
        return inquiry

    async def _mail(
        self,
        transaction: HubTransaction,
        inquiry: Inquiry,
        visitor: Visitor,
        agent: Agent,
        said: str,
        own: str,
        token: str,
        key: str,
    ) -> None:
        """`own` is the agent's address: it says who they are, and is none of who has no name."""
        conversation = await transaction.get(inquiry.conversation_id)
        personal = "" if conversation.manners.hide_names else own
        bodies = await LiveChatRepository(transaction.connection).said_last(inquiry.conversation_id)
        await self._mailer.post(
            transaction.connection,
            KIND,
            to=Recipient(visitor.details.email, visitor.name, visitor.language),
            params={
                "livechat_name": self._livechats.by_id(inquiry.livechat_id).name,
                "visitor_name": visitor.name,
                "agent_name": self._hub.shown(conversation.manners).name(agent.number, agent.name),
                "answer": said,
                "message": bodies,
            },
            reply_to=self._address_for(token) or personal,
            dedupe_key=key,
            thread=token,
        )
