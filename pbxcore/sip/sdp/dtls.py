"""Keys for SRTP by DTLS: fingerprints and who begins (RFC 8122, RFC 4145, RFC 5763, RFC 8842)."""

from __future__ import annotations

import enum
import hmac
import re
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.sip.sdp.description import Attribute

if TYPE_CHECKING:
    from pbxcore.sip.sdp.description import Media, SessionDescription

HASHES: Final = {"sha-1": 20, "sha-224": 28, "sha-256": 32, "sha-384": 48, "sha-512": 64}
"""Octets of each hash; MD2 and MD5 must not be used (RFC 8122 §5)."""
_HEX: Final = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*")


class Setup(enum.Enum):
    """Who begins (RFC 4145 §4)."""

    ACTIVE = "active"
    PASSIVE = "passive"
    ACTPASS = "actpass"
    HOLDCONN = "holdconn"


class Fingerprint(msgspec.Struct, frozen=True):
    """The hash of a certificate; `algorithm` as in `HASHES`."""

    algorithm: str
    digest: bytes

    @property
    def attribute(self) -> Attribute:
        """The line that says it."""
        return Attribute("fingerprint", f"{self.algorithm} {self.digest.hex(':').upper()}")

    def matches(self, digest: bytes) -> bool:
        """Whether a certificate with this hash, by the same algorithm, is the one meant."""
        return hmac.compare_digest(self.digest, digest)


class Dtls(msgspec.Struct, frozen=True):
    """One side's part; `tls_id` tells associations apart (RFC 8842 §4)."""

    fingerprints: tuple[Fingerprint, ...]
    setup: Setup
    tls_id: str = ""

    @property
    def attributes(self) -> list[Attribute]:
        """The lines that say it."""
        tls_id = [Attribute("tls-id", self.tls_id)] if self.tls_id else []
        prints = [each.attribute for each in self.fingerprints]
        return [*prints, Attribute("setup", self.setup.value), *tls_id]


def dtls_of(
    description: SessionDescription, media: Media, usual: Setup = Setup.ACTPASS
) -> Dtls | None:
    """What the writer says about DTLS; None when no fingerprint is usable.

    `usual` is what a missing `a=setup` means; unreadable fingerprints are as if absent.
    """
    values = media.values("fingerprint") or description.values("fingerprint")
    fingerprints = tuple(each for each in map(_fingerprint, values) if each is not None)
    if not fingerprints:
        return None
    written = description.inherited(media, "setup")
    try:
        setup = usual if written is None else Setup(written.lower())
    except ValueError:
        return None
    return Dtls(fingerprints, setup, description.inherited(media, "tls-id") or "")


def answering_setup(offered: Setup, wished: Setup) -> Setup | None:
    """What to answer; `wished` holds where the offer leaves the choice (RFC 5763 §5).

    None: the offer leaves nothing to begin with.
    """
    match offered:
        case Setup.ACTPASS:
            return Setup.PASSIVE if wished is Setup.PASSIVE else Setup.ACTIVE
        case Setup.ACTIVE:
            return Setup.PASSIVE
        case Setup.PASSIVE:
            return Setup.ACTIVE
        case Setup.HOLDCONN:
            return None


def agreed_setup(offered: Setup, answered: Setup) -> Setup | None:
    """Who we are once our offer was answered; None when the answer does not fit the offer."""
    match answered:
        case Setup.ACTIVE if offered in {Setup.ACTPASS, Setup.PASSIVE}:
            return Setup.PASSIVE
        case Setup.PASSIVE if offered in {Setup.ACTPASS, Setup.ACTIVE}:
            return Setup.ACTIVE
        case _:
            return None


def _fingerprint(value: str) -> Fingerprint | None:
    algorithm, _, digest = value.partition(" ")
    algorithm, digest = algorithm.lower(), digest.strip()
    if not _HEX.fullmatch(digest):
        return None
    octets = bytes.fromhex(digest.replace(":", ""))
    return Fingerprint(algorithm, octets) if len(octets) == HASHES.get(algorithm) else None
