"""Live chat as JSON: what pages, Wave and programs read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engage import i18n
from engage.identifiers import rfc3339
from engage.livechat.launcher import ink_on
from engage.livechat.model import WAITING
from engage.livechat.options import LABEL, InfoType
from engage.livechat.pictures.model import MOST_BYTES
from engage.livechat.waiting import HANDOVER_MS

if TYPE_CHECKING:
    from engage.hub.model import Manners
    from engage.livechat.administration import Listed
    from engage.livechat.model import Consent, Handover, Inquiry, LiveChat, Visitor
    from engage.livechat.options import TextName
    from engage.livechat.pictures.model import PictureKind
    from engage.livechat.reception import Session

TEXT_LIMIT = 8000
_PREVIEW_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """An inquiry with everything an agent's list shows of it."""

    inquiry: Inquiry
    livechat: LiveChat
    visitor: Visitor
    position: int
    preview: str
    now_ms: int


def inquiry_json(waiting: Waiting) -> dict[str, Any]:
    """An entry of the agents' list of inquiries."""
    inquiry, visitor = waiting.inquiry, waiting.visitor
    entry = {
        "conversation": inquiry.conversation_id,
        "number": inquiry.number,
        "livechat": {"id": waiting.livechat.id, "name": waiting.livechat.name},
        "visitor": {
            "id": visitor.id,
            "name": visitor.name,
            "email": visitor.details.email,
            "phone": visitor.details.phone,
            "language": visitor.language,
            "verified": bool(visitor.subject),
            "returning": 0 < visitor.first_number < inquiry.number or visitor.visits > 1,
        },
        "queued_at": rfc3339(inquiry.queued_at_ms),
        "waiting_ms": max(0, waiting.now_ms - inquiry.queued_at_ms),
        "position": waiting.position,
        "epoch": inquiry.epoch,
        "page_url": inquiry.page_url,
        "preview": waiting.preview,
    }
    if inquiry.handover is not None and inquiry.owner is not None:
        entry["handover"] = {
            "by": agent_json(inquiry.owner, inquiry.owner_name),
            "to": handover_json(inquiry.handover),
            "reason": inquiry.handover.reason,
            "left_ms": max(0, inquiry.handover.at_ms + HANDOVER_MS - waiting.now_ms),
        }
    elif inquiry.state != WAITING and inquiry.owner is not None:  # its agent vanished
        entry["held_by"] = agent_json(inquiry.owner, inquiry.owner_name)
    return entry


def handover_json(handover: Handover) -> dict[str, str]:
    """Whom a chat is offered to."""
    return {"kind": handover.kind, "id": handover.value, "name": handover.name}


def agent_json(who: str, name: str) -> dict[str, str]:
    """An agent by what the hub calls them: `user:1000`."""
    return {"id": who.partition(":")[2], "name": name}


def preview(body: str | None) -> str:
    """The beginning of a stored message on one line, or the name of a file."""
    if body is None:
        return ""
    text = " ".join(words(body).split())
    return text if len(text) <= _PREVIEW_LIMIT else text[: _PREVIEW_LIMIT - 1] + "…"


def words(body: str | None) -> str:
    """What a stored message says, or the name of its file."""
    if body is None:
        return ""
    said = json.loads(body)
    return str(said.get("text") or said.get("file", {}).get("name", ""))


def message_json(
    inquiry: Inquiry, livechat: LiveChat, visitor: Visitor, body: str | None
) -> dict[str, Any]:
    """A message left while nobody could be asked, as the agents' list shows it."""
    answered = inquiry.answered_at_ms
    return {
        "conversation": inquiry.conversation_id,
        "number": inquiry.number,
        "livechat": {"id": livechat.id, "name": livechat.name},
        "visitor": {
            "id": visitor.id,
            "name": visitor.name,
            "email": visitor.details.email,
            "phone": visitor.details.phone,
            "language": visitor.language,
        },
        "page_url": inquiry.page_url,
        "at": rfc3339(inquiry.queued_at_ms),
        "text": words(body),
        "answered_at": None if answered is None else rfc3339(answered),
        "answered_by": inquiry.answered_by,
    }


def session_json(session: Session) -> dict[str, Any]:
    """The answer to starting or resuming a chat."""
    visitor = session.visitor
    answer: dict[str, Any] = {
        "token": session.token,
        "conversation": session.conversation_id,
        "state": session.state,
        "position": session.position,
        "visitor": None if visitor is None else {"id": visitor.id, "name": visitor.name},
        "epoch": session.epoch,
        "attended": session.attended,
    }
    if session.offline is not None:
        answer["offline"] = session.offline
    return answer


def said(livechat: LiveChat, name: TextName, language: str) -> str:
    """One of a live chat's texts, as a page in this language shows it."""
    return livechat.options.text(name, language, lambda text: i18n.translate(text, language))


def notice(livechat: LiveChat, language: str) -> str:
    """The consent text as a page in this language shows it; empty where none is asked for."""
    return livechat.options.notice(language, lambda text: i18n.translate(text, language))


def manners(livechat: LiveChat, language: str) -> Manners:
    """What a chat that begins now keeps to."""
    return livechat.options.manners(lambda text: i18n.translate(text, language))


def configuration_json(
    livechat: LiveChat, language: str, offline: str | None, catalogue: str | None
) -> dict[str, Any]:
    """What the visitor's page has to know; nothing in it is secret."""
    options = livechat.options

    def shown(name: TextName) -> str:
        return said(livechat, name, language)

    return {
        "public_id": livechat.public_id,
        "name": livechat.name,
        "language": language,
        "dir": i18n.direction(language),
        "catalog": catalogue,
        "title": options.title or livechat.name,
        "subtitle": options.subtitle,
        "logo": picture_address(livechat, "logo"),
        "require_visitor_info": options.require_visitor_info,
        "info_request_message": (
            shown("info_request_message") if options.require_visitor_info else ""
        ),
        "info_types": [str(kind) for kind in options.asked()],
        "custom_fields": [each.model_dump(mode="json") for each in options.own_questions()],
        "privacy_control": options.privacy_control,
        "privacy_notice": notice(livechat, language),
        "retention_days": options.retention_days,
        "queueing_message": shown("queueing_message"),
        "no_agent_message": shown("no_agent_message"),
        "offline_message": shown("offline_message"),
        "offline": offline,
        "offline_form": options.offline_form,
        "survey": options.satisfaction_survey,
        "email_transcript": options.email_transcript and InfoType.EMAIL in options.asked(),
        "theme": {"color": options.theme_color, "mode": options.theme_mode},
        "typing": options.typing_indicator,
        "agent_avatar": options.agent_avatar,
        "text_limit": TEXT_LIMIT,
        "file_upload": options.file_upload,
        "calls": options.allow_visitor_to_call,
        "pictures": options.call_media == "audio_video",
        "live_visitors": options.show_live_visitors,
        "signed_identity": options.require_signed_identity,
    }


def picture_address(livechat: LiveChat, kind: PictureKind) -> str:
    """Where everybody finds a picture, without the server's address; empty: there is none."""
    picture = livechat.pictures.get(kind)
    if picture is None:
        return ""
    return f"/livechat/{livechat.public_id}/pictures/{kind}?v={picture.version}"


def pictures_json(livechat: LiveChat) -> dict[str, dict[str, Any]]:
    """A live chat's pictures, each by its kind."""
    return {
        kind: {"address": picture_address(livechat, kind), "most_bytes": most}
        for kind, most in MOST_BYTES.items()
    }


def loader_json(livechat: LiveChat, language: str) -> dict[str, str]:
    """What the loader on a web site has to know before anything else is loaded."""
    options = livechat.options
    return {
        "title": options.title or livechat.name,
        "color": options.theme_color,
        "ink": ink_on(options.theme_color),
        "position": options.launcher_position,
        "mode": options.theme_mode,
        "label": options.launcher_label or i18n.translate(LABEL, language),
        **options.launcher(picture_address(livechat, "icon")),
    }


def details_json(
    inquiry: Inquiry, visitor: Visitor, consent: Consent | None, livechat: LiveChat
) -> dict[str, Any]:
    """What an agent sees beside the conversation."""
    return {
        "visitor": {
            "id": visitor.id,
            "name": visitor.name,
            "full_name": visitor.details.full_name,
            "email": visitor.details.email,
            "phone": visitor.details.phone,
            "language": visitor.language,
            "user_agent": visitor.user_agent,
            "address": visitor.address,
            "first_seen": rfc3339(visitor.first_seen_at_ms),
            "subject": visitor.subject,
        },
        "inquiry": {
            "number": inquiry.number,
            "page_url": inquiry.page_url,
            "queued_at": rfc3339(inquiry.queued_at_ms),
            "accepted_at": (
                None if inquiry.accepted_at_ms is None else rfc3339(inquiry.accepted_at_ms)
            ),
            "end_reason": inquiry.end_reason,
            "rating": inquiry.rating,
        },
        "consent": (
            None
            if consent is None
            else {"at": rfc3339(consent.at_ms), "text_hash": consent.text_hash}
        ),
        "livechat": {
            "id": livechat.id,
            "name": livechat.name,
            "calls": livechat.options.allow_visitor_to_call,
        },
    }


def link(address: str, livechat: LiveChat) -> str:
    """A live chat's page as seen from the world; `address` is the server's."""
    return f"{address}/livechat/{livechat.public_id}"


def form_json(livechat: LiveChat) -> dict[str, Any]:
    """The fields of a live chat's form."""
    destination = livechat.destination
    return {
        "name": livechat.name,
        "destination": {"kind": destination.kind, "values": list(destination.values)},
        "enabled": livechat.enabled,
        **livechat.options.model_dump(mode="json"),
    }


def listed_json(listed: Listed, url: str, copy_url: str) -> dict[str, Any]:
    """A live chat as administrators see it."""
    livechat = listed.livechat
    return {
        "id": livechat.id,
        "public_id": livechat.public_id,
        **form_json(livechat),
        "version": livechat.version,
        "url": url,
        "copy_url": copy_url,
        "created_at": rfc3339(livechat.created_at_ms),
        "open_inquiries": listed.counts.waiting,
        "active_sessions": listed.counts.active,
        "destination_names": dict(listed.names),
        "destination_missing": listed.missing,
    }
