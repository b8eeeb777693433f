"""JSON of chats, and what a request may hold."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engage.hub.wire import author_json
from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from engage.chat.group_rules import Group
    from engage.chat.model import Colleagues
    from engage.chat.repository import PhoneCopy
    from engage.chat.search import Hit
    from engage.hub.model import Appended

Number = Annotated[str, Field(min_length=1, max_length=18)]
Identifier = Annotated[str, Field(min_length=1, max_length=64)]


class OpenChat(BaseModel):
    """With whom to have a chat: a colleague's number."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    with_: Annotated[str, Field(alias="with", min_length=1, max_length=18)]


class Keep(BaseModel):
    """How to keep a conversation in one's own list; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    pinned: bool | None = None
    muted: bool | None = None


class EditMessage(BaseModel):
    """A message's new text."""

    model_config = ConfigDict(extra="forbid", strict=True)

    client_id: Identifier
    text: str
    mentions: Annotated[list[Number], Field(max_length=50)] = []


class SocketEdit(EditMessage):
    """An edit over the socket; `of` is the message's sequence."""

    conversation: Identifier
    of: Annotated[int, Field(ge=1, lt=2**53)]


class SocketDelete(BaseModel):
    """A deletion over the socket; `of` is the message's sequence."""

    model_config = ConfigDict(extra="forbid", strict=True)

    client_id: Identifier
    conversation: Identifier
    of: Annotated[int, Field(ge=1, lt=2**53)]


class CorrectionAck(BaseModel):
    """The change is on disk under this sequence; `duplicate` when it had come before."""

    seq: int
    at: datetime
    duplicate: bool


class MakeGroup(BaseModel):
    """A group chat to be; `history` says what new members see."""

    model_config = ConfigDict(extra="forbid")

    client_id: Identifier | None = None
    name: str
    members: Annotated[list[Number], Field(min_length=1, max_length=1000)]
    notice: str = ""
    history: Literal["joining", "all"] = "joining"


class ChangeGroup(BaseModel):
    """What changes; `owner` hands the group over."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    notice: str | None = None
    history: Literal["joining", "all"] | None = None
    owner: Number | None = None


class AddMembers(BaseModel):
    """Numbers of colleagues."""

    model_config = ConfigDict(extra="forbid")

    members: Annotated[list[Number], Field(min_length=1, max_length=1000)]


class Appoint(BaseModel):
    """What a member is from now on."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["owner", "admin", "member"]


class ShownGroupMember(BaseModel):
    """Somebody in a group."""

    number: str
    name: str
    role: Literal["owner", "admin", "member"]
    joined_at: datetime


class ShownGroupChat(BaseModel):
    """A group; `conversation` is its identifier everywhere."""

    conversation: str
    name: str
    notice: str
    history: Literal["joining", "all"]
    owner: str
    members: list[ShownGroupMember]


class ShownHit(BaseModel):
    """A message that was found; `excerpt` is what stands before the hit, the hit, what follows."""

    conversation: str
    kind: str
    title: str
    seq: int
    at: datetime
    author: dict[str, str]
    excerpt: tuple[str, str, str]


class HitPage(BaseModel):
    """Messages that were found, newest first; `cursor` asks for those before them."""

    items: list[ShownHit]
    cursor: str | None


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


def correction_json(appended: Appended) -> dict[str, Any]:
    """An edit or a deletion that is on disk."""
    event = appended.event
    return {"seq": event.seq, "at": rfc3339(event.at_ms), "duplicate": appended.duplicate}


def group_json(group: Group, colleagues: Colleagues) -> dict[str, Any]:
    """A group with everybody in it."""
    return {
        "conversation": group.conversation_id,
        "name": group.name,
        "notice": group.notice,
        "history": group.history,
        "owner": group.owner,
        "members": [
            {
                "number": each.number,
                "name": colleagues.name_of(each.number) or each.number,
                "role": group.role(each.number),
                "joined_at": rfc3339(each.joined_at_ms),
            }
            for each in group.members
        ],
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """A message that was found."""
    return {
        "conversation": hit.conversation.id,
        "kind": hit.conversation.kind,
        "title": hit.title,
        "seq": hit.event.seq,
        "at": rfc3339(hit.event.at_ms),
        "author": author_json(hit.event.author),
        "excerpt": hit.excerpt,
    }
