"""Mailboxes as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from engage.identifiers import rfc3339
from pbxcore.directory import Mailbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engage.voicemail.model import Held, Owner

FolderName = Literal["new", "old", "work", "family", "friends"]


class ShownMessage(BaseModel):
    """A voice message; `caller` is empty where nobody knows the number."""

    id: str
    folder: FolderName
    caller: str
    name: str
    received_at: str
    seconds: float
    urgent: bool


class MessageList(BaseModel):
    """The messages of a mailbox, the newest first."""

    items: list[ShownMessage]
    new: int


class MessageMove(BaseModel):
    """Where a message is to lie."""

    model_config = ConfigDict(extra="forbid", strict=True)

    folder: FolderName


class ShownMailbox(BaseModel):
    """A mailbox, and how many messages lie in it."""

    number: str
    name: str
    new: int
    old: int
    urgent: int


class MailboxList(BaseModel):
    """Every mailbox, by number."""

    items: list[ShownMailbox]
    cursor: str | None
    total: int


def message_json(held: Held) -> dict[str, Any]:
    """One message."""
    message = held.message
    return {
        "id": message.id,
        "folder": message.folder,
        "caller": message.caller,
        "name": message.name,
        "received_at": rfc3339(message.received_at_ms),
        "seconds": round(message.seconds, 1),
        "urgent": message.urgent,
    }


def messages_json(held: Iterable[Held]) -> dict[str, Any]:
    """The messages of a mailbox."""
    shown = [message_json(each) for each in held]
    shown.sort(key=lambda each: str(each["id"]), reverse=True)
    return {"items": shown, "new": sum(each["folder"] == "new" for each in shown)}


def mailboxes_json(
    owners: Mapping[str, Owner], counts: Mapping[str, Mailbox]
) -> list[dict[str, Any]]:
    """Every mailbox."""
    shown = []
    for number, owner in sorted(owners.items()):
        now = counts.get(number, Mailbox())
        shown.append(
            {
                "number": number,
                "name": owner.name,
                "new": now.new,
                "old": now.old,
                "urgent": now.urgent_new,
            }
        )
    return shown
