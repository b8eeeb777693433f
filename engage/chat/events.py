"""Facts of chats that other slices may hear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message or file was taken away by its author; `body` is what it was."""

    conversation_id: str
    seq: int
    kind: str
    body: dict[str, Any]
