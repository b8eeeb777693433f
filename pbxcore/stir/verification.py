"""Whether a caller is who he says: the verdict about his Identity headers (RFC 8224 §6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.stir.certificates import BadCertificate, signing_key
from pbxcore.stir.chain import Link, chain_to, links
from pbxcore.stir.passport import BadPassport, canonical
from pbxcore.stir.verdict import FAILED, PASSED, UNSIGNED, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pbxcore.stir.verdict import CallToVerify

FRESH_S: Final = 60
"""So old, or so far in the future, a signature may be (RFC 8224 §4.1)."""
DIVERTED_S: Final = 240
"""So old those before a diversion may be: it has rung elsewhere (RFC 3261, Timer C)."""


class Unproved(msgspec.Struct, frozen=True):
    """Tokens that wait for their certificates, the newest first."""

    chain: tuple[Link, ...]

    @property
    def attest(self) -> str:
        """How far somebody stands for the caller, if all is good."""
        return self.chain[-1].claims.attest


def looked_at(call: CallToVerify, now: datetime) -> Unproved | Verdict:
    """What can be said without the certificates (steps 1 to 3)."""
    if not call.identities:
        return UNSIGNED
    found = links(call.identities)
    shaken = next((each for each in found if not each.claims.div), None)
    if shaken is None:
        return Verdict(FAILED, 438, reason="bad_identity")
    chain = chain_to(call.called, found)
    checked = chain or [shaken]
    original = checked[-1].claims
    if not _is_fresh(checked, now):
        return Verdict(FAILED, 403, original.attest, "stale_date")
    callers = {canonical(each.claims.orig) for each in checked}
    if callers != {canonical(call.caller)}:
        return Verdict(FAILED, 438, original.attest, "other_caller")
    if not chain:
        return Verdict(FAILED, 438, original.attest, "other_callee")
    if any(each.passport.x5u != each.info or not _is_secure(each.info) for each in chain):
        return Verdict(FAILED, 436, original.attest, "bad_identity_info")
    return Unproved(tuple(chain))


def proved(
    unproved: Unproved, pems: Mapping[str, bytes | None], trusted: str, now: datetime
) -> Verdict:
    """What the certificates say, by where they are; None: it is not to be had (steps 4 and 5)."""
    attest = unproved.attest
    for link in unproved.chain:
        pem = pems.get(link.info)
        if pem is None:
            return Verdict(FAILED, 436, attest, "bad_identity_info")
        try:
            link.passport.check(signing_key(pem, trusted, now))
        except BadCertificate:
            return Verdict(FAILED, 437, attest, "unsupported_credential")
        except BadPassport:
            return Verdict(FAILED, 438, attest, "invalid_identity_header")
    return Verdict(PASSED, 0, attest)


def _is_fresh(chain: Sequence[Link], now: datetime) -> bool:
    newest, *earlier = (now.timestamp() - each.claims.iat for each in chain)
    return abs(newest) <= FRESH_S and all(-FRESH_S <= age <= DIVERTED_S for age in earlier)


def _is_secure(url: str) -> bool:
    return url.startswith("https://")
