"""What the slice needs of others, and what it says to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pbxcore.commands import Reply, Request
    from pbxcore.voicemail.message import Message


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mailbox it is; `attach` and `reserve` are None where what holds for all holds."""

    name: str
    email: str = ""
    language: str = ""
    attach: bool | None = None
    reserve: bool | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A message, and where its sound is."""

    message: Message
    sound: str


class Pbx(Protocol):
    """The channel to the PBX."""

    async def request(self, command: Request, timeout_s: float = 35) -> Reply:
        """Carry out a command; `errors.Unavailable` when the PBX is away."""
        ...


class Owners(Protocol):
    """Knows who has mailboxes."""

    def mailboxes(self) -> dict[str, Owner]:
        """Every mailbox there is, by number."""
        ...

    def owner_of(self, number: str) -> Owner | None:
        """Whose mailbox it is; None where there is none."""
        ...
