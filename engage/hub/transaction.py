"""Changes of conversations that happen together or not at all, with the caller's own rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Row, and_, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from engage.hub.append import Append, Head, place, stored_event
from engage.hub.model import (
    CLOSED_STATES,
    COUNTED_KINDS,
    HIDDEN_KINDS,
    Appended,
    Author,
    Conversation,
    Event,
    Member,
    Participant,
    encode_body,
)
from engage.hub.rooms import Room, Rooms, Seat, conversation_of, participant_of
from engage.identifiers import Clock, new_id
from engage.storage.tables import conversations, events, inboxes, participants

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

Step = Callable[[], None]


class HubTransaction:
    """What a slice does to conversations within one transaction; told to people after it.

    `connection` is for the slice's own rows. Steps apply to memory, in order, once the commit is
    done.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        rooms: Rooms,
        clock: Clock,
        stored: Callable[[Room, Event], None],
        send: Callable[[list[str], str, dict[str, Any]], None],
    ) -> None:
        self.connection = connection
        self._rooms, self._clock, self._stored, self._send = rooms, clock, stored, send
        self._steps: list[Step] = []
        self._held: dict[str, Room] = {}

    async def create(
        self,
        *,
        kind: str,
        key: str | None = None,
        title: str = "",
        state: str = "active",
        participants: Iterable[Member] = (),
    ) -> Conversation:
        """Open a conversation; one that has this key already is returned as it is."""
        made = Conversation(
            new_id(), kind, key, title, state, None, "", 0, 0, 0, self._clock(), None
        )
        values = msgspec.structs.asdict(made)
        dialect = self.connection.dialect.name
        into = sqlite_insert if dialect == "sqlite" else postgresql_insert
        inserted = await self.connection.execute(
            into(conversations)
            .values(values)
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(conversations.c.id)
        )
        if inserted.one_or_none() is None:
            found = await self.connection.execute(
                select(conversations).where(conversations.c.key == key)
            )
            return conversation_of(found.one())
        room = Room(made, [])
        self._rooms.introduce(room)
        self._held[made.id] = room
        self._steps.append(lambda: self._rooms.keep(room))
        for member in participants:
            await self.join(
                made.id,
                member.who,
                member.name,
                from_seq=member.from_seq,
                sees_notes=member.sees_notes,
            )
        return made

    async def append(
        self,
        conversation_id: str,
        author: Author,
        kind: str,
        body: dict[str, Any],
        *,
        client_id: str | None = None,
        epoch: int | None = None,
    ) -> Appended:
        """Add an event; idempotent by conversation, author and `client_id`.

        Raises:
            NotFound: no such conversation.
            ConversationClosed: it takes no messages any more.
            StaleOwner: `epoch` is not the owner's of now.
        """
        room = await self._room(conversation_id)
        item = Append(room, author, kind, body, encode_body(body), client_id, epoch, self._clock())
        conversation = await self._locked(conversation_id)
        head = Head(
            conversation.state,
            conversation.owner_epoch,
            conversation.last_seq,
            conversation.last_public_seq,
        )
        known = await self._known(conversation_id, item.stored, client_id)
        [result], fresh = place([item], {conversation_id: head}, known)
        if isinstance(result, Exception):
            raise result
        for _, event in fresh:
            await self._store(room, item, event, head)
        return result

    async def change(
        self,
        conversation_id: str,
        *,
        expect_state: tuple[str, ...] | None = None,
        expect_epoch: int | None = None,
        state: str | None = None,
        owner: str | None = None,
        owner_name: str | None = None,
    ) -> Conversation | None:
        """Compare and set; a change of owner bumps the epoch; None when the expectation fails.

        `owner=""` makes it nobody's.
        """
        room = await self._room(conversation_id)
        matches = [conversations.c.id == conversation_id]
        if expect_state is not None:
            matches.append(conversations.c.state.in_(expect_state))
        if expect_epoch is not None:
            matches.append(conversations.c.owner_epoch == expect_epoch)
        changed = await self.connection.execute(
            update(conversations)
            .where(*matches)
            .values(self._changes(state, owner, owner_name))
            .returning(conversations)
        )
        row = changed.one_or_none()
        if row is None:
            return None
        after = conversation_of(row)

        def apply() -> None:
            room.change(after)
            self._rooms.keep(room)

        self._steps.append(apply)
        return after

    async def join(
        self,
        conversation_id: str,
        who: str,
        name: str,
        *,
        from_seq: int = 0,
        sees_notes: bool = False,
    ) -> None:
        """Let someone follow from after `from_seq`; one who left comes back as they were."""
        room = await self._room(conversation_id)
        found = await self.connection.execute(
            select(participants).where(
                participants.c.conversation_id == conversation_id, participants.c.who == who
            )
        )
        row = found.one_or_none()
        if row is None:
            await self._sit_down(conversation_id, Member(who, name, from_seq, sees_notes))
            participant = Participant(who, name, from_seq, sees_notes, from_seq, from_seq)
        else:
            await self._come_back(conversation_id, Member(who, name, sees_notes=sees_notes))
            participant = Participant(
                who, name, row.from_seq, sees_notes, row.delivered_seq, row.read_seq
            )
        seat = Seat(participant, unread=row is not None and await self._unread(room, who))

        def apply() -> None:
            room.seats = {**room.seats, who: seat}
            self._rooms.keep(room)

        self._steps.append(apply)

    async def leave(self, conversation_id: str, who: str) -> None:
        """Let someone follow no longer; what they have seen stays remembered."""
        room = await self._room(conversation_id)
        await self.connection.execute(
            update(participants)
            .where(
                participants.c.conversation_id == conversation_id,
                participants.c.who == who,
                participants.c.left_at_ms.is_(None),
            )
            .values(left_at_ms=self._clock())
        )

        def apply() -> None:
            room.seats = {each: seat for each, seat in room.seats.items() if each != who}
            self._rooms.keep(room)

        self._steps.append(apply)

    async def get(self, conversation_id: str) -> Conversation:
        """The conversation as this transaction sees it, locked against other nodes.

        Raises:
            NotFound: there is none.
        """
        await self._room(conversation_id)
        return await self._locked(conversation_id)

    async def participants(self, conversation_id: str) -> list[Participant]:
        """Who follows it, as this transaction sees it.

        Raises:
            NotFound: there is no such conversation.
        """
        await self._room(conversation_id)
        found = await self.connection.execute(
            select(participants)
            .where(
                participants.c.conversation_id == conversation_id,
                participants.c.left_at_ms.is_(None),
            )
            .order_by(participants.c.who)
        )
        return [participant_of(row) for row in found]

    def tell(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        """Send an unstored socket event once the transaction is committed."""
        listeners = list(whos)
        self._steps.append(lambda: self._send(listeners, name, payload))

    def committed(self) -> None:
        """Bring memory to what is now on disk, and tell people, in order."""
        for step in self._steps:
            step()

    async def _room(self, conversation_id: str) -> Room:
        room = self._held.get(conversation_id)
        if room is None:
            room = await self._rooms.inside(self.connection, conversation_id)
            self._held[conversation_id] = room
        return room

    async def _locked(self, conversation_id: str) -> Conversation:
        found = await self.connection.execute(
            select(conversations).where(conversations.c.id == conversation_id).with_for_update()
        )
        return conversation_of(found.one())

    async def _known(
        self, conversation_id: str, author: str, client_id: str | None
    ) -> dict[tuple[str, str, str], Event]:
        if client_id is None:
            return {}
        found = await self.connection.execute(
            select(events).where(
                events.c.conversation_id == conversation_id,
                events.c.author == author,
                events.c.client_id == client_id,
            )
        )
        row = found.one_or_none()
        return {} if row is None else {(conversation_id, author, client_id): event_of(row)}

    async def _store(self, room: Room, item: Append, event: Event, head: Head) -> None:
        await self.connection.execute(
            insert(events).values(
                conversation_id=event.conversation_id,
                seq=event.seq,
                prev_public=event.prev_public,
                kind=event.kind,
                author=item.stored,
                author_name=event.author.name,
                client_id=event.client_id,
                body=item.text,
                at_ms=event.at_ms,
            )
        )
        await self.connection.execute(
            update(conversations)
            .where(conversations.c.id == event.conversation_id)
            .values(last_seq=head.last, last_public_seq=head.public)
        )
        if event.kind in COUNTED_KINDS:
            await self._mark_unread(event)
        self._steps.append(lambda: self._stored(room, event))

    async def _mark_unread(self, event: Event) -> None:
        concerned = select(participants.c.who).where(
            participants.c.conversation_id == event.conversation_id,
            participants.c.left_at_ms.is_(None),
            participants.c.who != event.author.who,
        )
        if event.kind in HIDDEN_KINDS:
            concerned = concerned.where(participants.c.sees_notes)
        await self.connection.execute(
            update(inboxes)
            .where(
                inboxes.c.conversation_id == event.conversation_id,
                inboxes.c.owner.in_(concerned),
                inboxes.c.first_unread_seq.is_(None),
            )
            .values(first_unread_seq=event.seq, unread_since_ms=event.at_ms)
        )

    def _changes(
        self, state: str | None, owner: str | None, owner_name: str | None
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if state is not None:
            values["state"] = state
            values["ended_at_ms"] = self._clock() if state in CLOSED_STATES else None
        if owner is not None:
            values["owner"] = owner or None
            values["owner_name"] = owner_name or ""
            values["owner_epoch"] = conversations.c.owner_epoch + 1
        elif owner_name is not None:
            values["owner_name"] = owner_name
        return values or {"title": conversations.c.title}  # nothing but the comparison

    async def _sit_down(self, conversation_id: str, member: Member) -> None:
        await self.connection.execute(
            insert(participants).values(
                conversation_id=conversation_id,
                who=member.who,
                name=member.name,
                from_seq=member.from_seq,
                sees_notes=member.sees_notes,
                delivered_seq=member.from_seq,
                read_seq=member.from_seq,
            )
        )
        await self.connection.execute(
            insert(inboxes).values(owner=member.who, conversation_id=conversation_id)
        )

    async def _come_back(self, conversation_id: str, member: Member) -> None:
        await self.connection.execute(
            update(participants)
            .where(
                participants.c.conversation_id == conversation_id,
                participants.c.who == member.who,
            )
            .values(left_at_ms=None, name=member.name, sees_notes=member.sees_notes)
        )

    async def _unread(self, room: Room, who: str) -> bool:
        found = await self.connection.scalar(
            select(inboxes.c.first_unread_seq).where(
                and_(
                    inboxes.c.owner == who,
                    inboxes.c.conversation_id == room.conversation.id,
                )
            )
        )
        return found is not None


def event_of(row: Row[Any]) -> Event:
    """A row of `event` as a value."""
    return stored_event(
        row.conversation_id, row.seq, row.prev_public, row.kind, row.author, row.author_name,
        row.client_id, row.body, row.at_ms,
    )  # fmt: skip
