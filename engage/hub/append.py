"""The append path: what waits is numbered and stored together, in a few statements per batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from engage.errors import NotFound
from engage.hub.model import (
    CLOSED_STATES,
    COUNTED_KINDS,
    HIDDEN_KINDS,
    PEOPLES_KINDS,
    Appended,
    Author,
    ConversationClosed,
    Event,
    StaleOwner,
)
from engage.storage.script import Ask, Change, Dialect, Fetch, Given, Row, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.hub.rooms import Room, Seat

_decode = msgspec.json.Decoder(dict[str, Any]).decode
Key = tuple[str, str, str]
"""Conversation, author and `client_id`: what makes an event one event."""

_IDS = Given((("conversation_id", "text"),))
_HEADS = Fetch(
    _IDS,
    "conversation.id, conversation.state, conversation.owner_epoch,"
    " conversation.last_seq, conversation.last_public_seq",
    "given JOIN conversation ON conversation.id = given.conversation_id",
    lock="conversation",
)
_KNOWN = Fetch(
    Given((("conversation_id", "text"), ("author", "text"), ("client_id", "text"))),
    "event.conversation_id, event.author, event.client_id, event.seq, event.prev_public,"
    " event.kind, event.author_name, event.body, event.at_ms",
    "given JOIN event ON event.conversation_id = given.conversation_id"
    " AND event.author = given.author AND event.client_id = given.client_id"
    " AND event.client_id IS NOT NULL",  # lets SQLite use the partial index
)
_STORE = Change(
    Given(
        (
            ("conversation_id", "text"),
            ("seq", "bigint"),
            ("prev_public", "bigint"),
            ("kind", "text"),
            ("author", "text"),
            ("author_name", "text"),
            ("client_id", "text"),
            ("body", "text"),
            ("at_ms", "bigint"),
        )
    ),
    "INSERT INTO event (conversation_id, seq, prev_public, kind, author, author_name, client_id,"
    " body, at_ms) SELECT conversation_id, seq, prev_public, kind, author, author_name, client_id,"
    " body, at_ms FROM given",
)
_ADVANCE = Change(
    Given((("conversation_id", "text"), ("last_seq", "bigint"), ("last_public_seq", "bigint"))),
    "UPDATE conversation SET last_seq = given.last_seq, last_public_seq = given.last_public_seq"
    " FROM given WHERE conversation.id = given.conversation_id",
)
_UNREAD = Change(
    Given(
        (
            ("owner", "text"),
            ("conversation_id", "text"),
            ("seq", "bigint"),
            ("at_ms", "bigint"),
        )
    ),
    "UPDATE inbox SET first_unread_seq = given.seq, unread_since_ms = given.at_ms FROM given"
    " WHERE inbox.owner = given.owner AND inbox.conversation_id = given.conversation_id"
    " AND inbox.first_unread_seq IS NULL",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that is to be appended."""

    conversation_id: str
    author: Author
    kind: str
    body: dict[str, Any]
    client_id: str | None = None
    epoch: int | None = None


class Append:
    """An event that is to be stored."""

    __slots__ = ("at_ms", "author", "body", "client_id", "epoch", "kind", "room", "stored", "text")

    def __init__(
        self,
        room: Room,
        author: Author,
        kind: str,
        body: dict[str, Any],
        text: str,
        client_id: str | None,
        epoch: int | None,
        at_ms: int,
    ) -> None:
        self.room, self.author, self.stored = room, author, author.stored
        self.kind, self.body, self.text = kind, body, text
        self.client_id, self.epoch, self.at_ms = client_id, epoch, at_ms


class Head:
    """Where a conversation stands inside the transaction."""

    __slots__ = ("epoch", "last", "public", "state")

    def __init__(self, state: str, epoch: int, last: int, public: int) -> None:
        self.state, self.epoch, self.last, self.public = state, epoch, last, public


class Appends:
    """Writes events in batches; `told` hears of each, in the order of the log."""

    order = 0

    def __init__(
        self,
        dialect: Dialect,
        told: Callable[[Room, Appended], None],
    ) -> None:
        self._told = told
        # With one process on the database, memory knows who has unread events already.
        self._trusts_seats = dialect == "sqlite"

    def script(self, items: Sequence[Append]) -> Script[list[Appended | Exception]]:
        """Number and store the items; those that are refused or duplicates are told apart."""
        return append_script(items, self._followers)

    def committed(self, item: Append, result: Appended) -> None:
        """Hear from the writer that an item is on disk."""
        self._told(item.room, result)

    def _followers(self, room: Room) -> list[Seat]:
        """Those whose inbox an event may touch."""
        seats = list(room.seats.values())  # a copy: this is the writer's thread
        return [seat for seat in seats if not seat.unread] if self._trusts_seats else seats


def append_script(
    items: Sequence[Append], followers: Callable[[Room], list[Seat]]
) -> Script[list[Appended | Exception]]:
    """Number and store events by a constant number of statements.

    Args:
        items: in the order in which they are to be numbered.
        followers: who follows a room and has nothing unread there, as far as is known.
    """
    identifiers = {item.room.conversation.id for item in items}
    rows = yield Ask(_HEADS, [(each,) for each in identifiers])
    heads = {row[0]: Head(*row[1:]) for row in rows}
    keys = {
        (item.room.conversation.id, item.stored, item.client_id)
        for item in items
        if item.client_id is not None
    }
    known = known_events((yield Ask(_KNOWN, list(keys)))) if keys else {}
    results, fresh = place(items, heads, known)
    if fresh:
        yield Ask(_STORE, [row_of(event, item) for item, event in fresh])
        moved = {event.conversation_id for _, event in fresh}
        yield Ask(_ADVANCE, [(each, heads[each].last, heads[each].public) for each in moved])
        if unread := _unread(fresh, followers):
            yield Ask(_UNREAD, unread)
    return results


def _unread(
    fresh: list[tuple[Append, Event]], followers: Callable[[Room], list[Seat]]
) -> list[tuple[Any, ...]]:
    """The inbox rows for which an event may be the first unread one."""
    first: dict[tuple[str, str], tuple[Any, ...]] = {}
    for item, event in fresh:
        if event.kind not in COUNTED_KINDS:
            continue
        for seat in followers(item.room):
            if concerns(seat.who, seat.sees_notes, event):
                key = (seat.who, event.conversation_id)
                first.setdefault(key, (*key, event.seq, event.at_ms))
    return [first[key] for key in sorted(first)]


def concerns(who: str, sees_notes: bool, event: Event) -> bool:
    """Whether a counted event is something this participant has yet to read."""
    if event.kind in HIDDEN_KINDS and not sees_notes:
        return False
    return event.author.who != who


def place(
    items: Sequence[Append], heads: dict[str, Head], known: dict[Key, Event]
) -> tuple[list[Appended | Exception], list[tuple[Append, Event]]]:
    """Give each new event its sequence, in the order of arrival; `heads` move along.

    Args:
        items: what arrived.
        heads: of every conversation that exists.
        known: what is stored already under the keys of the items.

    Returns:
        A result or refusal for each item, and the events that are to be stored.
    """
    results: list[Appended | Exception] = []
    fresh: list[tuple[Append, Event]] = []
    for item in items:
        identifier = item.room.conversation.id
        key = None if item.client_id is None else (identifier, item.stored, item.client_id)
        if key is not None and key in known:  # before any refusal: it was acknowledged once
            results.append(Appended(known[key], duplicate=True))
            continue
        head = heads.get(identifier)
        if (refusal := refused(item.kind, item.epoch, head)) is not None or head is None:
            results.append(refusal or NotFound())
            continue
        event = Event(
            identifier, head.last + 1, head.public, item.kind, item.author, item.client_id,
            item.body, item.at_ms,
        )  # fmt: skip
        head.last += 1
        if item.kind not in HIDDEN_KINDS:
            head.public = head.last
        if key is not None:
            known[key] = event
        fresh.append((item, event))
        results.append(Appended(event, duplicate=False))
    return results, fresh


def refused(kind: str, epoch: int | None, head: Head | None) -> Exception | None:
    """Why an event cannot be appended, if it cannot."""
    if head is None:
        return NotFound()
    if epoch is not None and epoch != head.epoch:
        return StaleOwner(epoch=head.epoch)
    if head.state in CLOSED_STATES and kind in PEOPLES_KINDS:
        return ConversationClosed(state=head.state)
    return None


def row_of(event: Event, item: Append) -> tuple[Any, ...]:
    """A row of `event`, in the order of the columns."""
    return (
        event.conversation_id, event.seq, event.prev_public, event.kind, item.stored,
        event.author.name, event.client_id, item.text, event.at_ms,
    )  # fmt: skip


def known_events(rows: Sequence[Row]) -> dict[Key, Event]:
    """Stored events by their keys."""
    return {
        (row[0], row[1], row[2]): stored_event(
            row[0], row[3], row[4], row[5], row[1], row[6], row[2], row[7], row[8]
        )
        for row in rows
    }


def stored_event(
    conversation_id: str,
    seq: int,
    prev_public: int,
    kind: str,
    author: str,
    author_name: str,
    client_id: str | None,
    body: str,
    at_ms: int,
) -> Event:
    """A row of `event` as a value; the arguments are in the order of the columns."""
    author_kind, _, identifier = author.partition(":")
    who = Author(author_kind, identifier, author_name)
    return Event(conversation_id, seq, prev_public, kind, who, client_id, _decode(body), at_ms)
