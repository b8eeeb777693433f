"""A web site that signs who its visitors are, with nothing but the standard library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any


def part(value: bytes | dict[str, Any]) -> str:
    """One part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(secret: str, claims: dict[str, Any], header: dict[str, Any] | None = None) -> str:
    """A token with exactly these claims."""
    text = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    return f"{text}.{part(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))}"


def identity(secret: str, subject: str, *, now_s: float | None = None, **claims: Any) -> str:
    """A token for a visitor of the demonstration's live chat, good for ten minutes."""
    now = int(time.time() if now_s is None else now_s)
    usual = {"aud": "demo", "sub": subject, "iat": now, "exp": now + 600}
    return signed(secret, {**usual, **claims})
