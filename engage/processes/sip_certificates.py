"""The certificates that phones are shown: the server's own, and more of them by name."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engage.certificate import CertificateFiles, CertificateRefused, certificate_files, context_of
from pbxcore import pbx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pbxcore.pbx import ServerCertificate

log = logging.getLogger(__name__)

FOLDER = "sip"  # in the folder of keys: key and chain in one file for each further name


@dataclass(frozen=True, slots=True)
class Chosen:
    """Files to show, the server's own first, and what changes when one of them does."""

    files: tuple[CertificateFiles, ...]
    stamps: tuple[tuple[int, ...], ...]


def choose(data: Path, certificate: Path | None, key: Path | None) -> Chosen:
    """The files there are now.

    Raises:
        CertificateRefused: one is gone.
    """
    own = certificate_files(data, certificate, key)
    more = sorted((data / "keys" / FOLDER).glob("*.pem"))
    files = (own, *(CertificateFiles(each, each, self_signed=False) for each in more))
    return Chosen(files, tuple(each.stamp() for each in files))


def show(chosen: Chosen, use: Callable[[Sequence[ServerCertificate]], None]) -> None:
    """Have them shown; a further one that cannot be used is left out, and the log says so.

    Raises:
        CertificateRefused: the server's own cannot be used.
    """
    own, *more = chosen.files
    good = [pbx.ServerCertificate(own.certificate, own.key)]
    for each in more:
        try:
            context_of(each)  # tried alone: one bad file must not cost the others
            names = names_of(each.certificate)
        except CertificateRefused as refused:
            log.warning("certificate left out", extra={"reason": str(refused)})
        else:
            good.append(pbx.ServerCertificate(each.certificate, each.key, names))
    try:
        use(good)
    except pbx.CertificateRefused as refused:
        raise CertificateRefused(f"the certificate cannot be used: {refused}") from None


def names_of(certificate: Path) -> tuple[str, ...]:
    """The host names that the first certificate of a PEM file stands for.

    Raises:
        CertificateRefused: it cannot be read, or names none.
    """
    from cryptography import x509  # costs 20 ms, needed by few

    try:
        first = x509.load_pem_x509_certificate(certificate.read_bytes())
        names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (OSError, ValueError, x509.ExtensionNotFound) as failed:
        raise CertificateRefused(
            f"the certificate {certificate} cannot be read: {failed}"
        ) from None
    return tuple(names.value.get_values_for_type(x509.DNSName))
