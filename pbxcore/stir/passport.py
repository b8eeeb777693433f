"""PASSporT: what is signed of a call, and the token that it makes (RFC 8225, RFC 8588).

Pure: the moment and the keys are arguments.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

Attestation = Literal["A", "B", "C"]
"""A: caller and number are known; B: the caller alone; C: the gateway alone (RFC 8588 §4)."""

_ALGORITHM: Final = ec.ECDSA(hashes.SHA256())
_HALF: Final = 32
"""r and s of a P-256 signature (RFC 7518 §3.4)."""


class BadPassport(ValueError):
    """A token that is none, or is not signed as it says."""


class Claims(msgspec.Struct, frozen=True):
    """What is claimed: `origid` names where the call began, without saying where that is."""

    attest: str
    orig: str
    dest: tuple[str, ...]
    iat: int
    origid: str


class Passport(msgspec.Struct, frozen=True):
    """A token as it was read; `signed` is what `signature` is over."""

    claims: Claims
    x5u: str
    signed: bytes
    signature: bytes

    def check(self, key: ec.EllipticCurvePublicKey) -> None:
        """Let it pass if this key has signed it.

        Raises:
            BadPassport: it has not.
        """
        half = len(self.signature) // 2
        r, s = (int.from_bytes(each) for each in (self.signature[:half], self.signature[half:]))
        try:
            key.verify(encode_dss_signature(r, s), self.signed, _ALGORITHM)
        except InvalidSignature:
            raise BadPassport("signature") from None


def sign(claims: Claims, x5u: str, key: ec.EllipticCurvePrivateKey) -> str:
    """The token; `x5u` is where the certificate is to be had."""
    head = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": x5u}
    payload = {
        "attest": claims.attest,
        "dest": {"tn": list(claims.dest)},
        "iat": claims.iat,
        "orig": {"tn": claims.orig},
        "origid": claims.origid,
    }
    signed = f"{_part(head)}.{_part(payload)}".encode()
    r, s = decode_dss_signature(key.sign(signed, _ALGORITHM))
    signature = r.to_bytes(_HALF) + s.to_bytes(_HALF)
    return f"{signed.decode()}.{_encoded(signature)}"


def read(token: str) -> Passport:
    """Read a token in its full form.

    Raises:
        BadPassport: it is none of SHAKEN's.
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise BadPassport("form")
    head, payload = _json(parts[0]), _json(parts[1])
    if (head.get("typ"), head.get("alg"), head.get("ppt")) != ("passport", "ES256", "shaken"):
        raise BadPassport("header")
    try:
        claims = Claims(
            str(payload["attest"]),
            str(payload["orig"]["tn"]),
            tuple(str(each) for each in payload["dest"]["tn"]),
            int(payload["iat"]),
            str(payload["origid"]),
        )
    except (KeyError, TypeError, ValueError):
        raise BadPassport("claims") from None
    signature = _decoded(parts[2])
    if claims.attest not in ("A", "B", "C") or len(signature) != 2 * _HALF:
        raise BadPassport("claims")
    return Passport(claims, str(head.get("x5u", "")), f"{parts[0]}.{parts[1]}".encode(), signature)


def canonical(number: str) -> str:
    """A number as it is signed: digits, stars and hashes alone (RFC 8224 §8.3)."""
    return "".join(each for each in number if each in "0123456789*#")


def _part(value: dict[str, Any]) -> str:
    """In the one form there is of it: by name, without spaces (RFC 8225 §9)."""
    return _encoded(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(part))
    except ValueError:
        raise BadPassport("JSON") from None
    if not isinstance(value, dict):
        raise BadPassport("JSON")
    return value


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadPassport("base64") from None
