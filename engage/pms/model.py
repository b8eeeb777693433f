"""Guests and rooms, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from engage.errors import N_, Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_CHECKED_IN, AVAILABLE, CLOSED = 0, 1, 6
"""Room statuses of the protocol: 2 cleaning, 3 repairing, 4 vacant, 5 dirty."""
LEVELS: Final = {
    "1": "internal",
    "2": "internal-local",
    "3": "internal-local-national",
    "4": "internal-local-national-international",
}
"""How far a guest may call, by the class of service that the hotel's system gives him."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who stays in a room; dates as the hotel's system writes them, in one form."""

    first_name: str = ""
    last_name: str = ""
    account: str = ""
    language: str = ""
    vip_code: str = ""
    credit: str = ""
    date_in: str = ""
    date_out: str = ""
    level: str = ""
    """A key of `LEVELS`; "": as the extension has it."""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Usual:
    """What an extension is while nobody stays in its room."""

    first_name: str
    last_name: str
    language: str
    permission: str
    do_not_disturb: bool
    forwards: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Stay:
    """A guest in a room, from when he has checked in until he checks out."""

    room: str
    extension: str
    guest: Guest
    usual: Usual
    since_ms: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A guest on his way into a room: begun, and to be repeated until the stay is written."""

    room: str
    extension: str
    usual: Usual
    leaves: str = ""
    """The room he comes from; "": he checks in."""
    cleared: bool = False
    """What lies in the mailbox from here on is his."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a room is, and who said so when."""

    status: int = NOT_CHECKED_IN
    maid: str = ""
    changed_at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a room stands when something was done: written as a whole, and then known."""

    action: str
    """The operation log's word."""
    room: str
    stay: Stay | None
    """Who is there now; None: nobody."""
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    """By room, of those where it is another now."""
    leaves: str = ""
    """The room that its guest has left."""
    settled: bool = False
    """Whoever was on his way here has come, or comes no more."""

    @property
    def gone(self) -> Sequence[str]:
        """Where nobody stays any more."""
        return [each for each in (self.leaves, "" if self.stay else self.room) if each]

    @property
    def has_come(self) -> bool:
        """Whether a stay begins here."""
        return self.settled and self.stay is not None


class RoomUnknown(NotFound):
    """No room has this number, or this address."""

    code = "room_unknown"
    text = N_("There is no such room.")


class RoomOccupied(Conflict):
    """Somebody stays there already."""

    code = "room_occupied"
    text = N_("The room is occupied.")


class RoomVacant(Conflict):
    """Nobody stays there."""

    code = "room_vacant"
    text = N_("Nobody is checked in to the room.")


class BadStay(Invalid):
    """What is said of a stay cannot be."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__({field: text})
