"""JSON of chats, and what a request may hold."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from engage.chat.repository import PhoneCopy


class OpenChat(BaseModel):
    """With whom to have a chat: a colleague's number."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    with_: Annotated[str, Field(alias="with", min_length=1, max_length=18)]


class ConversationPage(BaseModel):
    """Conversations, newest first; `cursor` asks for those after them."""

    items: list[dict[str, Any]]
    cursor: str | None


class ShownContact(BaseModel):
    """A colleague; `phones` counts registered phones."""

    number: str
    name: str
    email: str
    presence: Literal["available", "away", "offline"]
    phones: int


class ContactPage(BaseModel):
    """Everyone with an extension."""

    items: list[ShownContact]


class ShownPhoneCopy(BaseModel):
    """What became of one message on one phone."""

    seq: int
    number: str
    device_name: str
    state: str
    sip_code: int | None
    updated_at: datetime


class PhoneCopyPage(BaseModel):
    """Copies of a conversation's messages on phones, oldest first."""

    items: list[ShownPhoneCopy]
    cursor: str | None


def phone_copy_json(copy: PhoneCopy) -> dict[str, Any]:
    """One message's copy on one phone."""
    return {
        "seq": copy.seq,
        "number": copy.number,
        "device_name": copy.device_name,
        "state": copy.state,
        "sip_code": copy.sip_code,
        "updated_at": rfc3339(copy.updated_at_ms),
    }
