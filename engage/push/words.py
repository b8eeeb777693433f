"""The words of push messages, in the language of who gets them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.errors import N_
from engage.i18n import SOURCE_LANGUAGE, closest, translate
from engage.push.model import News

if TYPE_CHECKING:
    from engage.hub.model import Conversation, Event

SENT_FILE = N_("Sent a file: %(name)s")
WAITS = N_("%(name)s waits for an answer")
SOMEBODY_WAITS = N_("A visitor waits for an answer")
LIVE_CHAT = N_("Live Chat")


def message_news(conversation: Conversation, event: Event, language: str) -> News:
    """A message or a file: who wrote it, in which group, and what."""
    tag = closest(language) or SOURCE_LANGUAGE
    author = event.author.name or event.author.id
    title = author
    if conversation.kind == "group" and conversation.title:
        title = f"{author} · {conversation.title}"
    text = str(event.body.get("text", ""))
    if event.kind == "file":
        file = event.body.get("file")
        name = file.get("name", "") if isinstance(file, dict) else ""
        text = translate(SENT_FILE, tag, {"name": name})
    view = "live-chat" if conversation.kind == "livechat" else "chats"
    path = f"/wave/#/{view}/{conversation.id}"
    return News(title, text, f"engage {conversation.id}", path)


def inquiry_news(conversation_id: str, visitor: str, language: str) -> News:
    """A visitor waits."""
    tag = closest(language) or SOURCE_LANGUAGE
    title = translate(WAITS, tag, {"name": visitor}) if visitor else translate(SOMEBODY_WAITS, tag)
    return News(
        title, translate(LIVE_CHAT, tag), f"engage inquiry {conversation_id}", "/wave/#/live-chat"
    )
