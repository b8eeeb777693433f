"""The JSON shapes of conversations and events, as `interfaces.md` and the contract name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.hub.model import Keeping
from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.hub.model import Author, Conversation, Event, Participant

USUAL = Keeping()


def author_json(author: Author) -> dict[str, str]:
    """An author as clients see them."""
    return {"kind": author.kind, "id": author.id, "name": author.name}


def event_json(
    event: Event, sees_notes: bool, *, own: bool = False, from_seq: int = 0
) -> dict[str, Any]:
    """An event as one class of readers sees it.

    Args:
        event: what was stored.
        sees_notes: whether the reader sees hidden kinds, which decides `prev`.
        own: whether the reader wrote it; only they get the `client_id` back.
        from_seq: the reader sees nothing up to here, so their first event has no predecessor.
    """
    prev = event.seq - 1 if sees_notes else event.prev_public
    wire = {
        **event.body,  # first: a body never overrides the envelope
        "conversation": event.conversation_id,
        "seq": event.seq,
        "prev": prev if prev > from_seq else 0,
        "kind": event.kind,
        "author": author_json(event.author),
        "at": rfc3339(event.at_ms),
    }
    if own and event.client_id is not None:
        wire["client_id"] = event.client_id
    else:
        wire.pop("client_id", None)
    return wire


def watermark_json(conversation_id: str, who: str, delivered: int, read: int) -> dict[str, Any]:
    """How far a participant has come, as a socket event."""
    return {"conversation": conversation_id, "who": who, "delivered": delivered, "read": read}


def summary_json(
    conversation: Conversation,
    participants: Iterable[Participant],
    *,
    head: int,
    unread: int,
    last: dict[str, Any] | None,
    keeping: Keeping = USUAL,
) -> dict[str, Any]:
    """A conversation as lists and `hello` show it; events are added by who asks for them."""
    followers = list(participants)
    return {
        "conversation": conversation.id,
        "kind": conversation.kind,
        "title": conversation.title,
        "state": conversation.state,
        "epoch": conversation.owner_epoch,
        "owner": owner_json(conversation),
        "head": head,
        "events": [],
        "more": False,
        "too_far": False,
        "watermarks": [
            {"who": each.who, "delivered": each.delivered, "read": each.read} for each in followers
        ],
        "unread": unread,
        "pinned": keeping.pinned,
        "muted": keeping.muted,
        "last": last,
        "participants": [_participant_json(each) for each in followers],
    }


def _participant_json(participant: Participant) -> dict[str, str]:
    shown = {"who": participant.who, "name": participant.name}
    return {**shown, "role": participant.role} if participant.role else shown


def owner_json(conversation: Conversation) -> dict[str, str] | None:
    """Who serves the conversation, if anyone."""
    if conversation.owner is None:
        return None
    return {"id": conversation.owner.partition(":")[2], "name": conversation.owner_name}
