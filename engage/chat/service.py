"""Chats of two colleagues, in Wave and on phones."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from engage.chat.model import (
    KIND,
    PHONE_LIFE_MS,
    TEXT_TYPES,
    OnlyUsers,
    check_granted,
    check_post,
    file_text,
    goes_to_phones,
    key_of,
    other_in,
    topic_of,
)
from engage.chat.repository import ChatRepository, PhoneCopy, Place
from engage.errors import N_, Invalid, TooLarge, Unavailable
from engage.hub.model import Author, Member, clean_text
from engage.identifiers import new_id, now_ms
from engage.people.model import Grant
from engage.telephony.events import DeliverySettled, Outgoing
from pbxcore.commands import MessageStored

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.chat.model import Colleagues, PhoneTexts
    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.model import Appended, Conversation, Post
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.people.model import Principal
    from engage.storage.database import Database
    from pbxcore.commands import MessageArrived
    from pbxcore.journal import MessageRelayed

log = logging.getLogger(__name__)


class DirectChat:
    """One conversation for each two colleagues, however they write: in Wave or on a phone."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        colleagues: Colleagues,
        delivery: Delivery,
        phones: PhoneTexts,
        events: Events,
        clock: Clock = now_ms,
        public_url: Callable[[], str] = str,
    ) -> None:
        """`public_url`: what links in texts to phones begin with."""
        self._database, self._hub, self._colleagues = database, hub, colleagues
        self._public_url = public_url
        self._delivery, self._phones, self._clock = delivery, phones, clock
        hub.policy(KIND, self)
        events.subscribe(DeliverySettled, self._settled)

    async def open(self, principal: Principal, number: str) -> tuple[str, bool]:
        """The identifier of my conversation with a colleague, and whether it is new.

        Raises:
            NotGranted: without the privilege to chat.
            Invalid: no such colleague, or oneself.
        """
        _check_user(principal)
        check_granted(self._colleagues, principal.id, Grant.CHAT)
        if number == principal.id:
            raise Invalid({"with": N_("This is your own extension.")})
        if self._colleagues.name_of(number) is None:
            raise Invalid({"with": N_("There is no such extension.")})

        async def work(transaction: HubTransaction) -> tuple[str, bool]:
            conversation = await self._between(transaction, principal.id, number)
            await transaction.mark(conversation.id, principal.who, cleared_seq=None)
            return conversation.id, conversation.last_seq == 0

        return await self._hub.transact(work)

    async def mine(
        self, principal: Principal, *, kind: str | None, before: Place | None, limit: int
    ) -> list[Place]:
        """The conversations I follow, newest first."""
        _check_user(principal)
        async with self._database.read() as connection:
            return await ChatRepository(connection).mine(
                principal.who, kind=kind, before=before, limit=limit
            )

    async def phone_copies(
        self, principal: Principal, conversation_id: str, after: int, limit: int
    ) -> list[PhoneCopy]:
        """What became of the texts of this conversation that went to phones."""
        _check_user(principal)
        await self._hub.require_participant(principal.who, conversation_id)
        async with self._database.read() as connection:
            return await ChatRepository(connection).phone_copies(conversation_id, after, limit)

    async def post(self, author: Author, conversation: Conversation, post: Post) -> Appended:
        """Store what a participant wrote in Wave, and what goes to phones with it.

        Raises:
            NotGranted: without the privilege to chat, or to send files.
        """
        check_post(self._colleagues, author, post)

        async def work(transaction: HubTransaction) -> Appended:
            appended = await transaction.append(
                conversation.id,
                author,
                post.kind,
                post.body,
                client_id=post.client_id,
                also=post.also,
            )
            if not appended.duplicate:
                seq = appended.event.seq
                await self._to_phones(transaction, conversation, author, seq, post.body)
            return appended

        appended = await self._hub.transact(work)
        self._phones.wake()
        return appended

    async def arrived(self, message: MessageArrived) -> MessageStored:
        """Keep what a phone wrote to someone no phone serves; 202 once it is on disk.

        A repetition under the same identifier is the same message.
        """
        if message.content_type.partition(";")[0].strip().lower() not in TEXT_TYPES:
            return MessageStored(415)
        sender = self._colleagues.name_of(message.sender)
        if sender is None:
            return MessageStored(403)
        if self._colleagues.name_of(message.recipient) is None:
            return MessageStored(404)
        if message.sender == message.recipient:
            return MessageStored(482)  # loop detected: nobody else is there to read it
        try:
            await self._hub.transact(
                lambda tx: self._from_phone(
                    tx, message.id, message.sender, message.recipient, message.text
                )
            )
        except TooLarge:
            return MessageStored(413)
        except Invalid:
            return MessageStored(488)
        except Unavailable:
            return MessageStored(503)
        return MessageStored(202)

    async def relayed(self, transaction: HubTransaction, fact: MessageRelayed) -> None:
        """Keep what one phone wrote to another, in the projection's transaction.

        Raises:
            Invalid: a text, or people, we do not take.
        """
        known = self._colleagues.name_of
        if None in (known(fact.sender), known(fact.recipient)) or fact.sender == fact.recipient:
            raise Invalid({"sender": N_("There is no such extension.")})
        await self._from_phone(transaction, fact.id, fact.sender, fact.recipient, fact.text)

    async def _from_phone(
        self, transaction: HubTransaction, message_id: str, sender: str, recipient: str, text: str
    ) -> None:
        clean = clean_text(text)
        conversation = await self._between(transaction, sender, recipient)
        author = Author("phone", sender, self._name(sender))
        await transaction.append(
            conversation.id, author, "message", {"text": clean}, client_id=message_id
        )

    async def _between(self, transaction: HubTransaction, one: str, other: str) -> Conversation:
        members = [Member(f"user:{number}", self._name(number)) for number in sorted((one, other))]
        return await transaction.create(kind=KIND, key=key_of(one, other), participants=members)

    async def _to_phones(
        self,
        transaction: HubTransaction,
        conversation: Conversation,
        author: Author,
        seq: int,
        body: dict[str, Any],
    ) -> None:
        if conversation.key is None:
            return
        number = other_in(conversation.key, author.id)
        rows = ChatRepository(transaction.connection)
        devices = await self._phones.devices(transaction.connection, [number])
        last = await rows.last_own_author(conversation.id, number)
        if not goes_to_phones(
            last_own_from_phone=last == f"phone:{number}",
            in_wave=self._delivery.connections(f"user:{number}") > 0,
            phones=len(devices),
        ):
            return
        link = f"{self._public_url()}/wave/#/chats/{conversation.id}"
        text = body["text"] if "text" in body else file_text(body["file"], link)
        targets = [(each.contact, each.user_agent) for each in devices]
        expires = self._clock() + PHONE_LIFE_MS
        copies = [
            Outgoing(
                id=new_id(),
                topic="chat",
                topic_id=topic_of(conversation.id, seq),
                number=number,
                name=self._name(number),
                leg="phone",
                sender=author.id,
                sender_name=author.name,
                text=text,
                expires_at_ms=expires,
                device=contact,
                device_name=user_agent,
                state="pending" if contact else "offline",
                conversation_id=conversation.id,
                seq=seq,
            )
            for contact, user_agent in targets or [("", "")]
        ]
        await self._phones.enqueue(transaction.connection, copies)

    async def _settled(self, fact: DeliverySettled) -> None:
        if fact.topic != "chat":
            return
        conversation_id, _, seq = fact.topic_id.rpartition(":")
        if fact.state in ("delivered", "accepted"):
            await self._hub.delivered(f"user:{fact.number}", conversation_id, int(seq))
        participants = await self._hub.participants(conversation_id)
        others = [each.who for each in participants if each.who != f"user:{fact.number}"]
        hint = {
            "conversation": conversation_id,
            "seq": int(seq),
            "state": fact.state,
            "sip_code": fact.sip_code,
        }
        self._delivery.send(others, "delivery", hint)

    def _name(self, number: str) -> str:
        return self._colleagues.name_of(number) or number


def _check_user(principal: Principal) -> None:
    if principal.kind != "user":
        raise OnlyUsers
