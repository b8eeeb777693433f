"""Edited and deleted messages: events of the log like any other, so that all clients agree.

The event `edited` or `deleted` names the message by `of`. The message itself is rewritten in the
same transaction, with the sequence of what changed it, so that who reads the log from its beginning
sees what everybody else sees; what it said before is kept in `message_revision`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from engage.chat.events import MessageDeleted
from engage.chat.model import (
    KINDS_WITH_CORRECTIONS,
    NoCorrections,
    check_correctable,
    deleted_body,
    edited_body,
    topic_of,
)
from engage.hub.model import Appended, clean_client_id, clean_text, encode_body
from engage.identifiers import now_ms, rfc3339
from engage.storage.tables import message_revisions, message_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.chat.model import ChatSettings, PhoneTexts
    from engage.events import Events
    from engage.hub.model import Author, Event
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock


class Corrections:
    """What people do to messages they have sent."""

    def __init__(
        self,
        hub: Hub,
        phones: PhoneTexts,
        events: Events,
        settings: Callable[[], ChatSettings],
        clock: Clock = now_ms,
    ) -> None:
        self._hub, self._phones, self._events = hub, phones, events
        self._settings, self._clock = settings, clock

    async def edit(
        self,
        author: Author,
        conversation_id: str,
        seq: int,
        *,
        client_id: str,
        text: str,
        mentions: Sequence[str] = (),
    ) -> Appended:
        """Replace the text of one's own message.

        Raises:
            NotParticipant: not a conversation of theirs.
            NotFound: there is no such message.
            NotYours, TooLate, MessageGone: it can no longer be edited, or not by them.
            NoCorrections: this kind of conversation keeps what was said.
            TextRefused, TooLarge, Invalid: the text cannot be taken.
        """
        await self._check(author, conversation_id, client_id)
        change: dict[str, Any] = {"of": seq, "text": clean_text(text)}
        if mentions:
            followers = {each.who for each in await self._hub.participants(conversation_id)}
            change["mentions"] = self._hub.mentioned(followers, mentions)

        async def work(transaction: HubTransaction) -> Appended:
            appended = await transaction.append(
                conversation_id, author, "edited", change, client_id=client_id
            )
            if not appended.duplicate:
                message = await transaction.event(conversation_id, seq)
                check_correctable(
                    message, author, self._clock(), self._settings().edit_within_min, ("message",)
                )
                event = appended.event
                after = edited_body(message.body, change, event.seq, rfc3339(event.at_ms))
                await self._replace(transaction, message, event, after)
                topic = topic_of(conversation_id, seq)
                await self._phones.reword(transaction.connection, topic, change["text"])
            return appended

        return await self._hub.transact(work)

    async def delete(
        self, author: Author, conversation_id: str, seq: int, *, client_id: str
    ) -> Appended:
        """Take one's own message or file away from everybody.

        Raises:
            NotParticipant, NotFound, NotYours, TooLate, MessageGone, NoCorrections: as `edit`.
        """
        await self._check(author, conversation_id, client_id)
        removed: list[Event] = []

        async def work(transaction: HubTransaction) -> Appended:
            removed.clear()
            appended = await transaction.append(
                conversation_id, author, "deleted", {"of": seq}, client_id=client_id
            )
            if not appended.duplicate:
                message = await transaction.event(conversation_id, seq)
                check_correctable(
                    message, author, self._clock(), self._settings().delete_within_min,
                    ("message", "file"),
                )  # fmt: skip
                await self._replace(
                    transaction, message, appended.event, deleted_body(appended.event.seq)
                )
                topic = topic_of(conversation_id, seq)
                await self._phones.withdraw(transaction.connection, topic)
                removed.append(message)
            return appended

        appended = await self._hub.transact(work)
        for message in removed:
            self._events.publish(MessageDeleted(conversation_id, seq, message.kind, message.body))
        return appended

    async def _check(self, author: Author, conversation_id: str, client_id: str) -> None:
        await self._hub.require_participant(author.who, conversation_id)
        clean_client_id(client_id)
        conversation = await self._hub.conversation(conversation_id)
        if conversation.kind not in KINDS_WITH_CORRECTIONS:
            raise NoCorrections

    async def _replace(
        self, transaction: HubTransaction, message: Event, change: Event, after: dict[str, Any]
    ) -> None:
        """Keep what was said, rewrite the message, and empty the edits that this one outdates.

        It leaves the search at once; an edited one comes back with its new text.
        """
        found = await transaction.connection.execute(
            select(message_revisions.c.changed_by_seq).where(
                message_revisions.c.conversation_id == message.conversation_id,
                message_revisions.c.seq == message.seq,
            )
        )
        outdated = {row.changed_by_seq: {"of": message.seq} for row in found}
        await transaction.connection.execute(
            insert(message_revisions).values(
                conversation_id=message.conversation_id,
                changed_by_seq=change.seq,
                seq=message.seq,
                body=encode_body(message.body),
                at_ms=change.at_ms,
            )
        )
        await transaction.connection.execute(
            delete(message_texts).where(
                message_texts.c.conversation_id == message.conversation_id,
                message_texts.c.seq == message.seq,
            )
        )
        await transaction.rewrite(message.conversation_id, {message.seq: after, **outdated})
