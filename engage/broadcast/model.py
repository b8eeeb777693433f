"""Message broadcasts: what one must hold, and its state as its deliveries tell it. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from engage.errors import (
    N_,
    Conflict,
    EngageError,
    Forbidden,
    Invalid,
    NotFound,
    TextRefused,
    TooLarge,
)
from engage.hub.model import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.model import Contact
    from engage.telephony.events import Device, Outgoing

KIND = "broadcast"
NAME_LIMIT, SENDER_LIMIT, MESSAGE_LIMIT = 64, 32, 1000
RECIPIENT_LIMIT = 3000
YEAR_MS = 366 * 24 * 3600 * 1000
LIFE_MS = 3600 * 1000  # retries end after it; the last regular one is after 21 minutes
SENDING_AT_ONCE = 3
BURST, BURST_WINDOW_MS = 5, 10_000  # new broadcasts of one administrator

Leg = Literal["phones", "wave"]
Stored = Literal["draft", "scheduled", "sending", "cancelled"]
State = Literal["draft", "scheduled", "sending", "finished", "partly_failed", "failed", "cancelled"]

REACHED = ("accepted", "delivered", "read")
TROUBLED = ("failed", "unsupported", "expired")
STATES = (
    "pending",
    "accepted",
    "delivered",
    "read",
    "offline",
    "unsupported",
    "failed",
    "expired",
    "skipped",
    "cancelled",
)


class OnlyAdministrators(Forbidden):
    """Broadcasts are the administrators'."""

    code = "only_administrators"
    text = N_("Only administrators may do this.")


class BroadcastNotFound(NotFound):
    """No such broadcast."""

    code = "broadcast_not_found"
    text = N_("This message broadcast does not exist.")


class BroadcastOver(Conflict):
    """Too late to cancel."""

    code = "broadcast_over"
    text = N_("This message broadcast has ended already.")


class NothingToRetry(Conflict):
    """No delivery failed, or those without a phone still have none."""

    code = "nothing_to_retry"
    text = N_("There is nothing to try again right now.")


class ReadOnly(Forbidden):
    """A broadcast's conversation takes no answer."""

    code = "read_only"
    text = N_("This conversation is read-only.")


class Recipients(Protocol):
    """Who may be written to."""

    def contacts(self) -> list[Contact]:
        """Everyone with an extension."""
        ...

    def name_of(self, number: str) -> str | None:
        """The name behind a number; None when there is no such extension."""
        ...

    def members(self, extensions: list[str], groups: list[str]) -> list[Contact]:
        """The people named directly or by a group, each once."""
        ...

    def names_taken(self) -> set[str]:
        """What users and administrators are called: user names and shown names."""
        ...


class PhoneTexts(Protocol):
    """Texts to phones, as telephony sends them."""

    async def enqueue(self, connection: AsyncConnection, rows: Sequence[Outgoing]) -> None:
        """Put rows in, inside the caller's transaction."""
        ...

    async def devices(self, connection: AsyncConnection, numbers: Iterable[str]) -> list[Device]:
        """The registered phones of these extensions."""
        ...

    def wake(self) -> None:
        """Look for due rows now; after the commit."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """Who recipients see: a free name, or an extension (`value` is its number)."""

    kind: Literal["name", "extension"]
    value: str
    name: str

    @property
    def sip_user(self) -> str:
        """The user part of From."""
        return self.value if self.kind == "extension" else "broadcast"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast as it is stored; `state` stays `sending` there once it has begun.

    What became of it is told by its deliveries: see `state_of`. Moments are milliseconds UTC.
    """

    id: str
    client_id: str | None
    name: str
    sender: Sender
    message: str
    extensions: tuple[str, ...]
    extension_groups: tuple[str, ...]
    deliver_to: tuple[Leg, ...]
    state: Stored
    created_by: str
    created_at_ms: int
    send_at_ms: int
    started_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a broadcast's deliveries add up to.

    `people` are those written to, but for the skipped; `reached` those who got it on any leg;
    `troubled` those with a leg that failed; `pending` deliveries that are still to be settled.
    """

    counts: Mapping[str, int]
    people: int = 0
    reached: int = 0
    troubled: int = 0

    @property
    def pending(self) -> int:
        """Deliveries that are still to be settled."""
        return self.counts.get("pending", 0)


def state_of(stored: Stored, tally: Tally, *, due: bool = False) -> State:
    """The state people see; a broadcast that is `due` is as good as begun."""
    if stored == "scheduled" and due:
        return "sending"
    if stored != "sending":
        return stored
    if tally.pending:
        return "sending"
    if tally.reached == 0:
        return "failed"
    if tally.reached < tally.people or tally.troubled:
        return "partly_failed"
    return "finished"


def check_sender(value: str, kind: str | None, recipients: Recipients) -> Sender:
    """Bring a sender into the form that is stored.

    Raises:
        Invalid: with the field `sender`: unknown extension, or a free name that is somebody's.
    """
    if kind == "extension":
        name = recipients.name_of(value)
        if name is None:
            raise Invalid({"sender": N_("There is no such extension.")})
        return Sender("extension", value, name)
    text = _line(value, SENDER_LIMIT, "sender")
    if _folded(text) in {_folded(name) for name in recipients.names_taken()}:
        raise Invalid({"sender": N_("This is a user's name; choose the extension instead.")})
    return Sender("name", text, text)


def check_name(value: str) -> str:
    """The broadcast's name as it is stored.

    Raises:
        Invalid: with the field `name`.
    """
    return _line(value, NAME_LIMIT, "name")


def check_message(value: str) -> str:
    """The message as it is stored: line breaks stay.

    Raises:
        Invalid: with the field `message`.
    """
    return _clean(value, MESSAGE_LIMIT, "message")


def check_send_at(send_at_ms: int | None, now_ms: int) -> int:
    """When to send: now, or up to a year ahead.

    Raises:
        Invalid: with the field `send_at`.
    """
    if send_at_ms is None or send_at_ms <= now_ms:
        return now_ms
    if send_at_ms > now_ms + YEAR_MS:
        raise Invalid({"send_at": N_("Choose a time within a year from now.")})
    return send_at_ms


def _line(value: str, limit: int, field: str) -> str:
    text = " ".join(value.split())
    return _clean(text, limit, field)


def _clean(value: str, limit: int, field: str) -> str:
    try:
        return clean_text(value, limit)
    except TooLarge:
        raise Invalid({field: N_("This is too long.")}, limit=limit) from None
    except TextRefused:
        raise Invalid({field: TextRefused.text}) from None
    except EngageError:
        raise Invalid({field: N_("This field is required.")}) from None


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
