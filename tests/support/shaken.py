"""A signing service with its certificate repository, and the authority that stands for it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from tests.support.authority import Authority

TN_AUTHORISATION = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")
SPC = bytes.fromhex("3008a006160431323334")  # a service provider code: 1234
CA = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "STI-CA")])


class Sti:
    """An authority for signatures of calls, and one certificate that it has issued."""

    def __init__(self, *, for_calls: bool = True, until: datetime | None = None) -> None:
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        self.key = ec.generate_private_key(ec.SECP256R1())
        root = _builder(CA, CA, self._root_key, datetime.now(UTC) + timedelta(days=30))
        root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.root = _pem(root.sign(self._root_key, hashes.SHA256()))
        self.certificate = self.issues(for_calls=for_calls, until=until)
        self.key_pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def issues(self, *, for_calls: bool = True, until: datetime | None = None) -> str:
        """A certificate for the key of its own."""
        until = until or datetime.now(UTC) + timedelta(days=30)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SHAKEN 1234")])
        leaf = _builder(subject, CA, self.key, until)
        if for_calls:
            told = x509.UnrecognizedExtension(TN_AUTHORISATION, SPC)
            leaf = leaf.add_extension(told, critical=False)
        return _pem(leaf.sign(self._root_key, hashes.SHA256()))

    def token(self, payload: dict[str, Any], x5u: str, ppt: str | None = "") -> str:
        """Sign, by no code of ours; None for a token of no kind, empty for what the claims are."""
        ppt = ppt if ppt != "" else "div" if "div" in payload else "shaken"
        head = {"alg": "ES256", "typ": "passport", "x5u": x5u} | ({"ppt": ppt} if ppt else {})
        signed = f"{_part(head)}.{_part(payload)}"
        der = self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = utils.decode_dss_signature(der)
        return f"{signed}.{_encoded(r.to_bytes(32) + s.to_bytes(32))}"

    def reads(self, token: str) -> dict[str, Any]:
        """What a token claims that this key has signed."""
        head, payload, signature = token.split(".")
        raw = _decoded(signature)
        der = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        signed = f"{head}.{payload}".encode()
        self.key.public_key().verify(der, signed, ec.ECDSA(hashes.SHA256()))
        claims: dict[str, Any] = json.loads(_decoded(payload))
        return claims


class SigningService:
    """Signs for one account, at a port that is not HTTPS's; serves its certificate till `gone`."""

    ACCOUNT, SECRET = "engage", "Sign-here!"

    def __init__(self, authority: Authority) -> None:
        files = authority.issue("localhost")
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(files.certificate, files.key)
        self.sti = Sti()
        self.hosts: list[str] = []
        self.certificates = {"/shaken.pem": self.sti.certificate}
        self.fetched = 0
        self.gone = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"https://localhost:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def x5u(self) -> str:
        """Where its certificate is."""
        return f"{self.url}/shaken.pem"

    def identity(self, caller: str, called: str, *, at: str = "", **more: Any) -> bytes:
        """The line of a call that it has signed, with a certificate that is said to be there."""
        payload = {
            "attest": "A", "dest": {"tn": [called]}, "iat": int(time.time()),
            "orig": {"tn": caller}, "origid": "8f0a3c1e-0000-4000-8000-000000000000", **more,
        }  # fmt: skip
        return self._line(payload, "shaken", at)

    def diverted(self, caller: str, called: str, onto: str, iat: int = 0, *, at: str = "") -> bytes:
        """The line of whoever has sent a call on."""
        payload = {
            "dest": {"tn": [onto]}, "div": {"tn": called}, "iat": iat or int(time.time()),
            "orig": {"tn": caller},
        }  # fmt: skip
        return self._line(payload, "div", at)

    def nested(self, caller: str, called: str, onto: str, *, inside: str = "") -> bytes:
        """The same in one token; who is said to call within it may be another."""
        first = self.identity(inside or caller, called).decode()
        opt = first.removeprefix("Identity: ").partition(";")[0]
        now_s = int(time.time())
        payload = {
            "dest": {"tn": [onto]}, "div": {"tn": called}, "iat": now_s, "opt": opt,
            "orig": {"tn": caller},
        }  # fmt: skip
        return self._line(payload, "div-o", "")

    def other(self, ppt: str, **payload: Any) -> bytes:
        """The line of a token of another kind."""
        return self._line(payload, ppt, "")

    def _line(self, payload: dict[str, Any], ppt: str, at: str) -> bytes:
        x5u = at or self.x5u
        token = self.sti.token(payload, x5u, ppt)
        return f"Identity: {token};info=<{x5u}>;alg=ES256;ppt={ppt}".encode()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request, *lines = head.split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        body = await reader.readexactly(int(headers.get("Content-Length", 0)))
        status, answer = self._answer(request.split(" ")[1], headers, body)
        writer.write(f"HTTP/1.1 {status} Said\r\nContent-Length: {len(answer)}\r\n\r\n".encode())
        writer.write(answer)
        await writer.drain()
        writer.close()

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        self.hosts.append(headers["Host"])
        if path.endswith(".pem"):
            self.fetched += 1
            found = "" if self.gone else self.certificates.get(path, "")
            return 200 if found else 404, found.encode()
        if not self._admits(headers.get("Authorization", ""), path, body):
            return 401, b""
        wanted = json.loads(body)["signingRequest"]
        token = self.sti.token(wanted, self.x5u)
        identity = f"{token};info=<{self.x5u}>;alg=ES256;ppt=shaken"
        return 200, json.dumps({"signingResponse": {"identity": identity}}).encode()

    def _admits(self, authorization: str, path: str, body: bytes) -> bool:
        """Whoever asks has to name this very service, its port included."""
        head, payload, signature = authorization.removeprefix("Bearer ").split(".")
        expected = hmac.digest(self.SECRET.encode(), f"{head}.{payload}".encode(), "sha256")
        claims = json.loads(_decoded(payload))
        return (
            hmac.compare_digest(expected, _decoded(signature))
            and claims["aud"] == f"{self.url}{path}"
            and claims["iss"] == self.ACCOUNT
            and claims["body"] == hashlib.sha256(body).hexdigest()
        )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=60))
        .not_valid_after(until)
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _part(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
