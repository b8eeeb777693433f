"""What clients ask when they come back: pages of events after a sequence, and summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select

from engage.hub.manners import Shown, told_mark
from engage.hub.model import (
    CLOSED_STATES,
    COUNTED_KINDS,
    HIDDEN_KINDS,
    Conversation,
    Event,
    Keeping,
    NotParticipant,
    Page,
    Participant,
    TooFar,
    authors_of,
    is_visitor,
)
from engage.hub.rows import conversation_of, event_of, participant_of
from engage.hub.wire import event_json, summary_json
from engage.storage.tables import conversations, events, inboxes, participants

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.manners import FirstName

PAGE = 200
OPEN_LIMIT = 500
ENDED_LIMIT = 50
UNREAD_LIMIT = 1_000
"""Beyond it a badge says so many and no more; counting further would cost a long read."""


class Membership:
    """A conversation as one of its participants sees it."""

    def __init__(
        self,
        conversation: Conversation,
        reader: Participant,
        keeping: Keeping,
        first_name: FirstName,
    ) -> None:
        self.conversation, self.reader, self.keeping = conversation, reader, keeping
        guest = is_visitor(reader.who)
        self.shown = Shown(conversation.manners, first_name) if guest else None

    @property
    def head(self) -> int:
        """The last sequence that this reader may see."""
        conversation = self.conversation
        return conversation.last_seq if self.reader.sees_notes else conversation.last_public_seq

    def wire(self, event: Event) -> dict[str, Any]:
        """An event as this reader gets it."""
        wire = event_json(
            event,
            self.reader.sees_notes,
            own=event.author.who == self.reader.who,
            from_seq=self.reader.from_seq,
        )
        return wire if self.shown is None else self.shown.event(wire)

    def mark(self, participant: Participant) -> Participant:
        """A participant with as much of their mark as this reader is told."""
        return told_mark(self.conversation.manners, participant, self.reader.who)


async def page(
    connection: AsyncConnection,
    who: str,
    conversation_id: str,
    after: int,
    limit: int,
    first_name: FirstName,
) -> Page:
    """Events after a sequence.

    Raises:
        NotParticipant: not a conversation of this participant.
        TooFar: `after` is below the first kept sequence, or beyond the last one.
    """
    one = {"who": who, "conversation": conversation_id}
    found = [_membership(row, first_name) for row in await connection.execute(_MEMBERSHIP, one)]
    if not found:
        raise NotParticipant(conversation=conversation_id)
    membership = found[0]
    found_events, more = await _after(connection, membership, after, limit)
    return Page(found_events, membership.head, more)


async def newest(
    connection: AsyncConnection, membership: Membership, limit: int
) -> list[dict[str, Any]]:
    """The last events that the reader may see, in order."""
    query = _visible(membership, 0).order_by(events.c.seq.desc()).limit(limit)
    rows = (await connection.execute(query)).all()
    return [membership.wire(event_of(row)) for row in reversed(rows)]


async def summaries(
    connection: AsyncConnection, who: str, heads: dict[str, int], first_name: FirstName
) -> list[dict[str, Any]]:
    """Summaries of a participant's conversations, with what came after the heads they name."""
    members = await _mine(connection, who, list(heads), first_name)
    answer = []
    for membership, summary in await _summarise(connection, who, members):
        named = heads.get(membership.conversation.id)
        if named is not None:
            try:
                summary["events"], summary["more"] = await _after(
                    connection, membership, named, PAGE
                )
            except TooFar:
                summary["too_far"] = True
        answer.append(summary)
    return answer


async def summary(
    connection: AsyncConnection, who: str, conversation_id: str, first_name: FirstName
) -> dict[str, Any]:
    """One summary with the newest events.

    Raises:
        NotParticipant: not a conversation of this participant.
    """
    one = {"who": who, "conversation": conversation_id}
    members = [_membership(row, first_name) for row in await connection.execute(_MEMBERSHIP, one)]
    if not members:
        raise NotParticipant(conversation=conversation_id)
    [(membership, answer)] = await _summarise(connection, who, members)
    answer["events"] = await newest(connection, membership, PAGE)
    answer["more"] = bool(answer["events"]) and answer["events"][0]["prev"] > 0
    return answer


async def filled(connection: AsyncConnection, who: str, kinds: Sequence[str]) -> list[str]:
    """The conversations of these kinds in which there is something that one may still read."""
    query = (
        select(conversations.c.id)
        .join(participants, participants.c.conversation_id == conversations.c.id)
        .where(
            participants.c.who == who,
            participants.c.left_at_ms.is_(None),
            conversations.c.kind.in_(kinds),
            conversations.c.last_seq > participants.c.from_seq,
        )
    )
    return list((await connection.execute(query)).scalars())


# Built once: building a query costs more than running it.
_MINE = (
    select(conversations, participants, inboxes.c.pinned_at_ms, inboxes.c.muted_at_ms)
    .join(participants, participants.c.conversation_id == conversations.c.id)
    .outerjoin(
        inboxes,
        and_(
            inboxes.c.owner == participants.c.who,
            inboxes.c.conversation_id == participants.c.conversation_id,
        ),
    )
    .where(participants.c.who == bindparam("who"), participants.c.left_at_ms.is_(None))
)
_MEMBERSHIP = _MINE.where(conversations.c.id == bindparam("conversation"))
_SEEN = and_(
    events.c.conversation_id == participants.c.conversation_id,
    events.c.seq > participants.c.from_seq,
    or_(participants.c.sees_notes, events.c.kind.not_in(sorted(HIDDEN_KINDS))),
)
"""Events that the joined participant may see."""
_IN_THESE = participants.c.conversation_id.in_(bindparam("conversations", expanding=True))
_FOLLOWERS = (
    select(participants)
    .where(_IN_THESE, participants.c.left_at_ms.is_(None))
    .order_by(participants.c.who)
)
_LAST = (
    select(events)
    .join(participants, participants.c.conversation_id == events.c.conversation_id)
    .where(
        participants.c.who == bindparam("who"),
        _IN_THESE,
        events.c.seq
        == select(func.max(events.c.seq))
        .where(_SEEN, events.c.kind.in_(COUNTED_KINDS))
        .correlate(participants)
        .scalar_subquery(),
    )
)
_UNREAD_EVENTS = (
    select(events.c.seq)
    .where(
        _SEEN,
        events.c.seq > participants.c.read_seq,
        events.c.kind.in_(COUNTED_KINDS),
        events.c.author.not_in(bindparam("authors", expanding=True)),
    )
    .correlate(participants)
    .limit(UNREAD_LIMIT)
    .subquery()
)
_UNREAD = select(
    participants.c.conversation_id,
    select(func.count()).select_from(_UNREAD_EVENTS).scalar_subquery(),
).where(participants.c.who == bindparam("who"), _IN_THESE)


def _membership(row: Row[Any], first_name: FirstName) -> Membership:
    keeping = Keeping(row.pinned_at_ms is not None, row.muted_at_ms is not None)
    return Membership(conversation_of(row), participant_of(row), keeping, first_name)


def shown() -> ColumnElement[bool]:
    """What was deleted from one's own list is hidden until something follows."""
    return or_(
        inboxes.c.cleared_seq.is_(None), inboxes.c.cleared_seq < conversations.c.last_public_seq
    )


async def _mine(
    connection: AsyncConnection, who: str, named: list[str], first_name: FirstName
) -> list[Membership]:
    """What a participant is to see on connecting: all that is open, all named, the last ended."""
    mine, newest_first = _MINE.where(shown()), conversations.c.id.desc()
    closed = conversations.c.state.in_(sorted(CLOSED_STATES))
    queries = [
        mine.where(~closed).order_by(newest_first).limit(OPEN_LIMIT),
        mine.where(closed).order_by(newest_first).limit(ENDED_LIMIT),
    ]
    if named:
        queries.append(mine.where(conversations.c.id.in_(named[:OPEN_LIMIT])))
    found: dict[str, Membership] = {}
    for query in queries:
        for row in await connection.execute(query, {"who": who}):
            membership = _membership(row, first_name)
            found.setdefault(membership.conversation.id, membership)
    return list(found.values())


async def _summarise(
    connection: AsyncConnection, who: str, members: Sequence[Membership]
) -> list[tuple[Membership, dict[str, Any]]]:
    """Summaries without events, by a constant number of statements."""
    identifiers = [each.conversation.id for each in members]
    everyone: dict[str, list[Participant]] = {each: [] for each in identifiers}
    for row in await connection.execute(_FOLLOWERS, {"conversations": identifiers}):
        everyone[row.conversation_id].append(participant_of(row))
    last = {event.conversation_id: event for event in await _last(connection, who, identifiers)}
    unread = await _unread(connection, who, identifiers)
    answer = []
    for membership in members:
        identifier = membership.conversation.id
        event = last.get(identifier)
        wire = summary_json(
            membership.conversation,
            map(membership.mark, everyone[identifier]),
            head=membership.head,
            unread=unread.get(identifier, 0),
            last=None if event is None else membership.wire(event),
            keeping=membership.keeping,
        )
        if membership.shown is not None:
            wire = membership.shown.summary(membership.conversation, wire)
        answer.append((membership, wire))
    return answer


async def _last(connection: AsyncConnection, who: str, identifiers: Iterable[str]) -> list[Event]:
    """The last event of each conversation that someone has written."""
    these = {"who": who, "conversations": list(identifiers)}
    return [event_of(row) for row in await connection.execute(_LAST, these)]


async def _unread(
    connection: AsyncConnection, who: str, identifiers: Iterable[str]
) -> dict[str, int]:
    """How many counted events of others come after each read mark."""
    these = {"who": who, "conversations": list(identifiers), "authors": list(authors_of(who))}
    return {row[0]: row[1] for row in await connection.execute(_UNREAD, these)}


def _visible(membership: Membership, after: int) -> Select[Any]:
    query = select(events).where(
        events.c.conversation_id == membership.conversation.id,
        events.c.seq > max(after, membership.reader.from_seq),
        events.c.seq <= membership.conversation.last_seq,
    )
    if not membership.reader.sees_notes:
        query = query.where(events.c.kind.not_in(sorted(HIDDEN_KINDS)))
    return query


async def _after(
    connection: AsyncConnection, membership: Membership, after: int, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Events after a sequence, and whether there are more.

    Raises:
        TooFar: the client's copy cannot be continued from there.
    """
    conversation = membership.conversation
    if after == membership.head:
        return [], False
    if after > conversation.last_seq:  # from before a restored backup: nothing would ever fit
        raise TooFar(first=0, head=membership.head)
    start = max(after, membership.reader.from_seq)
    first_kept = await connection.scalar(
        select(func.min(events.c.seq)).where(events.c.conversation_id == conversation.id)
    )
    if first_kept is not None and start + 1 < first_kept:
        raise TooFar(first=first_kept, head=membership.head)
    query = _visible(membership, after).order_by(events.c.seq).limit(limit + 1)
    rows = (await connection.execute(query)).all()
    return [membership.wire(event_of(row)) for row in rows[:limit]], len(rows) > limit
