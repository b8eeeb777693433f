"""Subject and Organization: words for people (RFC 3261 §20.36, §20.25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbxcore.sip.message import Message


def read_subject(message: Message) -> str:
    """What a call or a text is about; nothing when it is not said."""
    return _text(message, b"subject")


def read_organization(message: Message) -> str:
    """Whose the sender's phone is; nothing when it is not said."""
    return _text(message, b"organization")


def _text(message: Message, name: bytes) -> str:
    return (message.get(name) or b"").decode("utf-8", "replace")
