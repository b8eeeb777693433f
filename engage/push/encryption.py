"""Encryption of push messages (RFC 8291, RFC 8188) and who sends them (RFC 8292). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

POINT_BYTES, AUTH_BYTES, SALT_BYTES = 65, 16, 16
RECORD_SIZE = 4096  # RFC 8291, 4: push services take at least so much
LONGEST = RECORD_SIZE - 86 - 17  # without header, tag and delimiter
TOKEN_LIFE_S = 12 * 3600  # RFC 8292, 2: at most 24 hours


def point_of(key: EllipticCurvePrivateKey) -> bytes:
    """A key's public point, uncompressed: what browsers call `applicationServerKey`."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_point(point: bytes) -> bool:
    """Whether these bytes are a point of the curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


def encrypt(
    clear: bytes, p256dh: bytes, auth: bytes, salt: bytes, own: EllipticCurvePrivateKey
) -> bytes:
    """Encrypt for one browser, as `aes128gcm` in one record.

    Args:
        clear: at most `LONGEST` bytes.
        p256dh: the browser's public point.
        auth: the browser's secret.
        salt: 16 random bytes, never used twice.
        own: a key made for this message alone.

    Raises:
        ValueError: the point is none, or the text too long.
    """
    if len(clear) > LONGEST:
        raise ValueError("too long for a push message")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    point = point_of(own)
    shared = own.exchange(ec.ECDH(), theirs)
    # RFC 8291, 3.4
    secret = _derive(auth, shared, b"WebPush: info\0" + p256dh + point, 32)
    key = _derive(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, secret, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_SIZE.to_bytes(4) + bytes([len(point)]) + point  # RFC 8188, 2.1
    return header + AESGCM(key).encrypt(nonce, clear + b"\x02", None)


def authorization(key: EllipticCurvePrivateKey, endpoint: str, subject: str, now_s: int) -> str:
    """The header that names the sender to a push service (RFC 8292, 3).

    Args:
        key: the installation's own.
        endpoint: where the message goes; its origin is who may read the token.
        subject: how the push service can reach who runs this server.
        now_s: seconds since 1970.
    """
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": now_s + TOKEN_LIFE_S,
        "sub": subject,
    }
    head = {"typ": "JWT", "alg": "ES256"}
    signed = ".".join(_text(json.dumps(each).encode()) for each in (head, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    token = f"{signed}.{_text(r.to_bytes(32) + s.to_bytes(32))}"
    return f"vapid t={token}, k={_text(point_of(key))}"


def text_of_key(point: bytes) -> str:
    """A public point as browsers read it."""
    return _text(point)


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF with one block (RFC 5869, 2.2 and 2.3)."""
    extracted = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)[:length]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
