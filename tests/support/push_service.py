"""A push service of our own, with browsers that read what comes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engage.certificate import self_signed
from engage.push.encryption import point_of

if TYPE_CHECKING:
    from pathlib import Path


def decrypt(sealed: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Read a message as a browser does (RFC 8291, 3.4; RFC 8188, 2)."""
    salt, length = sealed[:16], sealed[20]
    point, body = sealed[21 : 21 + length], sealed[21 + length :]
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    shared = key.exchange(ec.ECDH(), theirs)

    def derive(salt: bytes, secret: bytes, info: bytes, size: int) -> bytes:
        extracted = hmac.digest(salt, secret, hashlib.sha256)
        return hmac.digest(extracted, info + b"\x01", hashlib.sha256)[:size]

    secret = derive(auth, shared, b"WebPush: info\0" + point_of(key) + point, 32)
    content_key = derive(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derive(salt, secret, b"Content-Encoding: nonce\0", 12)
    padded = AESGCM(content_key).decrypt(nonce, body, None).rstrip(b"\0")
    assert padded.endswith(b"\x02")
    return padded[:-1]


@dataclass
class Browser:
    """One subscribed browser."""

    endpoint: str
    auth: bytes = b"sixteen bytes ok"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON` gives it."""
        keys = {"p256dh": _text(point_of(self.key)), "auth": _text(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, sealed: bytes) -> dict[str, Any]:
        """What a message says."""
        read: dict[str, Any] = json.loads(decrypt(sealed, self.key, self.auth))
        return read


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


class PushService:
    """Takes messages over HTTPS; `answers` are given in turn, then 201."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.received: asyncio.Queue[Received] = asyncio.Queue()
        self.answers: list[str] = []

    async def __aenter__(self) -> Self:
        certificate, key = self._folder / "push.pem", self._folder / "push.key"
        made, own = self_signed(["localhost"], ["127.0.0.1"], datetime.now(UTC))
        certificate.write_bytes(made)
        key.write_bytes(own)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        self.trust = ssl.create_default_context(cafile=str(certificate))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def browser(self, name: str = "b1") -> Browser:
        """A browser subscribed here."""
        return Browser(f"https://localhost:{self.port}/{name}")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *lines = head.strip().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (each.partition(":") for each in lines)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            answer = self.answers.pop(0) if self.answers else "201 Created"
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            await self.received.put(Received(line.split(" ")[1], headers, body))
        finally:
            writer.close()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
