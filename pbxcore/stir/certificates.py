"""The certificate that has signed: whether it is good, and its key (RFC 8224 §6.2, RFC 8226)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

TN_AUTHORISATION = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")
"""Which numbers it may sign for (RFC 8226 §9); a certificate without is no one for calls."""
LONGEST_CHAIN = 6

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension)
"""A certificate is read part by part, when somebody asks for the part."""


class BadCertificate(ValueError):
    """It is none, not valid now, not for calls, or nobody whom we trust stands for it."""


def signing_key(pem: bytes, trusted: str, now: datetime) -> ec.EllipticCurvePublicKey:
    """The key of the first certificate, if a chain leads from it to one that is trusted.

    Raises:
        BadCertificate: there is none, or it is not to be believed.
    """
    chain, roots = _read(pem)[:LONGEST_CHAIN], _read(trusted.encode())
    if not chain:
        raise BadCertificate("no certificate")
    leaf = chain[0]
    try:
        key, extensions = leaf.public_key(), leaf.extensions
    except _UNREADABLE as error:
        raise BadCertificate("unreadable") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadCertificate("key")
    if not any(each.oid == TN_AUTHORISATION for each in extensions):
        raise BadCertificate("not for calls")
    _check_chain(chain, roots, now)
    return key


def _check_chain(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: datetime
) -> None:
    for at, each in enumerate(chain):
        if not each.not_valid_before_utc <= now <= each.not_valid_after_utc:
            raise BadCertificate("not valid now")
        if each in roots or any(_issued(each, root) for root in roots):
            return
        if at + 1 == len(chain) or not _issued(each, chain[at + 1]):
            break
    raise BadCertificate("not trusted")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        may = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(issuer)
    except (*_UNREADABLE, InvalidSignature, x509.ExtensionNotFound):
        return False
    return may


def _read(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem) if pem.strip() else []
    except ValueError:
        return []
