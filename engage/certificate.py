"""The certificate of HTTPS and SIPS: the configured one, else one made here."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

VALID_DAYS = 397  # the longest that browsers accept (CA/Browser Forum, SC31)
RENEW_DAYS = 30
UPLOADED = "uploaded.pem"
_DAY_S = 86400


class CertificateRefused(Exception):
    """The configured certificate cannot be used; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where certificate and key lie. No HSTS with a self-signed one."""

    certificate: Path
    key: Path
    self_signed: bool

    def stamp(self) -> tuple[int, ...]:
        """Changes whenever a file does.

        Raises:
            CertificateRefused: a file is gone.
        """
        try:
            states = [path.stat() for path in (self.certificate, self.key)]
        except OSError as gone:
            where = f"the certificate {self.certificate} with key {self.key}"
            raise CertificateRefused(f"{where} cannot be used: {gone.strerror}") from None
        return tuple(value for each in states for value in (each.st_mtime_ns, each.st_ino))


def certificate_files(data: Path, certificate: Path | None, key: Path | None) -> CertificateFiles:
    """The configured files, else those an administrator has uploaded, else self-signed ones.

    The latter are made in the data folder, and renewed when due.
    """
    if certificate is not None and key is not None:
        return CertificateFiles(certificate, key, self_signed=False)
    if (uploaded := uploaded_files(data)) is not None:
        return uploaded
    folder = data / "keys"
    files = CertificateFiles(folder / "certificate.pem", folder / "certificate.key", True)
    if _missing(files):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(folder / "certificate.lock", os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(held, "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # web and pbx begin at the same moment
            if _missing(files):
                names = {socket.gethostname(), "localhost"}
                pem, key_pem = self_signed(sorted(names), own_addresses(), datetime.now(UTC))
                _replace(files.key, key_pem)
                _replace(files.certificate, pem)
    return files


def uploaded_files(data: Path) -> CertificateFiles | None:
    """What an administrator has uploaded: key and certificate in one file, replaced as one."""
    path = data / "keys" / UPLOADED
    return CertificateFiles(path, path, self_signed=False) if path.exists() else None


def store_uploaded(data: Path, certificate: bytes, key: bytes) -> None:
    """Put an uploaded certificate in use; the listener notices the changed file.

    Raises:
        CertificateRefused: OpenSSL cannot use it; nothing was changed then.
    """
    store(data / "keys" / UPLOADED, certificate, key)


def store(path: Path, certificate: bytes, key: bytes) -> None:
    """Put key and chain into one file, in place of what it was.

    Raises:
        CertificateRefused: OpenSSL cannot use it; nothing was changed then.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    trial = path.with_name(f"{path.name}.trial")
    try:
        _replace(trial, key.strip() + b"\n" + certificate.strip() + b"\n")
        context_of(CertificateFiles(trial, trial, self_signed=False))
        trial.replace(path)
    finally:
        trial.unlink(missing_ok=True)


def remove_uploaded(data: Path) -> None:
    """Go back to the self-signed certificate."""
    (data / "keys" / UPLOADED).unlink(missing_ok=True)


def context_of(files: CertificateFiles) -> ssl.SSLContext:
    """A server's context with that certificate.

    Raises:
        CertificateRefused: the files are not there, or do not fit together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    load_into(context, files)
    return context


def load_into(context: ssl.SSLContext, files: CertificateFiles) -> None:
    """Use these files for the connections to come; those that stand stay.

    Raises:
        CertificateRefused: the files are not there, or do not fit together.
    """
    try:
        context.load_cert_chain(files.certificate, files.key, password=_no_password)
    except (OSError, ValueError) as failed:  # ssl.SSLError is an OSError
        reason = getattr(failed, "strerror", None) or str(failed)
        where = f"{files.certificate} with key {files.key}"
        raise CertificateRefused(f"the certificate {where} cannot be used: {reason}") from None


def ends_at(certificate: Path) -> datetime:
    """When the first certificate of a PEM file ends.

    Raises:
        CertificateRefused: the file holds none that can be read.
    """
    from cryptography import x509  # costs 20 ms, needed by few

    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as failed:
        raise CertificateRefused(
            f"the certificate {certificate} cannot be read: {failed}"
        ) from None


def self_signed(names: list[str], addresses: list[str], now: datetime) -> tuple[bytes, bytes]:
    """A certificate for these host names and IP addresses, and its key, both as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives += [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    key_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate.public_bytes(serialization.Encoding.PEM), key_pem


def own_addresses() -> list[str]:
    """Loopback, and the addresses this machine would send from; asks the kernel, sends nothing."""
    found = {"127.0.0.1", "::1"}
    # Addresses for documentation (RFC 5737, RFC 3849): any that is routed to the outside.
    for family, outside in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((outside, 9))
                found.add(probe.getsockname()[0].partition("%")[0])
        except OSError:
            continue  # no route in that family
    return sorted(found)


def _missing(files: CertificateFiles) -> bool:
    return not (files.certificate.exists() and files.key.exists()) or _due(files.certificate)


def _due(certificate: Path) -> bool:
    """Whether our own certificate nears its end; it is as old as its file."""
    return time.time() - certificate.stat().st_mtime > (VALID_DAYS - RENEW_DAYS) * _DAY_S


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    fresh.replace(path)


def _no_password() -> bytes:
    """OpenSSL would ask at the terminal for the password of a protected key."""
    raise ValueError("the key is protected by a password")
