"""Codes of an authenticator app: the vectors of RFC 6238, the window, no code twice."""

from __future__ import annotations

import base64

import pyotp
import pytest

from engage.people.sign_in import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238 appendix B


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_rfc_6238_are_taken(seconds: int, code: str) -> None:
    assert totp.matching_step(SECRET, code, seconds * 1000, 0) == seconds // 30


def test_a_clock_may_be_a_step_early_or_late_and_no_more() -> None:
    now = 1_800_000_000_000
    present = now // totp.STEP_MS
    taken = [
        offset
        for offset in range(-4, 5)
        if totp.matching_step(SECRET, pyotp.TOTP(SECRET).generate_otp(present + offset), now, 0)
    ]
    assert taken == [-1, 0, 1]


def test_a_step_counts_once_and_none_before_it_afterwards() -> None:
    now = 1_800_000_000_000
    present = now // totp.STEP_MS
    codes = {offset: pyotp.TOTP(SECRET).generate_otp(present + offset) for offset in (-1, 0, 1)}
    used = totp.matching_step(SECRET, codes[0], now, 0)
    assert used == present
    assert totp.matching_step(SECRET, codes[0], now, used) is None
    assert totp.matching_step(SECRET, codes[-1], now, used) is None
    assert totp.matching_step(SECRET, codes[1], now, used) == present + 1


@pytest.mark.parametrize("wrong", ["", "28708", "2870821", "٢٨٧٠٨٢", "abcdef"])
def test_what_is_no_code_is_no_code(wrong: str) -> None:
    assert totp.matching_step(SECRET, wrong, 59_000, 0) is None
    assert not totp.looks_like_code(wrong) or wrong.isascii()


def test_the_picture_is_an_image_without_script() -> None:
    uri = totp.address(SECRET, "1000", "chat.example")
    assert uri.startswith("otpauth://totp/Engage:1000%40chat.example?secret=")
    assert "issuer=Engage" in uri
    picture = totp.picture(uri)
    assert picture.startswith("data:image/svg+xml")
    assert "script" not in picture
