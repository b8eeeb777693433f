"""A real SMTP server that keeps what it is given, and misbehaves when asked to."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.server import free_port

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path
    from types import TracebackType

    from aiosmtpd.smtp import Envelope, Session

T = TypeVar("T")
USER, PASSWORD = "pbx", "pass word/@:"


@dataclass
class Taken:
    """One mail the sink has taken."""

    sender: str
    recipients: list[str]
    data: bytes
    encrypted: bool
    user: str

    @property
    def message(self) -> EmailMessage:
        found = message_from_string(self.data.decode(), policy=default)
        assert isinstance(found, EmailMessage)
        return found

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass
class MailSink:
    """An SMTP server on loopback; an async context manager.

    `replies` are given in place of the next answers: `{"DATA": ["451 4.3.0 Later", None]}`; `DIE`
    ends the connection, `DIE AFTER` does so after having taken the mail, None is an ordinary
    answer.
    """

    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    auth: bool = False
    delay_s: float = 0
    address: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    replies: dict[str, list[str | None]] = field(default_factory=dict)
    mails: list[Taken] = field(default_factory=list)
    connections: int = 0
    receiving: int = 0
    """How many mails it was handed, taken or not."""
    passwords: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._open: set[_Smtp] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.get_running_loop().create_server(
            self._protocol,
            self.address,
            self.port,
            ssl=self.tls if self.implicit_tls else None,
            reuse_address=True,
        )

    async def stop(self) -> None:
        """Be gone, with every connection."""
        if self._server is None:
            return
        self._server.close()
        for each in list(self._open):
            each.die()
        self._server = None

    async def arrived(self, count: int, within_s: float = 20) -> list[Taken]:
        """Wait for so many mails in all."""
        async with asyncio.timeout(within_s):
            while len(self.mails) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.mails

    def _protocol(self) -> _Smtp:
        self.connections += 1
        return _Smtp(self)

    async def handle_MAIL(  # noqa: N802
        self, server: _Smtp, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (reply := self._next(server, "MAIL")) is not None:
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender fine"

    async def handle_RCPT(  # noqa: N802
        self, server: _Smtp, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (reply := self._next(server, "RCPT")) is not None:
            return reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient fine"

    async def handle_DATA(self, server: _Smtp, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.receiving += 1
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        reply = self._next(server, "DATA")
        if reply is not None and reply != "DIE AFTER":
            return reply
        assert isinstance(envelope.content, bytes)
        user = session.auth_data.login.decode() if session.auth_data else ""
        self.mails.append(
            Taken(
                str(envelope.mail_from),
                list(envelope.rcpt_tos),
                envelope.content,
                session.ssl is not None or self.implicit_tls,
                user,
            )
        )
        self._changed.set()
        if reply == "DIE AFTER":
            server.die()
        return "250 2.0.0 Taken"

    def _next(self, server: _Smtp, command: str) -> str | None:
        waiting = self.replies.get(command)
        reply = waiting.pop(0) if waiting else None
        if reply == "DIE":
            server.die()
            return "421 gone"
        return reply

    def authenticate(self, *given: Any) -> AuthResult:
        login = given[-1]
        assert isinstance(login, LoginPassword)
        self.passwords.append(login.password)
        right = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False, auth_data=login if right else None)


class _Smtp(SMTP):
    def __init__(self, sink: MailSink) -> None:
        self._sink = sink
        super().__init__(
            sink,
            hostname="sink.example.test",
            enable_SMTPUTF8=True,
            tls_context=None if sink.implicit_tls else sink.tls,
            authenticator=sink.authenticate if sink.auth else None,
            auth_required=sink.auth and sink.tls is not None and not sink.implicit_tls,
            auth_require_tls=sink.tls is not None and not sink.implicit_tls,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: Any) -> None:
        self._sink._open.add(self)  # noqa: SLF001 - two halves of one server
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sink._open.discard(self)  # noqa: SLF001
        super().connection_lost(error)

    def die(self) -> None:
        """End the connection without a word."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()


def certificate(folder: Path, host: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A context with a fresh self-signed certificate, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path, private = folder / "mail.pem", folder / "mail.key"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, private)
    return context, path


class SinkThread:
    """A sink for tests that are not asynchronous: it lives on an event loop of its own."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.sink = self._run(self._made())
        return self

    @property
    def port(self) -> int:
        return self.sink.port

    @property
    def mails(self) -> list[Taken]:
        return self.sink.mails

    @property
    def replies(self) -> dict[str, list[str | None]]:
        return self.sink.replies

    @property
    def receiving(self) -> int:
        return self.sink.receiving

    def pause(self) -> None:
        """Be gone, with every connection."""
        self._run(self.sink.stop())

    def resume(self) -> None:
        """Listen again on the same port."""
        self._run(self.sink.start())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._run(self.sink.stop())
        self._run(asyncio.sleep(0.05))  # connections that were aborted end in the next turn
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _made(self) -> MailSink:
        sink = MailSink(**self._options)
        await sink.start()
        return sink

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)
