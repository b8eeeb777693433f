"""Tokens by which a web site vouches for its visitors: what is taken, and what is not."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.livechat.form import Form
from engage.livechat.identity.token import IdentityRefused, Signed, check, over
from engage.livechat.model import Details
from tests.support.vouching import identity, part, signed

NOW = 1_800_000_000
SECRET = "a secret of the web site"  # noqa: S105
HOUR = 3_600


def read(token: str, *, keys: tuple[str, ...] = (SECRET,), issuer: str = "") -> Signed:
    return check(
        token,
        [each.encode() for each in keys],
        audiences=("demo", "id-of-demo"),
        issuer=issuer,
        now_s=NOW,
    )


def reason(token: str, **options: Any) -> str:
    with pytest.raises(IdentityRefused) as refused:
        read(token, **options)
    return refused.value.reason


def token(**claims: Any) -> str:
    return identity(SECRET, claims.pop("sub", "customer-7"), now_s=NOW, **claims)


def test_a_signed_visitor_has_the_subject_and_details_of_the_token() -> None:
    given_details = {"name": " Kim  Lee", "email": "kim@shop.example", "phone_number": "+49 30 12"}
    assert read(token(**given_details)) == Signed(
        "customer-7", Details("Kim  Lee", "kim@shop.example", "+49 30 12")
    )
    assert read(token(aud=["other", "id-of-demo"], phone="112")).details.phone == "112"


def test_each_live_key_is_taken_and_no_other() -> None:
    old, new = identity("old", "x", now_s=NOW), identity("new", "x", now_s=NOW)
    assert read(old, keys=("new", "old")).subject == read(new, keys=("new", "old")).subject
    assert reason(old, keys=("new",)) == "signature"
    assert reason(old, keys=()) == "signature"


def test_the_example_of_rfc_7515_a_1_has_a_right_signature() -> None:
    key = base64.urlsafe_b64decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow=="
    )
    example = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    with pytest.raises(IdentityRefused) as refused:  # the signature is right, but whose is it?
        check(example, [key], audiences=("demo",), issuer="joe", now_s=1_300_819_300)
    assert refused.value.reason == "audience"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "hs256", "typ": "JWT"},
        {"alg": "HS512", "typ": "JWT"},
        {"alg": "RS256", "typ": "JWT"},
        {"alg": ["HS256"]},
        {"typ": "JWT"},
        {"alg": "HS256", "crit": ["exp"]},
        {"alg": "HS256", "typ": "passport"},
    ],
)
def test_another_algorithm_is_never_followed(header: dict[str, Any]) -> None:
    claims = {"aud": "demo", "sub": "x", "exp": NOW + 60}
    assert reason(signed(SECRET, claims, header)) == "algorithm"


def test_a_token_without_its_signature_is_refused() -> None:
    head, claims, _ = token().split(".")
    assert reason(f"{head}.{claims}.") == "signature"
    unsigned = f"{part({'alg': 'none'})}.{claims}."
    assert reason(unsigned) == "algorithm"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": None}, "no expiry"),
        ({"exp": NOW - 61}, "expired"),
        ({"exp": NOW + 24 * HOUR + 61}, "lives too long"),
        ({"exp": "tomorrow"}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"exp": float("nan")}, "malformed"),  # would be over at no time
        ({"nbf": NOW + 120}, "not valid yet"),
        ({"iat": NOW + 120}, "not valid yet"),
        ({"aud": "another chat"}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": [{}]}, "audience"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "x" * 201}, "subject"),
        ({"sub": "a\u0000b"}, "subject"),
        ({"email": "nobody"}, "email"),
        ({"name": {"first": "Kim"}}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"phone_number": "call me"}, "phone_number"),
    ],
)
def test_claims_that_do_not_hold_are_named(claims: dict[str, Any], why: str) -> None:
    assert reason(token(**claims)) == why


def test_clocks_may_differ_by_a_minute() -> None:
    assert read(token(exp=NOW - 59, iat=NOW + 59)).subject == "customer-7"
    assert read(token(exp=NOW + 24 * HOUR + 59)).subject == "customer-7"


def test_an_issuer_is_asked_for_where_one_is_set() -> None:
    assert reason(token(), issuer="shop") == "issuer"
    assert reason(token(iss="other"), issuer="shop") == "issuer"
    assert read(token(iss="shop"), issuer="shop").subject == "customer-7"


@pytest.mark.parametrize(
    "text",
    ["", "a.b", "a.b.c.d", "x" * 5_000, "é.é.é", ".".join(("e30", "e30=", "AA")), "W10.W10.AA"],
)
def test_what_is_no_token_is_malformed(text: str) -> None:
    assert reason(text) == "malformed"


def test_a_name_that_stands_twice_is_refused() -> None:
    twice = part(b'{"alg":"none","alg":"HS256"}')
    assert reason(f"{twice}.{part({})}.AA") == "malformed"


def test_a_changed_character_anywhere_is_noticed() -> None:
    whole = token(name="Kim")
    for at in range(0, len(whole), 7):
        other = "A" if whole[at] != "A" else "B"
        if whole[at] != ".":
            with pytest.raises(IdentityRefused):
                read(whole[:at] + other + whole[at + 1 :])


@given(st.text(max_size=300))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    with pytest.raises(IdentityRefused):
        read(text)


def test_what_is_signed_replaces_what_was_typed() -> None:
    typed = Form("Somebody", "else@shop.example", "+1 2345", consent=True)
    assert over(Details("Kim Lee", "", "112"), typed) == Form(
        "Kim Lee", "else@shop.example", "112", consent=True
    )
