"""PASSporT: what is signed of a call, and the token that it makes (RFC 8225, 8588, 8946).

Four kinds are known, by the name that they have in `ppt`: the plain one (no name), `shaken`, `div`
and `div-o`.

Pure: the moment and the keys are arguments.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final, Literal, get_args

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

Kind = Literal["", "shaken", "div", "div-o"]
KINDS: Final[frozenset[str]] = frozenset(get_args(Kind))

_ALGORITHM: Final = ec.ECDSA(hashes.SHA256())
_HALF: Final = 32
"""r and s of a P-256 signature (RFC 7518 §3.4)."""
_LATEST_S: Final = 253_402_300_799
"""The last moment that a calendar has: the end of the year 9999, UTC."""


class BadPassport(ValueError):
    """A token that is none, or is not signed as it says."""


class Claims(msgspec.Struct, frozen=True):
    """What is claimed: `origid` names where the call began, without saying where that is.

    One that says that a call was diverted names in `div` whom it was for; who calls was attested
    before, by another (RFC 8946 §3), whose token may be nested in `opt` (§5). A plain token says
    nothing of how far somebody stands for it: `attest` is empty.
    """

    attest: str
    """A: caller and number are known; B: the caller alone; C: the gateway alone (RFC 8588 §4)."""
    orig: str
    dest: tuple[str, ...]
    iat: int
    origid: str
    div: str = ""
    opt: str = ""

    @property
    def ppt(self) -> Kind:
        """Of which kind the token is."""
        if self.opt:
            return "div-o"
        if self.div:
            return "div"
        return "shaken" if self.attest else ""

    def payload(self) -> dict[str, Any]:
        """As JSON has it."""
        told = {"dest": {"tn": list(self.dest)}, "iat": self.iat, "orig": {"tn": self.orig}}
        if self.div:
            nested = {"opt": self.opt} if self.opt else {}
            return told | {"div": {"tn": self.div}} | nested
        return told | {"attest": self.attest, "origid": self.origid}


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
    head = {"alg": "ES256", "ppt": claims.ppt, "typ": "passport", "x5u": x5u}
    signed = f"{_part(head)}.{_part(claims.payload())}".encode()
    r, s = decode_dss_signature(key.sign(signed, _ALGORITHM))
    signature = r.to_bytes(_HALF) + s.to_bytes(_HALF)
    return f"{signed.decode()}.{_encoded(signature)}"


def read(token: str) -> Passport:
    """Read a token in its full form.

    Raises:
        BadPassport: it is none, or of a kind that nobody here knows.
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise BadPassport("form")
    head, payload = _json(parts[0]), _json(parts[1])
    kind, x5u = head.get("ppt", ""), head.get("x5u", "")
    if (head.get("typ"), head.get("alg")) != ("passport", "ES256"):
        raise BadPassport("header")
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(x5u, str):
        raise BadPassport("header")
    try:
        claims = _claims(payload, kind)
    except (KeyError, TypeError):
        raise BadPassport("claims") from None
    signature = _decoded(parts[2])
    if claims.ppt != kind or len(signature) != 2 * _HALF:
        raise BadPassport("claims")
    return Passport(claims, x5u, f"{parts[0]}.{parts[1]}".encode(), signature)


def _claims(payload: dict[str, Any], kind: str) -> Claims:
    shaken, diverted = kind == "shaken", kind.startswith("div")
    attest = _text(payload["attest"]) if shaken else ""
    if shaken and attest not in ("A", "B", "C"):
        raise BadPassport("claims")
    return Claims(
        attest,
        _text(payload["orig"]["tn"]),
        tuple(_text(each) for each in payload["dest"]["tn"]),
        _moment(payload["iat"]),
        _text(payload["origid"]) if shaken else "",
        _text(payload["div"]["tn"]) if diverted else "",
        _text(payload["opt"]) if kind == "div-o" else "",
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadPassport("text")
    return value


def _moment(value: object) -> int:
    """A NumericDate: seconds since 1970, whole or not (RFC 7519 §2)."""
    if not isinstance(value, int | float) or not 0 <= value <= _LATEST_S:
        raise BadPassport("iat")
    return int(value)


def canonical(number: str) -> str:
    """A number as it is signed: digits, stars and hashes alone (RFC 8224 §8.3)."""
    return "".join(each for each in number if each in "0123456789*#")


def _part(value: dict[str, Any]) -> str:
    """In the one form there is of it: by name, without spaces (RFC 8225 §9)."""
    return _encoded(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(part))
    except (ValueError, RecursionError):  # nested as deep as it is long
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
