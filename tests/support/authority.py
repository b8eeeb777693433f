"""A certificate authority for tests: issues what TLS peers show each other."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pbxcore.pbx import ServerCertificate

if TYPE_CHECKING:
    from pathlib import Path


class Authority:
    """One authority; its own certificate lies in `certificate`, and as text in `pem`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Authority")])
        own = self._builder(self._name, self._key, datetime.now(UTC) + timedelta(days=30))
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        own = own.add_extension(constraints, critical=True)
        self.certificate = folder / "authority.pem"
        self.absent = folder / "absent.key"
        written = own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self.certificate.write_bytes(written)
        self.pem = written.decode()

    def issue(self, *names: str, until: datetime | None = None) -> ServerCertificate:
        """A certificate for these names and addresses, key and certificate in one file."""
        self._count += 1
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        ends = until or datetime.now(UTC) + timedelta(days=30)
        builder = self._builder(subject, key, ends).add_extension(
            x509.SubjectAlternativeName([_general(each) for each in names]), critical=False
        )
        path = self._folder / f"{self._count}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        return ServerCertificate(path, path, names)

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(until - timedelta(days=90))
            .not_valid_after(until)
        )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
