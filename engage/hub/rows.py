"""Rows of the hub's tables as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.hub.append import stored_event
from engage.hub.model import Conversation, Event, Participant, decode_manners

if TYPE_CHECKING:
    from sqlalchemy import Row


def participant_of(row: Row[Any]) -> Participant:
    """A row of `participant` as a value."""
    return Participant(
        row.who, row.name, row.from_seq, row.sees_notes, row.delivered_seq, row.read_seq, row.role
    )


def conversation_of(row: Row[Any]) -> Conversation:
    """A row of `conversation` as a value."""
    return Conversation(
        row.id, row.kind, row.key, row.title, row.state, row.owner, row.owner_name,
        row.owner_epoch, row.last_seq, row.last_public_seq, row.created_at_ms, row.ended_at_ms,
        decode_manners(row.manners),
    )  # fmt: skip


def event_of(row: Row[Any]) -> Event:
    """A row of `event` as a value."""
    return stored_event(
        row.conversation_id, row.seq, row.prev_public, row.kind, row.author, row.author_name,
        row.client_id, row.body, row.at_ms,
    )  # fmt: skip
