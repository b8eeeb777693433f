"""TLS between bytes and bytes, and the certificates in use (RFC 3261 §26.3, RFC 5922).

The session is driven by the stream that carries it, like any other machine: what arrived goes in,
what is to be sent comes out. So a connection is counted before its handshake begins, and costs the
memory of one record, not of a transport's buffers.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
from typing import TYPE_CHECKING, Final, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pbxcore.domain_settings import DomainSettings

log = logging.getLogger(__name__)

_RECORD: Final = 65536


class TlsFailed(Exception):
    """The handshake, or a record after it, cannot be. `alert` tells the peer so."""

    def __init__(self, reason: str, alert: bytes) -> None:
        super().__init__(reason)
        self.alert = alert


class TlsEnded(Exception):
    """The peer said that it sends nothing more; `before` is what it had sent."""

    def __init__(self, before: bytes) -> None:
        super().__init__("ended")
        self.before = before


class TlsSession:
    """One end of one TLS connection, without I/O."""

    def __init__(
        self, context: ssl.SSLContext, *, server_side: bool, server_name: str | None = None
    ) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._in, self._out, server_side=server_side, server_hostname=server_name
        )
        self.established = False
        self.verifies = context.verify_mode == ssl.CERT_REQUIRED

    def start(self) -> bytes:
        """The first bytes to send: the client's greeting; nothing for a server.

        Raises:
            TlsFailed: the name asked for cannot be a name.
        """
        self._shake_hands()
        return self._out.read()

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Take what arrived: what it says, and what is to be sent because of it.

        Raises:
            TlsFailed: the peer is not whom we want, or breaks the protocol.
            TlsEnded: the peer has closed its side.
        """
        self._in.write(data)
        if not self.established:
            self._shake_hands()
        said = self._read() if self.established else b""
        return said, self._out.read()

    def send(self, data: bytes) -> bytes:
        """The bytes that carry this."""
        self._tls.write(data)
        return self._out.read()

    def close(self) -> bytes:
        """The bytes that say that nothing follows."""
        with contextlib.suppress(ssl.SSLError, ValueError):  # its answer is not waited for
            self._tls.unwrap()
        return self._out.read()

    def names(self) -> tuple[str, ...]:
        """The names and addresses of the peer's certificate, if that was asked for and is good."""
        certificate = self._tls.getpeercert() or {}
        alternatives = cast("tuple[tuple[str, str], ...]", certificate.get("subjectAltName", ()))
        return tuple(value.lower() for _, value in alternatives)

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        except (ssl.SSLError, ValueError) as error:
            raise TlsFailed(_reason(error), self._out.read()) from None
        self.established = True

    def _read(self) -> bytes:
        said = bytearray()
        try:
            while data := self._tls.read(_RECORD):
                said += data
        except ssl.SSLWantReadError:
            return bytes(said)
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError as error:
            raise TlsFailed(_reason(error), self._out.read()) from None
        raise TlsEnded(bytes(said))


class ServerCertificate(NamedTuple):
    """PEM files of a certificate and its key, and the names it stands for (`*.` allowed)."""

    certificate: Path
    key: Path
    names: tuple[str, ...] = ()


class CertificateRefused(Exception):
    """A certificate cannot be used; the text says which and why."""


class Tls:
    """The contexts of coming connections; those that stand keep theirs.

    Args:
        settings: whether clients show certificates, whom to trust, whether servers are checked.
        certificates: the first is shown to whoever asks for no name that we have.

    Raises:
        CertificateRefused: one cannot be used.
    """

    def __init__(
        self, settings: Callable[[], DomainSettings], certificates: Sequence[ServerCertificate]
    ) -> None:
        self._settings = settings
        self._clients: dict[bool, ssl.SSLContext] = {}
        self.use(certificates)

    def use(self, certificates: Sequence[ServerCertificate]) -> None:
        """Show these from now on.

        Raises:
            CertificateRefused: one cannot be used; then all stays as it was.
        """
        settings = self._settings()
        contexts = [_server_context(each, settings) for each in certificates]
        by_name = {
            name.lower(): context
            for each, context in zip(reversed(certificates), reversed(contexts), strict=True)
            for name in each.names
        }
        self._certificates, self._by_name, self._used = tuple(certificates), by_name, settings
        self._clients.clear()
        self._first = contexts[0]
        self._first.sni_callback = self._choose

    def server(self) -> TlsSession:
        """A session for a connection taken."""
        self._follow()
        return TlsSession(self._first, server_side=True)

    def client(self, server_name: str, *, verify: bool = True) -> TlsSession:
        """A session for a connection made; `server_name` is whom the certificate must name.

        Raises:
            TlsFailed: that cannot be a name, or our own certificate is gone.
        """
        self._follow()
        try:
            context = self._clients.get(verify)
            if context is None:
                context = _client_context(self._settings(), self._certificates[0], verify=verify)
                self._clients[verify] = context
            return TlsSession(context, server_side=False, server_name=server_name or None)
        except (OSError, ValueError) as error:
            raise TlsFailed(_reason(error), b"") from None

    def _follow(self) -> None:
        """Settings that changed hold for the next connection."""
        settings, used = self._settings(), self._used
        if settings is used:
            return
        self._used = settings
        if _asked(settings) != _asked(used):
            try:
                self.use(self._certificates)
            except CertificateRefused as refused:
                log.warning("TLS settings not used", extra={"reason": str(refused)})

    def _choose(
        self, session: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext
    ) -> None:
        """Server Name Indication (RFC 6066 §3): the certificate of that name, else the first."""
        if name is None:
            return
        name = name.lower()
        wildcard = "*." + name.partition(".")[2]
        context = self._by_name.get(name) or self._by_name.get(wildcard)
        if context is not None:
            session.context = context


def _asked(settings: DomainSettings) -> tuple[str, bool, str]:
    return settings.tls_client_certificates, settings.tls_verify_servers, settings.tls_trusted


def _server_context(files: ServerCertificate, settings: DomainSettings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0  # sipsak takes a ticket for the end; phones stay connected anyhow
    try:
        context.load_cert_chain(files.certificate, files.key, password=_no_password)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise CertificateRefused(f"{files.certificate}: {_reason(error)}") from None
    if settings.tls_client_certificates != "off":
        _trust(context, settings)
        required = settings.tls_client_certificates == "required"
        context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    return context


def _client_context(
    settings: DomainSettings, own: ServerCertificate, *, verify: bool
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # shown to a server that asks: it may then send over this connection as well (RFC 5923 §4)
    context.load_cert_chain(own.certificate, own.key, password=_no_password)
    if verify and settings.tls_verify_servers:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        _trust(context, settings)
    else:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _trust(context: ssl.SSLContext, settings: DomainSettings) -> None:
    if settings.tls_trusted:
        try:
            context.load_verify_locations(cadata=settings.tls_trusted)
        except (ssl.SSLError, ValueError) as error:
            raise CertificateRefused(f"trusted certificates: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return str(getattr(error, "reason", None) or getattr(error, "strerror", None) or error)


def _no_password() -> bytes:
    """OpenSSL would ask at the terminal for the password of a protected key."""
    raise ValueError("the key is protected by a password")
