"""Tokens by which an answer by mail finds its conversation, and that nobody can make up. Pure."""

from __future__ import annotations

import base64
import hmac
import re
from uuid import UUID

_SEAL_BYTES = 10
_TOKEN = re.compile(r"\b[a-z2-7]{42}\b")
"""26 characters of a conversation's identifier, 16 of its seal: lower case survives every server,
and with a mailbox's own name it fits into 64 characters (RFC 5321 §4.5.3.1.1)."""


class Threads:
    """Makes tokens, and reads them where they were sealed with this key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, conversation_id: str) -> str:
        """The conversation's."""
        name = UUID(conversation_id).bytes
        return _text(name) + _text(self._seal(name))

    def conversation(self, texts: tuple[str, ...]) -> str | None:
        """The conversation that one of these addresses or references names."""
        for text in texts:
            for token in _TOKEN.findall(text.lower()):
                name = base64.b32decode(token[:26].upper() + "======")
                if hmac.compare_digest(_text(self._seal(name)), token[26:]):
                    return str(UUID(bytes=name))
        return None

    def _seal(self, name: bytes) -> bytes:
        return hmac.digest(self._key, name, "sha256")[:_SEAL_BYTES]


def _text(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()
