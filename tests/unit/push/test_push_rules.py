"""Push messages: encryption by the RFC's own example, addresses, fates, words."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from engage.errors import Invalid
from engage.hub.model import Author, Conversation, Event
from engage.push.encryption import LONGEST, authorization, encrypt, point_of
from engage.push.model import (
    Fate,
    News,
    check_endpoint,
    decode_key,
    delay_ms,
    fate,
)
from engage.push.words import inquiry_news, message_news
from pbxcore.http_client import is_public
from tests.support.push_service import decrypt


def plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_of(number: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(plain(number)), ec.SECP256R1())


def test_encryption_gives_what_the_rfc_says() -> None:
    """RFC 8291, 5 and appendix A."""
    sealed = encrypt(
        b"When I grow up, I want to be a watermelon",
        plain(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        plain("BTBZMqHH6r4Tts7J_aSIgg"),
        plain("DGv6ra1nlYgDCS1FRnbzlw"),
        key_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )
    assert sealed == plain(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@given(st.binary(max_size=LONGEST), st.binary(min_size=16, max_size=16))
def test_what_is_encrypted_is_read_by_its_browser_alone(clear: bytes, salt: bytes) -> None:
    browser, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    sealed = encrypt(clear, point_of(browser), b"a" * 16, salt, own)
    assert len(sealed) <= 4096
    assert decrypt(sealed, browser, b"a" * 16) == clear


def test_too_long_a_text_or_a_false_point_is_refused() -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ValueError, match="too long"):
        encrypt(b"x" * (LONGEST + 1), point_of(own), b"a" * 16, b"s" * 16, own)
    with pytest.raises(ValueError, match="Invalid"):
        encrypt(b"x", b"\x04" + b"\x01" * 64, b"a" * 16, b"s" * 16, own)


def test_token_names_the_origin_and_is_signed() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    header = authorization(key, "https://push.example:8443/a?b", "https://pbx.example", 1000)
    kind, _, rest = header.partition(" ")
    token, _, public = rest.removeprefix("t=").partition(", k=")
    assert (kind, plain(public)) == ("vapid", point_of(key))
    head, claims, signature = token.split(".")
    assert json.loads(plain(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(plain(claims)) == {
        "aud": "https://push.example:8443",
        "exp": 1000 + 12 * 3600,
        "sub": "https://pbx.example",
    }
    r, s = (int.from_bytes(plain(signature)[at : at + 32]) for at in (0, 32))
    signed = f"{head}.{claims}".encode()
    key.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://[::ffff:10.0.0.1]/a",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest",
        "https://localhost/a",
        "https://printer.local/a",
        "https://push.example:8443/a",
        "https://user:secret@push.example/a",
        "https://push.example/" + "a" * 1000,
        "https://push.example/a b",
        "https://push.example/\r\nHost: x",
        "https://[::1",
        "ftp://push.example/",
        "",
    ],
)
def test_addresses_that_lead_elsewhere_are_refused(endpoint: str) -> None:
    with pytest.raises(Invalid):
        check_endpoint(endpoint)


def test_address_of_a_push_service_is_taken() -> None:
    for endpoint in ("https://fcm.googleapis.com/fcm/send/abc:def", "https://push.example:443/x"):
        assert check_endpoint(endpoint) == endpoint
    assert is_public("8.8.8.8")
    assert not is_public("192.168.1.1")
    assert not is_public("fe80::1%eth0")
    assert not is_public("224.0.0.1")


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!", "A" * 500])
def test_keys_of_another_length_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        decode_key(text, 16, "keys.auth")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (201, Fate.SENT),
        (200, Fate.SENT),
        (404, Fate.GONE),
        (410, Fate.GONE),
        (429, Fate.AGAIN),
        (503, Fate.AGAIN),
        (400, Fate.REFUSED),
        (403, Fate.REFUSED),
        (413, Fate.REFUSED),
        (301, Fate.REFUSED),
    ],
)
def test_answers_have_their_consequences(status: int, expected: Fate) -> None:
    assert fate(status) is expected


def test_attempts_come_ever_later_and_no_earlier_than_asked() -> None:
    assert [delay_ms(tries, None) for tries in (0, 1, 2)] == [10_000, 20_000, 40_000]
    assert delay_ms(0, 120) == 120_000
    assert delay_ms(50, None) == delay_ms(0, 10**9) == 3_600_000


def conversation(kind: str, title: str = "") -> Conversation:
    return Conversation("c1", kind, None, title, "active", None, "", 0, 1, 1, 0, None)


def event(kind: str, body: dict[str, object]) -> Event:
    return Event("c1", 1, 0, kind, Author("user", "1000", "Ana"), None, body, 0)


def test_words_say_who_where_and_what() -> None:
    said = message_news(conversation("direct"), event("message", {"text": "Hi"}), "")
    assert said == News("Ana", "Hi", "engage c1", "/wave/#/chats/c1")
    group = message_news(conversation("group", "Party"), event("message", {"text": "Hi"}), "xx")
    assert group.title == "Ana · Party"
    file = message_news(conversation("livechat"), event("file", {"file": {"name": "a.pdf"}}), "")
    assert (file.body, file.path) == ("Sent a file: a.pdf", "/wave/#/live-chat/c1")
    assert inquiry_news("c1", "Maria", "en").title == "Maria waits for an answer"


@given(st.text(max_size=9000), st.text(max_size=500))
def test_news_fit_a_push_message(text: str, name: str) -> None:
    encoded = News(name, text, "engage c1", "/wave/#/chats/c1").encoded()
    assert len(encoded.encode("utf-8", "replace")) <= LONGEST
    assert json.loads(encoded)["path"] == "/wave/#/chats/c1"
