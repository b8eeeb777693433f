"""Whether a caller is who he says: the verdict about his Identity headers (RFC 8224 §6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from pbxcore.stir.certificates import BadCertificate, signing_key
from pbxcore.stir.chain import Link, chain_to, known, links
from pbxcore.stir.passport import BadPassport, canonical
from pbxcore.stir.verdict import FAILED, PASSED, UNSIGNED, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pbxcore.stir.verdict import CallToVerify

FRESH_S: Final = 60
"""So old, or so far in the future, a signature may be (RFC 8224 §4.1)."""
DIVERTED_S: Final = 240
"""So old those before a diversion may be: it has rung elsewhere (RFC 3261, Timer C)."""
MOST_CERTIFICATES: Final = 4
"""So many one call may name: whoever calls has us ask for them."""


class Unproved(msgspec.Struct, frozen=True):
    """Tokens that wait for their certificates, the newest first."""

    chain: tuple[Link, ...]

    @property
    def attest(self) -> str:
        """How far somebody stands for the caller, if all is good."""
        return self.chain[-1].claims.attest

    @property
    def proved(self) -> Verdict:
        """What is known once nothing is wrong with any of them."""
        return Verdict(PASSED, 0, self.attest)

    @property
    def unavailable(self) -> Verdict:
        """What is known without a certificate."""
        return Verdict(FAILED, 436, self.attest, "bad_identity_info")

    def disproved(
        self, link: Link, pem: bytes | None, trusted: str, now: datetime
    ) -> Verdict | None:
        """What is wrong with one of them by its certificate, if there is one (steps 4 and 5)."""
        if pem is None:
            return self.unavailable
        try:
            link.passport.check(signing_key(pem, trusted, now))
        except BadCertificate:
            return Verdict(FAILED, 437, self.attest, "unsupported_credential")
        except BadPassport:
            return Verdict(FAILED, 438, self.attest, "invalid_identity_header")
        return None


def looked_at(call: CallToVerify, now: datetime) -> Unproved | Verdict:
    """What can be said without the certificates (steps 1 to 3)."""
    identities = known(call.identities)
    if not identities:
        return UNSIGNED
    found = links(identities)
    first = next((each for each in found if not each.claims.div), None)
    if first is None:
        return Verdict(FAILED, 438, reason="bad_identity")
    chain = chain_to(call.called, found)
    checked = chain or [first]
    original = checked[-1].claims
    if not _is_fresh(checked, now):
        return Verdict(FAILED, 403, original.attest, "stale_date")
    callers = {canonical(each.claims.orig) for each in checked}
    if callers != {canonical(call.caller)}:
        return Verdict(FAILED, 438, original.attest, "other_caller")
    if not chain:
        return Verdict(FAILED, 438, original.attest, "other_callee")
    unproved = Unproved(tuple(chain))
    if any(each.passport.x5u != each.info or not _is_secure(each.info) for each in chain):
        return unproved.unavailable
    if len({each.info for each in chain}) > MOST_CERTIFICATES:
        return unproved.unavailable
    return unproved


def _is_fresh(chain: Sequence[Link], now: datetime) -> bool:
    newest, *earlier = (now.timestamp() - each.claims.iat for each in chain)
    return abs(newest) <= FRESH_S and all(-FRESH_S <= age <= DIVERTED_S for age in earlier)


def _is_secure(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # no address at all
        return False
    return parts.scheme == "https" and bool(parts.hostname)
