"""Facts the hub tells after the commit, for whoever asked to hear them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from engage.hub.model import Conversation, Event


class EventAppended(msgspec.Struct, frozen=True):  # a Struct: the hot path makes one per append
    """An event was stored; `conversation` is as it stood right after it."""

    conversation: Conversation
    event: Event


@dataclass(frozen=True, slots=True)
class WatermarkMoved:
    """A participant's clients have received, or the person has read, up to a sequence."""

    conversation_id: str
    who: str
    delivered: int
    read: int


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """An extension became `available`, `away` or `offline`."""

    number: str
    state: str
