"""The public address, the hosts beside it, and what a certificate says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engage.certificate import self_signed
from engage.errors import Invalid
from engage.system.http_server import HttpServer, PublicAddress
from engage.system.server_certificate import (
    ENDS_SOON,
    INCOMPLETE,
    OTHER_NAME,
    SELF_SIGNED,
    chain_of,
    check,
    covers,
    described,
    host_name,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def public(**values: object) -> PublicAddress:
    settings = HttpServer.model_validate(values)
    return PublicAddress("https://start.example:8089", lambda: settings)


def test_what_the_start_says_holds_until_an_address_is_set() -> None:
    assert public()() == "https://start.example:8089"
    assert public(public_address=" https://PBX.example/ ")() == "https://pbx.example"


@pytest.mark.parametrize(
    "address",
    ["pbx.example", "ftp://pbx.example", "https://", "https://a b", "https://u:p@pbx.example",
     "https://pbx.example/path", "https://pbx.example?x", "https://pbx.example:99999",
     "javascript:alert(1)", "https://pbx.example\r\nx: y"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        HttpServer(public_address=address)


@given(st.text())
def test_no_host_raises_anything_but_a_refusal(text: str) -> None:
    try:
        HttpServer(public_address=text, allowed_hosts=(text,))
    except ValidationError:
        return
    assert public().under("https", text).startswith("https://")


def test_copy_uses_a_host_only_if_it_is_allowed() -> None:
    address = public(
        public_address="https://pbx.example", allowed_hosts=["10.0.0.5:8089", "[2001:db8::5]"]
    )
    assert address.under("https", "10.0.0.5:8089") == "https://10.0.0.5:8089"
    assert address.under("https", "[2001:DB8::5]:443") == "https://[2001:db8::5]:443"
    assert address.under("https", "PBX.example:443") == "https://pbx.example:443"
    for foreign in (
        "evil.example",
        "10.0.0.5",
        "10.0.0.5:8089.evil.example",
        "",
        "a/b",
        "pbx.example:1",
    ):
        assert address.under("https", foreign) == "https://pbx.example"


def test_copy_uses_the_address_by_which_this_machine_reaches_the_server_unless_one_is_set() -> None:
    settings = HttpServer()
    address = PublicAddress("https://here:8089", lambda: settings, frozenset({8088, 8089}))
    assert address.under("http", "127.0.0.1:8088") == "http://127.0.0.1:8088"
    assert address.under("http", "localhost:8088") == "http://localhost:8088"
    assert address.under("https", "[::1]:8089") == "https://[::1]:8089"
    for foreign in ("127.0.0.1:9999", "localhost", "evil.example:8088", "127.0.0.1.evil:8088"):
        assert address.under("http", foreign) == "https://here:8089"
    settings = HttpServer(public_address="https://pbx.example")
    assert address.under("http", "127.0.0.1:8088") == "https://pbx.example"


def issued(
    name: str,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
    *,
    authority: bool = False,
    days: int = 300,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def pem_of(*certificates: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


def key_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    sealed: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        sealed = serialization.BestAvailableEncryption(password)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)


def refused(certificate: bytes, key: bytes) -> str:
    with pytest.raises(Invalid) as error:
        check(chain_of(certificate), key, NOW)
    [field] = error.value.fields
    return field


def test_chain_in_order_is_taken() -> None:
    root = issued("root", authority=True)
    own, key = issued("pbx.example", root)
    check(chain_of(pem_of(own, root[0])), key_of(key), NOW)
    shown = described(chain_of(pem_of(own, root[0])), "uploaded", "pbx.example", NOW)
    assert (shown.names, shown.chain, shown.warnings) == (("pbx.example",), 2, ())
    assert shown.issuer == "CN=root"


def test_what_phones_would_refuse_is_refused() -> None:
    root, other = issued("root", authority=True), issued("other", authority=True)
    own, key = issued("pbx.example", root)
    _, foreign = issued("elsewhere.example")
    over, over_key = issued("pbx.example", root, days=-1)
    assert refused(b"nothing", key_of(key)) == "certificate"
    assert refused(pem_of(own) * 11, key_of(key)) == "certificate"
    assert refused(pem_of(own), b"nothing") == "key"
    assert refused(pem_of(own), key_of(key, b"secret")) == "key"
    assert refused(pem_of(own), key_of(foreign)) == "key"
    assert refused(pem_of(own, other[0]), key_of(key)) == "certificate"
    assert refused(pem_of(over, root[0]), key_of(over_key)) == "certificate"
    assert refused(pem_of(root[0], own), key_of(key)) == "key"


def test_not_yet_valid_certificate_is_refused() -> None:
    pem, key = self_signed(["pbx.example"], [], NOW + timedelta(days=2))
    with pytest.raises(Invalid):
        check(chain_of(pem), key, NOW)


def test_warnings_tell_what_people_will_meet() -> None:
    root = issued("root", authority=True)
    own, _ = issued("pbx.example", root, days=10)
    shown = described([own], "uploaded", "other.example", NOW)
    assert set(shown.warnings) == {INCOMPLETE, OTHER_NAME, ENDS_SOON}
    pem, _ = self_signed(["pbx.example"], ["127.0.0.1"], NOW)
    assert described(chain_of(pem), "self_signed", "127.0.0.1", NOW).warnings == (SELF_SIGNED,)


def test_wildcard_stands_for_one_label() -> None:
    assert covers("*.example.com", "pbx.example.com")
    assert not covers("*.example.com", "a.pbx.example.com")
    assert not covers("*.example.com", "example.com")


@pytest.mark.parametrize(
    ("address", "host"),
    [("https://pbx.example:8089", "pbx.example"), ("http://[2001:db8::1]:80", "2001:db8::1")],
)
def test_host_of_an_address(address: str, host: str) -> None:
    assert host_name(address) == host
