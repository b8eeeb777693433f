"""What must be recovered in clear is sealed with one key, kept apart from the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engage.disk import sync

if TYPE_CHECKING:
    from pathlib import Path

NONCE_BYTES = 12
MARK = "1."  # how it was sealed, so that another way can follow


class SealBroken(Exception):
    """A sealed value was changed, or sealed with another key."""


class Keyring:
    """One secret and what is derived from it; the secret itself never leaves."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._cipher = AESGCM(self.derive("seal"))

    @classmethod
    def of(cls, data: Path, secret_key: str | None) -> Keyring:
        """The keyring of a data folder: from the given key, else from a file made at first start.

        Raises:
            OSError: the file can be neither read nor made.
        """
        if secret_key is not None:
            return cls(secret_key.encode())
        path = data / "keys" / "secret"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_once(path)
        return cls(path.read_text(encoding="ascii").strip().encode())

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose (RFC 5869 §2.3 with one block)."""
        extracted = hmac.digest(b"engage", self._secret, hashlib.sha256)
        return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)

    def seal_bytes(self, clear: bytes) -> bytes:
        """Encrypt and protect against change; every call gives another result."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, clear, None)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Give back what `seal_bytes` took.

        Raises:
            SealBroken: it was changed, or sealed with another key.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            raise SealBroken from None

    def seal(self, text: str) -> str:
        """Encrypt a text for a column of the database."""
        return MARK + base64.urlsafe_b64encode(self.seal_bytes(text.encode())).decode()

    def open(self, sealed: str) -> str:
        """Give back the text that `seal` took.

        Raises:
            SealBroken: it was changed, or sealed with another key.
        """
        if not sealed.startswith(MARK):
            raise SealBroken
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(MARK))
        except ValueError:
            raise SealBroken from None
        return self.open_bytes(raw).decode()


def _make_once(path: Path) -> None:
    """Create the key file whole or not at all: two parts may start at the same moment."""
    if path.exists():
        return
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # fails if another part was first: its key stays
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    sync(path.parent)
