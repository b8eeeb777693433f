"""Records of live chats as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from engage.chat_records.model import Record
    from engage.livechat.model import Consent


class Named(BaseModel):
    """Something that has a name."""

    id: str
    name: str


class ShownVisitor(Named):
    """Who asked."""

    email: str
    phone: str
    language: str
    address: str
    user_agent: str


class ShownRecord(BaseModel):
    """One chat; spans are seconds, and unknown while they last."""

    id: str
    number: int
    livechat: Named
    visitor: ShownVisitor
    agent: Named | None
    state: str
    queued_at: str
    accepted_at: str | None
    ended_at: str | None
    end_reason: str
    waited_s: int | None
    handled_s: int | None
    rating: int | None
    disposition: str
    tags: list[str]
    page_url: str


class RecordPage(BaseModel):
    """Chats, `cursor` asks for the next."""

    items: list[ShownRecord]
    cursor: str | None
    total: int


class ShownConsent(BaseModel):
    """What the visitor agreed to."""

    at: str
    text: str
    text_hash: str


class ShownCall(BaseModel):
    """A call that was made in the chat."""

    id: str
    started_at: str
    talk_s: int
    disposition: str
    answered_by: str
    recordings: list[str]


class RecordDetails(ShownRecord):
    """One chat with what belongs to it; `exportable`: who asks may keep a transcript."""

    consent: ShownConsent | None
    calls: list[ShownCall]
    exportable: bool
    mine: bool


class Said(BaseModel):
    """What was said after a sequence, notes among it."""

    events: list[dict[str, Any]]
    more: bool
    state: str


CSV_COLUMNS = (
    *("number", "livechat", "visitor", "email", "phone", "agent", "state", "queued_at"),
    *("accepted_at", "ended_at", "end_reason", "waited_s", "handled_s", "rating", "disposition"),
    *("tags", "page_url"),
)


def record_json(record: Record) -> dict[str, Any]:
    """One chat."""
    inquiry, visitor, ended_ms = record.inquiry, record.visitor, record.found.ended_at_ms
    owner = (inquiry.owner or "").partition(":")[2]
    return {
        "id": inquiry.conversation_id,
        "number": inquiry.number,
        "livechat": {"id": record.livechat.id, "name": record.livechat.name},
        "visitor": {
            "id": visitor.id,
            "name": visitor.name,
            "email": visitor.details.email,
            "phone": visitor.details.phone,
            "language": visitor.language,
            "address": visitor.address,
            "user_agent": visitor.user_agent,
        },
        "agent": {"id": owner, "name": inquiry.owner_name} if owner else None,
        "state": inquiry.state,
        "queued_at": rfc3339(inquiry.queued_at_ms),
        "accepted_at": _moment(record.accepted_at_ms),
        "ended_at": _moment(ended_ms),
        "end_reason": inquiry.end_reason,
        "waited_s": record.waited_s,
        "handled_s": record.handled_s,
        "rating": inquiry.rating,
        "disposition": record.outcome.disposition,
        "tags": list(record.outcome.tags),
        "page_url": inquiry.page_url,
    }


def details_json(
    record: Record, consent: Consent | None, calls: list[dict[str, Any]]
) -> dict[str, Any]:
    """One chat with what belongs to it."""
    agreed = None
    if consent is not None:
        at = rfc3339(consent.at_ms)
        agreed = {"at": at, "text": consent.text, "text_hash": consent.text_hash}
    shown = [{**each, "started_at": rfc3339(each.pop("started_at_ms"))} for each in calls]
    return {**record_json(record), "consent": agreed, "calls": shown}


def cells(record: Record) -> list[object]:
    """One line of a file, in the order of `CSV_COLUMNS`."""
    shown = record_json(record)
    visitor, agent = shown["visitor"], shown["agent"]
    flat = {
        **shown,
        "livechat": shown["livechat"]["name"],
        "visitor": visitor["name"],
        "email": visitor["email"],
        "phone": visitor["phone"],
        "agent": agent["name"] if agent else "",
    }
    return [flat[name] for name in CSV_COLUMNS]


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)
