"""A service that signs for us: what it is asked, and what it answers (ATIS-1000082)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pbxcore.stir.identity import read_identity

if TYPE_CHECKING:
    from pbxcore.stir.passport import Claims

PATH = "/stir/v1/signing"


def address_of(service: str) -> str:
    """Where to ask: the service's own address, with its path unless that names one."""
    return service if urlsplit(service).path.strip("/") else service.rstrip("/") + PATH


def signing_request(claims: Claims) -> bytes:
    """What is asked."""
    return json.dumps({"signingRequest": claims.payload()}).encode()


def authorisation(url: str, account: str, secret: str, body: bytes, now_s: int) -> str:
    """A token of ours for this one request (RFC 7519): its audience is the address with its port.

    A service behind a port that is not the usual one knows itself by it.
    """
    head = {"alg": "HS256", "typ": "JWT"}
    digest = hashlib.sha256(body).hexdigest()
    payload = {"aud": url, "body": digest, "exp": now_s + 60, "iat": now_s, "iss": account}
    signed = f"{_part(head)}.{_part(payload)}"
    signature = hmac.digest(secret.encode(), signed.encode(), "sha256")
    return f"Bearer {signed}.{_encoded(signature)}"


def signed_line(answer: bytes) -> bytes | None:
    """The Identity line of an answer, None where there is none in it."""
    try:
        value = json.loads(answer)["signingResponse"]["identity"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(value, str) or read_identity(value.encode()) is None:
        return None
    return f"Identity: {value.strip()}".encode()


def _part(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
