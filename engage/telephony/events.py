"""What the other slices exchange with telephony: texts for phones, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DeliveryState = Literal[
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
]


@dataclass(frozen=True, slots=True)
class Device:
    """One registered phone; `contact` tells it from the others of its extension."""

    number: str
    contact: str
    user_agent: str
    source: str
    transport: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text to one person on one device, as a row to be.

    Only a `pending` row of leg `phone` is sent by telephony; any other row is there for its history
    and belongs to whoever put it there. A chat's row without a device waits, `offline`, for the
    person's next registration. Moments are milliseconds UTC.
    """

    id: str
    topic: Literal["broadcast", "chat"]
    topic_id: str
    number: str
    name: str
    leg: Literal["phone", "wave"]
    sender: str
    sender_name: str
    text: str
    expires_at_ms: int
    device: str = ""
    device_name: str = ""
    state: DeliveryState = "pending"
    conversation_id: str | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class DeliverySettled:
    """A phone's delivery reached a state; `sip_code` is the last final status, if any came."""

    delivery_id: str
    topic: str
    topic_id: str
    number: str
    state: DeliveryState
    sip_code: int | None


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    """An extension now has this many registered phones."""

    number: str
    count: int


@dataclass(frozen=True, slots=True)
class TrunksChanged:
    """A trunk was added, changed or removed."""


@dataclass(frozen=True, slots=True)
class StandingsChanged:
    """A trunk stands differently, or the PBX shuts out other addresses than before."""
