"""Conversations and their followers in memory, kept right by the hub's own commits.

What is decided by state, epoch or sequence is decided inside the transaction, never here: this is
for authorising, for finding whom to tell, and for sparing statements.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import msgspec
from sqlalchemy import and_, select

from engage.errors import NotFound
from engage.hub.model import HIDDEN_KINDS, Conversation, Event, Participant
from engage.hub.rows import conversation_of, participant_of
from engage.storage.tables import conversations, inboxes, participants

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

KEPT = 20_000
"""So many conversations stay in memory; others are read again when they are needed."""


class Seat:
    """A participant who has not left, and how far they have come."""

    __slots__ = ("delivered", "from_seq", "name", "read", "role", "sees_notes", "unread", "who")

    def __init__(self, participant: Participant, *, unread: bool) -> None:
        self.who, self.name = participant.who, participant.name
        self.from_seq, self.sees_notes = participant.from_seq, participant.sees_notes
        self.delivered, self.read = participant.delivered, participant.read
        self.role = participant.role
        self.unread = unread  # their inbox row already says so

    def value(self) -> Participant:
        """As others may hold it."""
        return Participant(
            self.who, self.name, self.from_seq, self.sees_notes, self.delivered, self.read,
            self.role,
        )  # fmt: skip


class Room:
    """A conversation's head with everyone who follows it."""

    __slots__ = ("__weakref__", "conversation", "seats")

    def __init__(self, conversation: Conversation, seats: Iterable[Seat]) -> None:
        self.conversation = conversation
        self.seats = {seat.who: seat for seat in seats}

    def advance(self, event: Event) -> None:
        """Take an event that was just committed."""
        before = self.conversation
        if event.seq <= before.last_seq:
            return
        public = before.last_public_seq if event.kind in HIDDEN_KINDS else event.seq
        self.conversation = Conversation(
            before.id, before.kind, before.key, before.title, before.state, before.owner,
            before.owner_name, before.owner_epoch, event.seq, public, before.created_at_ms,
            before.ended_at_ms, before.manners,
        )  # fmt: skip

    def change(self, after: Conversation) -> None:
        """Take a change of state or owner that was just committed; the head only grows."""
        before = self.conversation
        self.conversation = msgspec.structs.replace(
            after,
            last_seq=max(before.last_seq, after.last_seq),
            last_public_seq=max(before.last_public_seq, after.last_public_seq),
        )


class Rooms:
    """Finds rooms in memory or in the database.

    A room is one object as long as anyone holds it, so that what is committed always reaches the
    one that is looked at.
    """

    def __init__(self, database: Database, kept: int = KEPT) -> None:
        self._database, self._kept = database, kept
        self._known: WeakValueDictionary[str, Room] = WeakValueDictionary()
        self._recent: OrderedDict[str, Room] = OrderedDict()
        self._loading: dict[str, asyncio.Task[Room]] = {}
        self._outdated: set[str] = set()

    def known(self, conversation_id: str) -> Room | None:
        """The room, if it is in memory."""
        return self._known.get(conversation_id)

    async def get(self, conversation_id: str) -> Room:
        """The room.

        Raises:
            NotFound: no such conversation.
        """
        if (room := self._known.get(conversation_id)) is not None:
            return room
        task = self._loading.get(conversation_id)
        if task is None:
            task = asyncio.create_task(self._load(conversation_id))
            self._loading[conversation_id] = task
        return await asyncio.shield(task)

    async def inside(self, connection: AsyncConnection, identifiers: list[str]) -> list[Room]:
        """Rooms, read by the writer's own connection before it changes anything of them.

        Those that do not exist are left out.
        """
        found = [room for each in identifiers if (room := self._known.get(each)) is not None]
        known = {room.conversation.id for room in found}
        if unknown := [each for each in identifiers if each not in known]:
            loaded = await load_rooms(connection, unknown)
            found += [self._known.setdefault(room.conversation.id, room) for room in loaded]
        return found

    def introduce(self, room: Room) -> None:
        """Make a room known that is being created; nobody else can hold its identifier yet."""
        self._known[room.conversation.id] = room

    def keep(self, room: Room) -> None:
        """A commit has touched this room: what is being read meanwhile is out of date."""
        identifier = room.conversation.id
        if identifier in self._loading:
            self._outdated.add(identifier)
        if self._known.get(identifier) is room:  # else it was forgotten, for it may be wrong
            self._remember(room)

    def drop(self, conversation_id: str) -> None:
        """A conversation is there no more."""
        self._known.pop(conversation_id, None)
        self._recent.pop(conversation_id, None)
        if conversation_id in self._loading:
            self._outdated.add(conversation_id)

    def forget(self) -> None:
        """After a commit of unknown outcome: read everything again when it is needed."""
        self._known.clear()
        self._recent.clear()
        self._outdated.update(self._loading)

    def _remember(self, room: Room) -> None:
        identifier = room.conversation.id
        self._known[identifier] = room
        self._recent[identifier] = room
        self._recent.move_to_end(identifier)
        if len(self._recent) > self._kept:
            self._recent.popitem(last=False)

    async def _load(self, conversation_id: str) -> Room:
        try:
            while True:
                self._outdated.discard(conversation_id)
                async with self._database.read() as connection:
                    room = await load_room(connection, conversation_id)
                if (newer := self._known.get(conversation_id)) is not None:
                    return newer
                if conversation_id not in self._outdated:
                    self._remember(room)
                    return room
        finally:
            del self._loading[conversation_id]


async def load_room(connection: AsyncConnection, conversation_id: str) -> Room:
    """Read a conversation with everyone who follows it.

    Raises:
        NotFound: no such conversation.
    """
    found = await load_rooms(connection, [conversation_id])
    if not found:
        raise NotFound(conversation=conversation_id)
    return found[0]


async def load_rooms(connection: AsyncConnection, identifiers: list[str]) -> list[Room]:
    """Read several conversations, in any order; those that do not exist are left out."""
    seats: dict[str, list[Seat]] = {}
    query = (
        select(participants, inboxes.c.first_unread_seq)
        .outerjoin(
            inboxes,
            and_(
                inboxes.c.owner == participants.c.who,
                inboxes.c.conversation_id == participants.c.conversation_id,
            ),
        )
        .where(participants.c.conversation_id.in_(identifiers), participants.c.left_at_ms.is_(None))
        .order_by(participants.c.who)
    )
    for row in await connection.execute(query):
        seat = Seat(participant_of(row), unread=row.first_unread_seq is not None)
        seats.setdefault(row.conversation_id, []).append(seat)
    heads = await connection.execute(
        select(conversations).where(conversations.c.id.in_(identifiers))
    )
    return [Room(conversation_of(row), seats.get(row.id, [])) for row in heads]
