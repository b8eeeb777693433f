"""What lies in a mailbox."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Folder = Literal["new", "old", "work", "family", "friends"]
FOLDERS: Final[tuple[Folder, ...]] = ("new", "old", "work", "family", "friends")
"""In the order of the keys that choose them."""

Greeting = Literal["unavailable", "busy", "name", "temporary"]
GREETINGS: Final[tuple[Greeting, ...]] = ("unavailable", "busy", "name", "temporary")


class Message(msgspec.Struct, frozen=True):
    """One voice message; `caller` is the number it is from, "" where nobody knows it.

    `id` grows with time, so that messages sort by it. `call` is the one that left it, "" for one
    that was sent on.
    """

    id: str
    mailbox: str
    folder: Folder
    caller: str
    name: str
    received_at_ms: int
    seconds: float = 0.0
    urgent: bool = False
    call: str = ""


class Arrival(msgspec.Struct, frozen=True):
    """A message that is being spoken: where its sound goes, and whose it will be."""

    id: str
    mailboxes: tuple[str, ...]
    caller: str
    name: str
    received_at_ms: int
    path: str = ""
    call: str = ""
