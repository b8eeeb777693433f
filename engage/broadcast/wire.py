"""JSON of broadcasts, and what a request may hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from engage.broadcast.model import RECIPIENT_LIMIT
from engage.broadcast.service import NewBroadcast
from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from engage.broadcast.repository import DeliveryView
    from engage.broadcast.service import BroadcastView

Number = Annotated[str, Field(min_length=1, max_length=18)]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GroupName = Annotated[str, Field(min_length=1, max_length=200)]


class SenderChoice(BaseModel):
    """Who recipients see: an extension, by its number, or a free name."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["extension", "name"]
    value: Annotated[str, Field(max_length=200)]


class PostBroadcast(BaseModel):
    """A message broadcast to be sent; `send_at` none: now."""

    model_config = ConfigDict(extra="forbid")

    client_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    name: Annotated[str, Field(max_length=1000)]
    sender: Annotated[str, Field(max_length=1000)] | SenderChoice
    message: Annotated[str, Field(max_length=20_000)]
    extensions: Annotated[list[Number], Field(max_length=RECIPIENT_LIMIT)] = []
    extension_groups: Annotated[list[GroupName], Field(max_length=1000)] = []
    deliver_to: list[Literal["phones", "wave"]] = ["phones", "wave"]
    send_at: AwareDatetime | None = None

    def wanted(self) -> NewBroadcast:
        """As the service takes it."""
        sender: tuple[str | None, str]
        if isinstance(self.sender, SenderChoice):
            sender = (self.sender.kind, self.sender.value)
        else:
            sender = (None, self.sender)
        send_at_ms = None
        if self.send_at is not None:  # astimezone() fails at the ends of the calendar
            send_at_ms = (self.send_at - EPOCH) // timedelta(milliseconds=1)
        return NewBroadcast(
            client_id=self.client_id,
            name=self.name,
            sender_kind=sender[0],
            sender_value=sender[1],
            message=self.message,
            extensions=tuple(self.extensions),
            extension_groups=tuple(self.extension_groups),
            deliver_to=tuple(self.deliver_to),
            send_at_ms=send_at_ms,
        )


class ShownSender(BaseModel):
    """Who recipients see."""

    kind: Literal["extension", "name"]
    value: str
    name: str


class ShownBroadcast(BaseModel):
    """A message broadcast and what became of it; `counts` are deliveries by state."""

    id: str
    name: str
    sender: ShownSender
    message: str
    state: Literal[
        "draft", "scheduled", "sending", "finished", "partly_failed", "failed", "cancelled"
    ]
    created_at: datetime
    send_at: datetime
    created_by: str
    deliver_to: list[str]
    extensions: list[str]
    extension_groups: list[str]
    recipients: int
    counts: dict[str, int]


class BroadcastPage(BaseModel):
    """Broadcasts, newest first; `cursor` asks for those after them."""

    items: list[ShownBroadcast]
    cursor: str | None


class ShownDelivery(BaseModel):
    """One person on one device; an empty `device` on leg `phone`: no phone was registered."""

    id: str
    number: str
    name: str
    leg: Literal["phone", "wave"]
    device: str
    device_name: str
    state: str
    sip_code: int | None
    parts: int
    tries: int
    maybe_duplicate: bool
    updated_at: datetime


class DeliveryPage(BaseModel):
    """Deliveries in the order of the recipients; `cursor` asks for those after them."""

    items: list[ShownDelivery]
    cursor: str | None


def broadcast_json(view: BroadcastView) -> dict[str, Any]:
    """A broadcast as lists and pages show it."""
    one = view.broadcast
    return {
        "id": one.id,
        "name": one.name,
        "sender": {
            "kind": one.sender.kind,
            "value": one.sender.value,
            "name": one.sender.name,
        },
        "message": one.message,
        "state": view.state,
        "created_at": rfc3339(one.created_at_ms),
        "send_at": rfc3339(one.send_at_ms),
        "created_by": one.created_by,
        "deliver_to": list(one.deliver_to),
        "extensions": list(one.extensions),
        "extension_groups": list(one.extension_groups),
        "recipients": view.recipients,
        "counts": dict(view.tally.counts),
    }


def delivery_json(each: DeliveryView) -> dict[str, Any]:
    """A delivery as the history shows it."""
    return {
        "id": each.id,
        "number": each.number,
        "name": each.name,
        "leg": each.leg,
        "device": each.device,
        "device_name": each.device_name,
        "state": each.state,
        "sip_code": each.sip_code,
        "parts": each.part,
        "tries": each.tries,
        "maybe_duplicate": each.maybe_duplicate,
        "updated_at": rfc3339(each.updated_at_ms),
    }
