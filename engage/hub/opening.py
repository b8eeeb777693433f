"""Opening conversations: those that have a key are opened once, by a few statements for many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from engage.hub.model import (
    USUAL_MANNERS,
    Conversation,
    Manners,
    Member,
    decode_manners,
    encode_manners,
)
from engage.storage.script import Ask, Change, Fetch, Given, Row, Script

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_COLUMNS = (
    ("id", "text"),
    ("kind", "text"),
    ("key", "text"),
    ("title", "text"),
    ("state", "text"),
    ("owner", "text"),
    ("owner_name", "text"),
    ("owner_epoch", "integer"),
    ("last_seq", "bigint"),
    ("last_public_seq", "bigint"),
    ("created_at_ms", "bigint"),
    ("ended_at_ms", "bigint"),
    ("manners", "text"),
)
_NAMES = ", ".join(name for name, _ in _COLUMNS)
_FOUND = Fetch(
    Given((("key", "text"),)),
    ", ".join(f"conversation.{name}" for name, _ in _COLUMNS),
    "given JOIN conversation ON conversation.key = given.key",
)
_OPEN = Change(
    Given(_COLUMNS),
    # The names are constants of this program, never input.
    # `WHERE true` lets SQLite tell the clause from a join's condition (lang_upsert.html).
    f"INSERT INTO conversation ({_NAMES}) SELECT {_NAMES} FROM given WHERE true"  # noqa: S608
    " ON CONFLICT (key) DO NOTHING",
)
_SIT_DOWN = Change(
    Given(
        (
            ("conversation_id", "text"),
            ("who", "text"),
            ("name", "text"),
            ("from_seq", "bigint"),
            ("sees_notes", "boolean"),
        )
    ),
    "INSERT INTO participant"
    " (conversation_id, who, name, from_seq, sees_notes, delivered_seq, read_seq)"
    " SELECT conversation_id, who, name, from_seq, sees_notes, from_seq, from_seq FROM given",
)
_INBOX = Change(
    Given((("owner", "text"), ("conversation_id", "text"))),
    "INSERT INTO inbox (owner, conversation_id) SELECT owner, conversation_id FROM given",
)
_SEAT = Change(
    Given(
        (
            ("conversation_id", "text"),
            ("who", "text"),
            ("name", "text"),
            ("from_seq", "bigint"),
            ("sees_notes", "boolean"),
            ("read_seq", "bigint"),
        )
    ),
    "INSERT INTO participant"
    " (conversation_id, who, name, from_seq, sees_notes, delivered_seq, read_seq)"
    " SELECT conversation_id, who, name, from_seq, sees_notes, read_seq, read_seq FROM given"
    " WHERE true ON CONFLICT (conversation_id, who) DO UPDATE SET left_at_ms = NULL,"
    " name = excluded.name, from_seq = excluded.from_seq, sees_notes = excluded.sees_notes,"
    " delivered_seq = excluded.delivered_seq, read_seq = excluded.read_seq",
)
_INBOX_AGAIN = Change(
    Given((("owner", "text"), ("conversation_id", "text"))),
    "INSERT INTO inbox (owner, conversation_id) SELECT owner, conversation_id FROM given"
    " WHERE true ON CONFLICT (owner, conversation_id) DO UPDATE SET first_unread_seq = NULL,"
    " unread_since_ms = NULL, cleared_seq = NULL",
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A conversation that is to be there; one that has its key already is taken as it is."""

    kind: str
    key: str | None = None
    title: str = ""
    state: str = "active"
    participants: tuple[Member, ...] = ()
    manners: Manners = USUAL_MANNERS


def open_script(
    wanted: Sequence[tuple[Conversation, Iterable[Member]]],
) -> Script[list[Conversation]]:
    """Store the conversations whose keys are free; of others, those that have the keys.

    Args:
        wanted: conversations as they would be made, and who is to follow each.

    Returns:
        One for each wanted: itself when it was made, else the one that is there.
    """
    keys = {made.key for made, _ in wanted if made.key is not None}
    there = _by_key((yield Ask(_FOUND, [(key,) for key in keys])))
    fresh = {made.key or made.id: made for made, _ in reversed(wanted) if made.key not in there}
    if fresh:
        yield Ask(_OPEN, [_row(made) for made in fresh.values()])
        if fresh_keys := [(made.key,) for made in fresh.values() if made.key is not None]:
            there |= _by_key((yield Ask(_FOUND, fresh_keys)))  # another node may have been faster
    answer = [made if made.key is None else there[made.key] for made, _ in wanted]
    members = [
        (made.id, member)
        for (made, followers), standing in zip(wanted, answer, strict=True)
        if standing.id == made.id
        for member in followers
    ]
    if members:
        yield Ask(
            _SIT_DOWN,
            [
                (identifier, member.who, member.name, member.from_seq, member.sees_notes)
                for identifier, member in members
            ],
        )
        yield Ask(_INBOX, [(member.who, identifier) for identifier, member in members])
    return answer


def seat_script(conversation_id: str, members: Sequence[Member], head: int) -> Script[None]:
    """Let people follow a conversation that stands at `head`, also those who had left."""
    yield Ask(
        _SEAT,
        [
            (
                conversation_id, each.who, each.name, each.from_seq, each.sees_notes,
                max(each.from_seq, head),
            )
            for each in members
        ],
    )  # fmt: skip
    yield Ask(_INBOX_AGAIN, [(each.who, conversation_id) for each in members])


def _by_key(rows: Sequence[Row]) -> dict[str, Conversation]:
    found = [_found(row) for row in rows]
    return {each.key: each for each in found if each.key is not None}


def _found(row: Row) -> Conversation:
    *head, manners = row
    return msgspec.structs.replace(Conversation(*head), manners=decode_manners(manners))


def _row(made: Conversation) -> tuple[object, ...]:
    return (
        made.id, made.kind, made.key, made.title, made.state, made.owner, made.owner_name,
        made.owner_epoch, made.last_seq, made.last_public_seq, made.created_at_ms,
        made.ended_at_ms, encode_manners(made.manners),
    )  # fmt: skip
