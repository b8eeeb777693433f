"""Changes of conversations that happen together or not at all, with the caller's own rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import and_, bindparam, delete, insert, select, update

from engage.errors import NotFound
from engage.hub.append import Append, Entry, append_script
from engage.hub.model import (
    CLOSED_STATES,
    USUAL_MANNERS,
    Also,
    Appended,
    Author,
    Conversation,
    Event,
    Manners,
    Member,
    Participant,
    encode_body,
)
from engage.hub.opening import Opening, open_script, seat_script
from engage.hub.rooms import Room, Rooms, Seat
from engage.hub.rows import conversation_of, event_of, participant_of
from engage.identifiers import Clock, new_id
from engage.storage.tables import conversations, events, inboxes, metadata, participants

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


class Tap(Protocol):
    """What a slice stores with each event of a kind of conversation, in the same transaction."""

    def wants(self, kind: str) -> bool:
        """Whether an event of this kind may concern it."""
        ...

    async def stored(self, connection: AsyncConnection, event: Event) -> None:
        """A new event is stored; what this raises undoes it."""
        ...


Step = Callable[[], None]
Told = Callable[[Room, Appended], None]


_BELONGING = [
    column
    for table in reversed(metadata.sorted_tables)
    for column in table.columns
    if column.references(conversations.c.id)
]
"""What names a conversation that it cannot be without, dependent tables first."""


_FOLLOWER = select(participants).where(
    participants.c.conversation_id == bindparam("conversation"),
    participants.c.who == bindparam("who"),
)


class HubTransaction:
    """What a slice does to conversations within one transaction; told to people after it.

    `connection` is for the slice's own rows. Steps apply to memory, in order, once the commit is
    done.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        database: Database,
        rooms: Rooms,
        clock: Clock,
        told: Told,
        send: Callable[[list[str], str, dict[str, Any]], None],
        taps: Mapping[str, Tap],
    ) -> None:
        self.connection, self._database, self._taps = connection, database, taps
        self._rooms, self._clock, self._told, self._send = rooms, clock, told, send
        self._steps: list[Step] = []
        self._held: dict[str, Room] = {}
        self._seats: dict[str, dict[str, Seat]] = {}  # of rooms that someone joined or left

    async def create(
        self,
        *,
        kind: str,
        key: str | None = None,
        title: str = "",
        state: str = "active",
        participants: Iterable[Member] = (),
        manners: Manners = USUAL_MANNERS,
    ) -> Conversation:
        """Open a conversation; one that has this key already is returned as it is."""
        [conversation] = await self.open_many(
            [Opening(kind, key, title, state, tuple(participants), manners)]
        )
        return conversation

    async def open_many(self, openings: Sequence[Opening]) -> list[Conversation]:
        """Open conversations, as `create` does, by a constant number of statements."""
        wanted = [
            (
                Conversation(
                    new_id(), each.kind, each.key, each.title, each.state, None, "", 0, 0, 0,
                    self._clock(), None, each.manners,
                ),
                each.participants,
            )
            for each in openings
        ]  # fmt: skip
        answer = await self._database.run(open_script(wanted))
        for (made, members), standing in zip(wanted, answer, strict=True):
            if standing.id == made.id:
                self._introduce(made, members)
        return answer

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
        """Add an event; idempotent by conversation, author and `client_id`.

        `also` stores, with a new event, the rows that belong to it.

        Raises:
            NotFound: no such conversation.
            ConversationClosed: it takes no messages any more.
            StaleOwner: `epoch` is not the owner's of now.
        """
        [result] = await self.append_many(
            [Entry(conversation_id, author, kind, body, client_id, epoch)]
        )
        if isinstance(result, Exception):
            raise result
        if also is not None and not result.duplicate:
            await also(self.connection, result.event)
        return result

    async def append_many(self, entries: Sequence[Entry]) -> list[Appended | Exception]:
        """Add events, as `append` does, by a constant number of statements.

        Returns:
            For each entry what was appended, or why it was refused; a refusal undoes no other.
        """
        rooms = await self._rooms_of({each.conversation_id for each in entries})
        at_ms = self._clock()
        items = [
            Append(
                room, each.author, each.kind, each.body, encode_body(each.body), each.client_id,
                each.epoch, at_ms,
            )
            for each in entries
            if (room := rooms.get(each.conversation_id)) is not None
        ]  # fmt: skip
        results = await self._database.run(append_script(items, self._followers)) if items else []
        for item, result in zip(items, results, strict=True):
            if isinstance(result, Appended):
                self._steps.append(partial(self._told, item.room, result))
                await self._tapped(item.room, result)
        found = iter(results)
        return [next(found) if each.conversation_id in rooms else NotFound() for each in entries]

    async def change(
        self,
        conversation_id: str,
        *,
        expect_state: tuple[str, ...] | None = None,
        expect_epoch: int | None = None,
        state: str | None = None,
        owner: str | None = None,
        owner_name: str | None = None,
        title: str | None = None,
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
            .values(self._changes(state, owner, owner_name, title))
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
        role: str = "",
    ) -> None:
        """Let someone follow from after `from_seq`; one who left comes back as they were.

        Whoever follows already has this name, sight and role from now on.
        """
        room = await self._room(conversation_id)
        found = await self.connection.execute(
            _FOLLOWER, {"conversation": conversation_id, "who": who}
        )
        row = found.one_or_none()
        if row is None:
            await self._sit_down(conversation_id, Member(who, name, from_seq, sees_notes), role)
            participant = Participant(who, name, from_seq, sees_notes, from_seq, from_seq, role)
        else:
            await self._come_back(conversation_id, Member(who, name, sees_notes=sees_notes), role)
            participant = Participant(
                who, name, row.from_seq, sees_notes, row.delivered_seq, row.read_seq, role
            )
        seat = Seat(participant, unread=row is not None and await self._unread(room, who))
        self._sit(room, {**self._sitting(room), who: seat})

    async def seat(self, conversation_id: str, members: Sequence[Member]) -> list[Member]:
        """Let people follow, from after each one's `from_seq`, by a constant number of statements.

        What came before is not unread to them. One who had left begins anew.

        Returns:
            Those who had not been following.
        """
        room = await self._room(conversation_id)
        sitting = self._sitting(room)
        fresh = [each for each in members if each.who not in sitting]
        if fresh:
            head = (await self._locked(conversation_id)).last_seq
            await self._database.run(seat_script(conversation_id, fresh, head))
            seats = {each.who: _seat(each, read=head) for each in fresh}
            self._sit(room, {**sitting, **seats})
        return fresh

    async def clear(self, conversation_id: str, who: str) -> int:
        """Empty a conversation for one of its participants; returns up to which sequence.

        It comes back with the next event. The others keep theirs.
        """
        room = await self._room(conversation_id)
        head = (await self._locked(conversation_id)).last_seq
        await self._mark(
            participants, conversation_id, who, from_seq=head, delivered_seq=head, read_seq=head
        )
        await self._mark(
            inboxes, conversation_id, who,
            first_unread_seq=None, unread_since_ms=None, cleared_seq=head, pinned_at_ms=None,
        )  # fmt: skip
        if (seat := self._sitting(room).get(who)) is not None:
            cleared = seat.value()
            afresh = Participant(who, cleared.name, head, cleared.sees_notes, head, head)
            self._sit(room, {**self._sitting(room), who: Seat(afresh, unread=False)})
        return head

    async def mark(self, conversation_id: str, who: str, **values: int | None) -> None:
        """Change columns of a participant's own `inbox` row."""
        await self._mark(inboxes, conversation_id, who, **values)

    async def event(self, conversation_id: str, seq: int) -> Event:
        """One stored event, the conversation locked against other nodes.

        Raises:
            NotFound: there is none.
        """
        await self._locked(conversation_id)
        found = await self.connection.execute(
            select(events).where(events.c.conversation_id == conversation_id, events.c.seq == seq)
        )
        if (row := found.one_or_none()) is None:
            raise NotFound(conversation=conversation_id)
        return event_of(row)

    async def rewrite(self, conversation_id: str, bodies: Mapping[int, dict[str, Any]]) -> None:
        """Replace bodies of stored events by sequence: what a later event has changed."""
        for seq, body in bodies.items():
            await self.connection.execute(
                update(events)
                .where(events.c.conversation_id == conversation_id, events.c.seq == seq)
                .values(body=encode_body(body))
            )

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

        sitting = self._sitting(room).items()
        self._sit(room, {each: seat for each, seat in sitting if each != who})

    async def erase(self, identifiers: Sequence[str], reason: str) -> None:
        """Remove conversations for good, with every row of any slice that belongs to them.

        Their followers are told `conversation_gone`.
        """
        for room in (await self._rooms_of(set(identifiers))).values():
            gone = {"conversation": room.conversation.id, "reason": reason}
            self.tell(room.seats, "conversation_gone", gone)
            self._steps.append(partial(self._rooms.drop, room.conversation.id))
        for column in _BELONGING:
            await self.connection.execute(delete(column.table).where(column.in_(identifiers)))
        await self.connection.execute(
            delete(conversations).where(conversations.c.id.in_(identifiers))
        )

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
        rooms = await self._rooms_of({conversation_id})
        if conversation_id not in rooms:
            raise NotFound(conversation=conversation_id)
        return rooms[conversation_id]

    async def _rooms_of(self, identifiers: set[str]) -> dict[str, Room]:
        """The rooms; those that do not exist are left out."""
        if unheld := [each for each in identifiers if each not in self._held]:
            for room in await self._rooms.inside(self.connection, unheld):
                self._held[room.conversation.id] = room
        return {each: self._held[each] for each in identifiers if each in self._held}

    async def _tapped(self, room: Room, appended: Appended) -> None:
        tap = self._taps.get(room.conversation.kind)
        if tap is not None and not appended.duplicate and tap.wants(appended.event.kind):
            await tap.stored(self.connection, appended.event)

    def _introduce(self, made: Conversation, members: Iterable[Member]) -> None:
        room = Room(made, [_seat(each) for each in members])
        self._rooms.introduce(room)
        self._held[made.id] = room
        self._steps.append(lambda: self._rooms.keep(room))

    def _sitting(self, room: Room) -> dict[str, Seat]:
        return self._seats.get(room.conversation.id, room.seats)

    def _sit(self, room: Room, seats: dict[str, Seat]) -> None:
        """Who follows the room from now on: for this transaction at once, for others after it."""
        self._seats[room.conversation.id] = seats

        def apply() -> None:
            room.seats = seats
            self._rooms.keep(room)

        self._steps.append(apply)

    def _followers(self, room: Room) -> list[Seat]:
        """Everyone: what memory knows of unread events may be older than this transaction."""
        return list(self._sitting(room).values())

    async def _locked(self, conversation_id: str) -> Conversation:
        found = await self.connection.execute(
            select(conversations).where(conversations.c.id == conversation_id).with_for_update()
        )
        return conversation_of(found.one())

    def _changes(
        self, state: str | None, owner: str | None, owner_name: str | None, title: str | None
    ) -> dict[str, Any]:
        values: dict[str, Any] = {} if title is None else {"title": title}
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

    async def _mark(
        self, table: Table, conversation_id: str, who: str, **values: int | None
    ) -> None:
        person = table.c.owner if table is inboxes else table.c.who
        await self.connection.execute(
            update(table)
            .where(table.c.conversation_id == conversation_id, person == who)
            .values(values)
        )

    async def _sit_down(self, conversation_id: str, member: Member, role: str) -> None:
        await self.connection.execute(
            insert(participants),
            {
                "conversation_id": conversation_id,
                "who": member.who,
                "name": member.name,
                "from_seq": member.from_seq,
                "sees_notes": member.sees_notes,
                "delivered_seq": member.from_seq,
                "read_seq": member.from_seq,
                "role": role,
            },
        )
        await self.connection.execute(
            insert(inboxes), {"owner": member.who, "conversation_id": conversation_id}
        )

    async def _come_back(self, conversation_id: str, member: Member, role: str) -> None:
        await self.connection.execute(
            update(participants)
            .where(
                participants.c.conversation_id == conversation_id,
                participants.c.who == member.who,
            )
            .values(left_at_ms=None, name=member.name, sees_notes=member.sees_notes, role=role)
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


def _seat(member: Member, read: int = 0) -> Seat:
    start = member.from_seq
    read = max(start, read)
    participant = Participant(member.who, member.name, start, member.sees_notes, read, read)
    return Seat(participant, unread=False)
