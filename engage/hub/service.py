"""The hub: stores what people say, acknowledges it, tells those who follow, lets them resume."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any, TypeVar

from engage.errors import N_, Invalid, NotFound
from engage.hub import reading
from engage.hub.append import Append, Appends, Entry, concerns
from engage.hub.events import EventAppended, WatermarkMoved
from engage.hub.manners import Shown, first_word
from engage.hub.model import (
    COUNTED_KINDS,
    EVERYONE,
    HIDDEN_KINDS,
    Also,
    Appended,
    Author,
    Conversation,
    Event,
    KindPolicy,
    Manners,
    NotParticipant,
    Page,
    Participant,
    Post,
    clean_client_id,
    clean_text,
    encode_body,
    is_visitor,
)
from engage.hub.opening import Opening
from engage.hub.rooms import Room, Rooms, Seat
from engage.hub.transaction import HubTransaction, Tap
from engage.hub.watermarks import Mark, Moved, Watermarks
from engage.hub.wire import author_json, event_json, watermark_json
from engage.identifiers import Clock, now_ms
from pbxcore.rate_limit import Rate, RateLimits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.hub.delivery import Delivery
    from engage.hub.manners import FirstName
    from engage.storage.database import Database

__all__ = ["Entry", "Hub", "HubTransaction", "Opening"]

T = TypeVar("T")

LIVE_MARKS = 50
"""In larger groups nobody is told who is typing, and a mark is told to its owner alone: else each
message would cause marks from all to all. The others find them in the summary."""

TYPING = Rate.spread(1, 3.0)
"""How often one author's typing is told in one conversation."""
MOST_TYPING = 10_000

DOUBT_S = 60.0
"""So long after a lost transaction its authors may repeat what it held (seconds)."""


class Hub:
    """Conversations for every slice.

    What it acknowledges is on disk. What it tells over connections is a hint: a client that has
    seen *n* asks for what came after *n*.
    """

    def __init__(
        self, database: Database, delivery: Delivery, events: Events, clock: Clock = now_ms
    ) -> None:
        self._database, self._delivery, self._events, self._clock = (
            database,
            delivery,
            events,
            clock,
        )
        self._rooms = Rooms(database)
        self._appends = Appends(database.dialect, self._told)
        self._watermarks = Watermarks(database, self._moved)
        self._typing = RateLimits(MOST_TYPING)
        self._policies: dict[str, KindPolicy] = {}
        self._taps: dict[str, Tap] = {}
        self._first_name: FirstName = first_word
        self._doubted_at = -math.inf  # on the loop's clock
        database.on_lost(self._lost)

    async def start(self) -> None:
        """Be ready; nothing is read before somebody asks for it."""

    async def stop(self) -> None:
        """Write the watermarks that wait."""
        await self._watermarks.stop()

    def policy(self, kind: str, policy: KindPolicy) -> None:
        """Let a slice decide what a participant's `send` does in its kind of conversation."""
        self._policies[kind] = policy

    def first_names(self, known: FirstName) -> None:
        """Let the house's directory say what somebody's first name is."""
        self._first_name = known

    def tap(self, kind: str, tap: Tap) -> None:
        """Let a slice store something with each event of its kind of conversation."""
        self._taps[kind] = tap

    async def append(
        self,
        conversation_id: str,
        author: Author,
        kind: str,
        body: dict[str, Any],
        *,
        client_id: str | None = None,
        epoch: int | None = None,
        also: Also | None = None,
    ) -> Appended:
        """Store an event, then tell the followers; returns when it is on disk.

        Idempotent by (conversation, author, `client_id`); `also` is stored with a new event.

        Raises:
            NotFound: no such conversation.
            ConversationClosed: it takes no messages any more.
            StaleOwner: `epoch` is not the owner's of now.
            Unavailable: nothing is acknowledged; the same `client_id` may be sent again.
        """
        room = self._rooms.known(conversation_id) or await self._rooms.get(conversation_id)
        tap = self._taps.get(room.conversation.kind)
        if also is not None or (tap is not None and tap.wants(kind)):
            return await self.transact(
                lambda transaction: transaction.append(
                    conversation_id, author, kind, body,
                    client_id=client_id, epoch=epoch, also=also,
                )
            )  # fmt: skip
        item = Append(room, author, kind, body, encode_body(body), client_id, epoch, self._clock())
        return await self._database.submit(self._appends, item)

    async def transact(self, work: Callable[[HubTransaction], Awaitable[T]]) -> T:
        """Run `work` in one database transaction, then tell what it appended and changed.

        It runs in the one writer: quick, and in portions if there is much to do.
        """

        async def run(connection: AsyncConnection) -> tuple[HubTransaction, T]:
            transaction = HubTransaction(
                connection,
                self._database,
                self._rooms,
                self._clock,
                self._told,
                self._delivery.send,
                self._taps,
            )
            return transaction, await work(transaction)

        _, result = await self._database.write(run, committed=lambda done: done[0].committed())
        return result

    async def post(
        self,
        who: str,
        author: Author,
        conversation_id: str,
        *,
        client_id: str,
        text: str,
        epoch: int | None = None,
        reply_to: int | None = None,
        mentions: Sequence[str] = (),
    ) -> Appended:
        """Take a participant's message: membership, clean text, then the kind's policy.

        Args:
            who: the participant.
            author: as the others see them.
            conversation_id: where.
            client_id: the key by which a repetition is recognised.
            text: as it was typed.
            epoch: the owner's under which it was written.
            reply_to: the sequence of the message it answers.
            mentions: numbers of colleagues whom the text names, or `all`.

        Raises:
            NotParticipant: not a conversation of theirs.
            TextRefused, TooLarge, Invalid: something of it cannot be taken.
            ConversationClosed, StaleOwner, Unavailable: as `append` does.
        """
        room = await self._room_of(who, conversation_id)
        body: dict[str, Any] = {"text": clean_text(text)}
        if reply_to is not None:
            if not 0 < reply_to <= room.conversation.last_seq:
                raise Invalid({"reply_to": N_("There is no such message.")})
            body["reply_to"] = reply_to
        if mentions:
            body["mentions"] = self.mentioned(room.seats, mentions)
        return await self.take(
            who, author, conversation_id, Post("message", client_id, body, epoch)
        )

    @staticmethod
    def mentioned(followers: Container[str], mentions: Iterable[str]) -> list[str]:
        """Whom a text names, each once.

        Raises:
            Invalid: somebody who does not follow the conversation.
        """
        named = list(dict.fromkeys(mentions))
        if any(each != EVERYONE and f"user:{each}" not in followers for each in named):
            raise Invalid({"mentions": N_("Only people in this chat can be mentioned.")})
        return named

    async def take(self, who: str, author: Author, conversation_id: str, post: Post) -> Appended:
        """Take what a participant sends, of any kind: membership, then the kind's policy.

        Raises:
            NotParticipant: not a conversation of theirs.
            Invalid: the `client_id` cannot be taken.
            ConversationClosed, StaleOwner, Unavailable: as `append` does.
        """
        room = await self._room_of(who, conversation_id)
        clean_client_id(post.client_id)
        self._typing.forgive(_typist(who, conversation_id))
        conversation = room.conversation
        if (policy := self._policies.get(conversation.kind)) is not None:
            return await policy.post(author, conversation, post)
        return await self.append(
            conversation_id,
            author,
            post.kind,
            post.body,
            client_id=post.client_id,
            epoch=post.epoch,
            also=post.also,
        )

    async def resume(
        self, who: str, conversation_id: str, after: int, limit: int = reading.PAGE
    ) -> Page:
        """What came after a sequence, as this participant sees it.

        Raises:
            NotParticipant: not a conversation of theirs.
            TooFar: `after` is below the first kept sequence, or beyond the last one.
        """
        limit = max(1, min(limit, reading.PAGE))
        async with self._database.read() as connection:
            return await reading.page(
                connection, who, conversation_id, max(0, after), limit, self._first_name
            )

    async def hello(self, who: str, heads: dict[str, int]) -> list[dict[str, Any]]:
        """Summaries of the participant's conversations, with events after the heads they name."""
        async with self._database.read() as connection:
            return await reading.summaries(connection, who, heads, self._first_name)

    async def summary(self, who: str, conversation_id: str) -> dict[str, Any]:
        """One summary with the newest events, as `hello` gives it.

        Raises:
            NotParticipant: not a conversation of theirs.
        """
        async with self._database.read() as connection:
            return await reading.summary(connection, who, conversation_id, self._first_name)

    async def delivered(self, who: str, conversation_id: str, seq: int) -> None:
        """The participant's client has received up to `seq`.

        Raises:
            NotParticipant: not a conversation of theirs.
        """
        room = await self._room_of(who, conversation_id)
        self._mark(room, who, delivered=seq, read=0)

    async def read(self, who: str, conversation_id: str, seq: int) -> None:
        """The participant has read up to `seq`.

        Raises:
            NotParticipant: not a conversation of theirs.
        """
        room = await self._room_of(who, conversation_id)
        self._mark(room, who, delivered=seq, read=seq)

    async def typing(self, who: str, author: Author, conversation_id: str) -> None:
        """Tell the other participants, at most once per 3 s; never stored.

        Raises:
            NotParticipant: not a conversation of theirs.
        """
        room = await self._room_of(who, conversation_id)
        now = asyncio.get_running_loop().time()
        crowded = len(room.seats) > LIVE_MARKS
        manners = room.conversation.manners
        if crowded or room.conversation.closed or not manners.typing:
            return
        if self._typing.take(_typist(who, conversation_id), TYPING, now):
            return
        wire = author_json(author)
        shown = wire if author.kind == "bot" else self.shown(manners).person(wire)
        for visitors in (False, True):
            others = [each for each in room.seats if each != who and is_visitor(each) == visitors]
            named = shown if visitors else wire
            payload = {"conversation": conversation_id, "who": who, "author": named}
            self._delivery.send(others, "typing", payload)

    def shown(self, manners: Manners) -> Shown:
        """Names as a visitor reads them."""
        return Shown(manners, self._first_name)

    async def conversation(self, conversation_id: str) -> Conversation:
        """The conversation's head.

        Raises:
            NotFound: there is none.
        """
        return (await self._rooms.get(conversation_id)).conversation

    async def conversations_of(self, who: str, kinds: Sequence[str]) -> list[str]:
        """The conversations of these kinds in which there is something that one may still read."""
        async with self._database.read() as connection:
            return await reading.filled(connection, who, kinds)

    async def participants(self, conversation_id: str) -> list[Participant]:
        """Who follows it now.

        Raises:
            NotFound: there is no such conversation.
        """
        room = await self._rooms.get(conversation_id)
        return [seat.value() for seat in room.seats.values()]

    async def require_participant(self, who: str, conversation_id: str) -> Participant:
        """The participant, for authorisation.

        Raises:
            NotParticipant: not one; the same answer as for a conversation that does not exist.
        """
        return (await self._room_of(who, conversation_id)).seats[who].value()

    async def _room_of(self, who: str, conversation_id: str) -> Room:
        try:
            room = self._rooms.known(conversation_id) or await self._rooms.get(conversation_id)
        except NotFound as error:
            raise NotParticipant(conversation=conversation_id) from error
        if who not in room.seats:
            raise NotParticipant(conversation=conversation_id)
        return room

    def _mark(self, room: Room, who: str, *, delivered: int, read: int) -> None:
        """Note a mark that moves something; nobody has seen more than there is."""
        seat, head = room.seats[who], room.conversation.last_seq
        delivered, read = min(delivered, head), min(read, head)
        if delivered > seat.delivered or read > seat.read:
            self._watermarks.move(room, who, delivered=delivered, read=read)

    def _lost(self) -> None:
        """A transaction may have been committed or not: trust nothing in memory."""
        self._rooms.forget()
        self._doubted_at = asyncio.get_running_loop().time()

    def _told(self, room: Room, appended: Appended) -> None:
        """After the commit: tell what is new.

        What was stored by a lost transaction was told to nobody; its repetition is told then.
        """
        if not appended.duplicate:
            self._stored(room, appended.event)
        elif asyncio.get_running_loop().time() - self._doubted_at < DOUBT_S:
            self._tell(self._current(room), appended.event)

    def _stored(self, room: Room, event: Event) -> None:
        """After the commit, in the order of the log: memory, followers, facts."""
        room = self._current(room)
        room.advance(event)
        self._rooms.keep(room)
        if event.kind in COUNTED_KINDS:
            for seat in room.seats.values():
                seat.unread = seat.unread or concerns(seat.who, seat.sees_notes, event)
        self._tell(room, event)
        self._events.publish(EventAppended(room.conversation, event))

    def _tell(self, room: Room, event: Event) -> None:
        """Send an event once for each class of readers, whose frames are equal."""
        hidden, writer = event.kind in HIDDEN_KINDS, event.author.who
        classes: dict[tuple[bool, bool, bool, bool], list[Seat]] = {}
        for seat in room.seats.values():
            concerned = event.seq > seat.from_seq and (seat.sees_notes or not hidden)
            if concerned and self._delivery.connections(seat.who):
                prev = event.seq - 1 if seat.sees_notes else event.prev_public
                begins, guest = prev <= seat.from_seq, is_visitor(seat.who)
                key = (seat.sees_notes, seat.who == writer, begins, guest)
                classes.setdefault(key, []).append(seat)
        shown = self.shown(room.conversation.manners)
        for (sees_notes, own, _, guest), seats in classes.items():
            payload = event_json(event, sees_notes, own=own, from_seq=seats[0].from_seq)
            payload = shown.event(payload) if guest else payload
            self._delivery.send([seat.who for seat in seats], "event", payload)

    def _moved(self, mark: Mark, moved: Moved) -> None:
        """After the commit of a watermark: memory, followers, facts."""
        room = self._current(mark.room)
        seat = room.seats.get(mark.who)
        if seat is None:
            return
        seat.unread = moved.unread
        if (moved.delivered, moved.read) == (seat.delivered, seat.read):
            return
        seat.delivered, seat.read = moved.delivered, moved.read
        conversation_id = room.conversation.id
        payload = watermark_json(conversation_id, mark.who, moved.delivered, moved.read)
        listeners = list(room.seats) if len(room.seats) <= LIVE_MARKS else [mark.who]
        if is_visitor(mark.who) and not room.conversation.manners.read_marks:
            listeners = [each for each in listeners if each != mark.who]
            self._delivery.send(listeners, "watermark", {**payload, "read": 0})
            listeners = [mark.who]
        self._delivery.send(listeners, "watermark", payload)
        self._events.publish(WatermarkMoved(conversation_id, mark.who, moved.delivered, moved.read))

    def _current(self, room: Room) -> Room:
        """The room as it is known now, should memory have been forgotten meanwhile."""
        return self._rooms.known(room.conversation.id) or room


def _typist(who: str, conversation_id: str) -> str:
    return f"{who} {conversation_id}"
