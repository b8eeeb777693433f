"""Proof of an erasure: what was removed, when and by whom, signed, and without any person.

Each document names the hash of the one before it, so that none can be taken out unseen.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALGORITHM: Final = "Ed25519"
"""RFC 8032; the signature is of the document's bytes in UTF-8."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure, as it is kept."""

    id: str
    at_ms: int
    document: str
    signature: str

    @property
    def digest(self) -> str:
        """What the next one names."""
        return hashlib.sha256(self.document.encode()).hexdigest()


class Notary:
    """Signs documents with the installation's key."""

    def __init__(self, seed: bytes) -> None:
        """`seed` is 32 bytes that the installation keeps."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> str:
        """With which anybody can check a signature."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def sign(
        self,
        ident: str,
        at_ms: int,
        by: str,
        counts: Mapping[str, int],
        remains: Mapping[str, int],
        previous: Erasure | None,
        unread: Sequence[str] = (),
    ) -> Erasure:
        """Write down what was removed, and where what betrays the person still stands.

        `unread`: the tables of which nobody knows, since they could not be looked through.
        """
        said: dict[str, Any] = {
            "id": ident,
            "erased_at": rfc3339(at_ms),
            "erased_by": by,
            "removed": dict(sorted(counts.items())),
            "still_named_in": dict(sorted(remains.items())),
            "not_looked_through": sorted(unread),
            "previous": previous.digest if previous is not None else None,
        }
        document = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        signature = base64.b64encode(self._key.sign(document.encode())).decode()
        return Erasure(ident, at_ms, document, signature)


def is_genuine(erasure: Erasure, public_key: str) -> bool:
    """Whether a document is as it was signed."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    try:
        key.verify(base64.b64decode(erasure.signature), erasure.document.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
