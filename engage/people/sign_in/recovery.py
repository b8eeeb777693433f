"""Recovery codes: each opens once when phone and keys are lost. Kept as keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else
GROUP, GROUPS = 5, 2
CODES = 10


def new_codes() -> list[str]:
    """Ten fresh codes such as `k7mpw-3xq9d`, about 49 bits each."""
    return [_new_code() for _ in range(CODES)]


def code_hash(key: bytes, code: str) -> str:
    """How a code is stored; case, spaces and dashes do not matter.

    The codes are short: only a key kept apart from the database makes their hashes safe.
    """
    plain = "".join(each for each in code.casefold() if each.isalnum())
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()


def _new_code() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)
