"""The secret by which a visitor is known again: opaque, hashed at rest, bound to one live chat."""

from __future__ import annotations

import hashlib
import secrets

LIFE_MS = 24 * 3_600_000
"""From its last use; after the end of the conversation no use prolongs it."""

RENEW_BELOW_MS = LIFE_MS // 2
"""A use prolongs it only when less is left, so that most uses write nothing."""

PREFIX = "ev_"
"""Tells visitors' tokens from those of people who sign in; holds no secret."""

_LONGEST = 128


def new_token() -> str:
    """256 bits from the system, safe in headers and in storage."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The form in which a token is stored and looked up; unusual input hashes like any other."""
    return hashlib.sha256(token[:_LONGEST].encode("utf-8", "surrogatepass")).hexdigest()
