"""The certificate of HTTPS as administrators see and replace it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from engage.certificate import (
    CertificateRefused,
    certificate_files,
    remove_uploaded,
    store_uploaded,
    uploaded_files,
)
from engage.errors import N_, Conflict, Invalid, NotFound
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.x509 import Certificate
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.settings import Settings
    from engage.storage.database import Database
    from engage.system.actor import Actor

Source = Literal["start", "uploaded", "self_signed"]
SUBJECT = "certificate:https"
SHORTEST_RSA_BITS = 2048
MOST_CERTIFICATES = 10
SOON_DAYS = 30

NO_CERTIFICATE = N_("This is no certificate in PEM form.")
NO_KEY = N_("This is no private key in PEM form, or it is protected by a password.")
NOT_ITS_KEY = N_("This key does not belong to the certificate.")
WEAK_KEY = N_("This key is too short. Use RSA with 2048 bits or more, or an elliptic curve.")
OVER = N_("This certificate has expired.")
NOT_YET = N_("This certificate is not valid yet.")
NO_CHAIN = N_("The certificates do not form a chain: each must be followed by its issuer's.")
TOO_MANY = N_("These are too many certificates.")

SELF_SIGNED = N_("Browsers and phones warn of it, since nobody they trust has signed it.")
INCOMPLETE = N_("Its issuer's certificate is missing: some phones cannot check it without.")
OTHER_NAME = N_("It does not name the public address.")
ENDS_SOON = N_("It expires within a month.")
ENDED = N_("It has expired.")


class DecidedAtStart(Conflict):
    """The start names the certificate's files; whoever runs the server replaces those."""

    code = "decided_at_start"
    text = N_("The certificate is decided by the option --certificate when the server starts.")


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A certificate in use. `warnings` are (untranslated) sentences about it."""

    source: Source
    names: tuple[str, ...]
    issuer: str
    valid_from: datetime
    valid_until: datetime
    fingerprint: str
    chain: int
    warnings: tuple[str, ...]


class Certificates:
    """What administrators do with the certificate of HTTPS."""

    def __init__(
        self, settings: Settings, database: Database, public_address: Callable[[], str]
    ) -> None:
        self._settings, self._database = settings, database
        self.public_address = public_address

    def shown(self, actor: Actor, now: datetime | None = None) -> ServerCertificate:
        """The certificate in use.

        Raises:
            Forbidden: without the right to see it.
            NotFound: its file cannot be read.
        """
        actor.check(Module.HTTP_SERVER, "view")
        files = certificate_files(
            self._settings.data, self._settings.certificate, self._settings.key
        )
        try:
            chain = chain_of(files.certificate.read_bytes())
        except (OSError, Invalid):
            raise NotFound from None
        return described(chain, self._source, self._host, now or datetime.now(UTC))

    async def upload(self, actor: Actor, certificate: str, key: str) -> ServerCertificate:
        """Use this certificate from now on; connections that stand stay.

        Raises:
            DecidedAtStart: the start names the files.
            Invalid: the field `certificate` or `key` will not do.
        """
        actor.check(Module.HTTP_SERVER)
        self._check_ours()
        now = datetime.now(UTC)
        chain = chain_of(certificate.encode())
        check(chain, key.encode(), now)
        try:
            store_uploaded(self._settings.data, certificate.encode(), key.encode())
        except CertificateRefused:
            raise Invalid({"certificate": NO_CERTIFICATE}) from None
        shown = described(chain, "uploaded", self._host, now)
        await self._note(actor, "certificate.change", shown)
        return shown

    async def remove(self, actor: Actor) -> ServerCertificate:
        """Use the self-signed certificate again.

        Raises:
            DecidedAtStart: the start names the files.
            NotFound: none was uploaded.
        """
        actor.check(Module.HTTP_SERVER)
        self._check_ours()
        if uploaded_files(self._settings.data) is None:
            raise NotFound
        remove_uploaded(self._settings.data)
        shown = self.shown(actor)
        await self._note(actor, "certificate.delete", shown)
        return shown

    @property
    def _source(self) -> Source:
        if self._settings.certificate is not None:
            return "start"
        return "self_signed" if uploaded_files(self._settings.data) is None else "uploaded"

    @property
    def _host(self) -> str:
        return host_name(self.public_address())

    def _check_ours(self) -> None:
        if self._settings.certificate is not None:
            raise DecidedAtStart

    async def _note(self, actor: Actor, action: str, shown: ServerCertificate) -> None:
        async def work(connection: AsyncConnection) -> None:
            detail = {"names": list(shown.names), "fingerprint": shown.fingerprint}
            await note(connection, actor, action, SUBJECT, detail)

        await self._database.write(work)


def chain_of(pem: bytes) -> list[Certificate]:
    """The certificates of a PEM text, the server's own first.

    Raises:
        Invalid: there is none, or they are too many.
    """
    from cryptography import x509  # costs 20 ms, needed by few

    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise Invalid({"certificate": NO_CERTIFICATE}) from None
    if len(chain) > MOST_CERTIFICATES:
        raise Invalid({"certificate": TOO_MANY})
    return chain


def check(chain: list[Certificate], key_pem: bytes, now: datetime) -> None:
    """Refuse what browsers and phones would refuse.

    Raises:
        Invalid: with the field `certificate` or `key`.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    try:
        key = load_pem_private_key(key_pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Invalid({"key": NO_KEY}) from None
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    own = chain[0]
    if own.public_key().public_bytes(*form) != key.public_key().public_bytes(*form):
        raise Invalid({"key": NOT_ITS_KEY})
    if isinstance(key, RSAPrivateKey) and key.key_size < SHORTEST_RSA_BITS:
        raise Invalid({"key": WEAK_KEY})
    if own.not_valid_after_utc <= now:
        raise Invalid({"certificate": OVER})
    if own.not_valid_before_utc > now:
        raise Invalid({"certificate": NOT_YET})
    for signed, issuer in pairwise(chain):
        try:
            signed.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            raise Invalid({"certificate": NO_CHAIN}) from None


def described(
    chain: list[Certificate], source: Source, host: str, now: datetime
) -> ServerCertificate:
    """What people want to know of a certificate."""
    from cryptography.hazmat.primitives.hashes import SHA256

    own = chain[0]
    names = names_of(own)
    self_signed = own.issuer == own.subject
    days = (own.not_valid_after_utc - now).days
    found = {
        SELF_SIGNED: self_signed,
        INCOMPLETE: not self_signed and len(chain) == 1,
        OTHER_NAME: bool(host) and not any(covers(name, host) for name in names),
        ENDED: own.not_valid_after_utc <= now,
        ENDS_SOON: 0 <= days < SOON_DAYS,
    }
    return ServerCertificate(
        source=source,
        names=names,
        issuer=own.issuer.rfc4514_string(),
        valid_from=own.not_valid_before_utc,
        valid_until=own.not_valid_after_utc,
        fingerprint=own.fingerprint(SHA256()).hex(":").upper(),
        chain=len(chain),
        warnings=tuple(text for text, holds in found.items() if holds),
    )


def names_of(certificate: Certificate) -> tuple[str, ...]:
    """The host names and addresses it stands for."""
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    hosts = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return (*hosts, *map(str, addresses))


def covers(name: str, host: str) -> bool:
    """Whether a certificate's name stands for a host (RFC 9525 §6.3)."""
    name, host = name.lower(), host.lower()
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host


def host_name(address: str) -> str:
    """The host of an address such as `https://pbx.example:8089`."""
    host = address.partition("://")[2].partition("/")[0]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
