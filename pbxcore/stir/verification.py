"""Whether a caller is who he says: the verdict about an Identity header (RFC 8224 §6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.stir.certificates import BadCertificate, signing_key
from pbxcore.stir.identity import read_identity
from pbxcore.stir.passport import BadPassport, Passport, canonical, read
from pbxcore.stir.verdict import FAILED, PASSED, UNSIGNED, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from pbxcore.stir.verdict import CallToVerify

FRESH_S: Final = 60
"""So old, or so far in the future, a signature may be (RFC 8224 §4.1)."""


class Unproved(msgspec.Struct, frozen=True):
    """A token that waits for its certificate, to be had at `info`."""

    passport: Passport
    info: str


def looked_at(call: CallToVerify, now: datetime) -> Unproved | Verdict:
    """What can be said without the certificate (steps 1 to 3)."""
    found = [each for each in map(read_identity, call.identities) if each is not None]
    shaken = next((each for each in found if (each.ppt, each.alg) == ("shaken", "ES256")), None)
    if shaken is None:
        return UNSIGNED if not call.identities else Verdict(FAILED, 438, reason="bad_identity")
    try:
        passport = read(shaken.token)
    except BadPassport:
        return Verdict(FAILED, 438, reason="bad_identity")
    claims = passport.claims
    if abs(now.timestamp() - claims.iat) > FRESH_S:
        return Verdict(FAILED, 403, claims.attest, "stale_date")
    if canonical(call.caller) != canonical(claims.orig):
        return Verdict(FAILED, 438, claims.attest, "other_caller")
    if canonical(call.called) not in map(canonical, claims.dest):
        return Verdict(FAILED, 438, claims.attest, "other_callee")
    if passport.x5u != shaken.info or not shaken.info.startswith("https://"):
        return Verdict(FAILED, 436, claims.attest, "bad_identity_info")
    return Unproved(passport, shaken.info)


def proved(unproved: Unproved, pem: bytes | None, trusted: str, now: datetime) -> Verdict:
    """What the certificate says; None: it is not to be had (steps 4 and 5)."""
    attest = unproved.passport.claims.attest
    if pem is None:
        return Verdict(FAILED, 436, attest, "bad_identity_info")
    try:
        unproved.passport.check(signing_key(pem, trusted, now))
    except BadCertificate:
        return Verdict(FAILED, 437, attest, "unsupported_credential")
    except BadPassport:
        return Verdict(FAILED, 438, attest, "invalid_identity_header")
    return Verdict(PASSED, 0, attest)
