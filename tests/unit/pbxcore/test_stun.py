"""STUN keep-alives: the vectors of RFC 5769, and silence for everything that is not sound."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.sip import stun
from tests.support.stun_client import binding_request, mapped_address

TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")


def request(*attributes: tuple[int, bytes], printed: bool = False) -> bytes:
    body = b"".join(
        struct.pack(">HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)
        for kind, value in attributes
    )
    head = struct.pack(">HHI", 1, len(body) + 8 * printed, stun.COOKIE) + TRANSACTION
    if not printed:
        return head + body
    total = zlib.crc32(head + body) ^ stun.FINGERPRINT_XOR
    return head + body + struct.pack(">HHI", stun.FINGERPRINT, 4, total)


@pytest.mark.parametrize(
    ("host", "value"),
    [
        # RFC 5769 §2.2 and §2.3
        ("192.0.2.1", "0001a147e112a643"),
        (
            "2001:db8:1234:5678:11:2233:4455:6677",
            "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9",
        ),
    ],
)
def test_the_address_is_told_as_the_rfc_writes_it(host: str, value: str) -> None:
    answer = stun.answer(binding_request(TRANSACTION), host, 32853)
    assert answer is not None
    written = bytes.fromhex(value)
    assert answer == (
        struct.pack(">HHI", 0x0101, len(written) + 4, stun.COOKIE)
        + TRANSACTION
        + struct.pack(">HH", 0x0020, len(written))
        + written
    )
    assert mapped_address(answer, TRANSACTION) == (host, 32853)


def test_a_fingerprint_is_checked_and_answered_with_one() -> None:
    sound = request((0x8022, b"a phone"), printed=True)
    answer = stun.answer(sound, "192.0.2.1", 5060)
    assert answer is not None
    assert struct.unpack(">HHI", answer[-8:]) == (
        stun.FINGERPRINT,
        4,
        zlib.crc32(answer[:-8]) ^ stun.FINGERPRINT_XOR,
    )
    assert stun.answer(sound[:-1] + bytes([sound[-1] ^ 1]), "192.0.2.1", 5060) is None
    # and nothing may stand behind it
    misplaced = request((stun.FINGERPRINT, b"abcd"), (0x8022, b"x"))
    assert stun.answer(misplaced, "192.0.2.1", 5060) is None


def test_what_must_be_understood_and_is_not_is_named() -> None:
    """CHANGE-REQUEST, which would have the answer come from elsewhere, is one of them."""
    answer = stun.answer(request((0x0003, b"\0\0\0\6")), "192.0.2.1", 5060)
    assert answer is not None
    assert answer[:2] == b"\x01\x11"
    assert answer[20:28] == b"\0\x09\0\4\0\0\4\x14"
    assert answer[28:34] == b"\0\x0a\0\2\0\3"


def test_credentials_and_optional_attributes_do_not_matter() -> None:
    answer = stun.answer(request((0x0006, b"anna"), (0x8022, b"x")), "192.0.2.1", 5060)
    assert answer is not None
    assert answer[:2] == b"\x01\x01"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        request()[:19],
        request() + b"\0\0\0\0",
        b"\0\1\0\4" + request()[4:],
        b"\1\1" + request()[2:],  # an answer must not be answered: two servers would never end
        b"\0\x11" + request()[2:],  # an indication
        request()[:4] + b"\0\0\0\0" + request()[8:],  # RFC 3489 had no cookie
        request((0x8022, b"x" * 600)),
        request()[:2] + b"\0\4" + request()[4:] + b"\x80\x22\xff\xff",
    ],
)
def test_anything_malformed_is_met_with_silence(data: bytes) -> None:
    assert stun.answer(data, "192.0.2.1", 5060) is None


@given(st.binary(max_size=600), st.binary(min_size=0, max_size=64))
def test_no_bytes_raise_or_are_answered_with_much_more(noise: bytes, tail: bytes) -> None:
    framed = struct.pack(">HHI", 1, len(tail), stun.COOKIE) + TRANSACTION + tail
    for data in (noise, framed):
        answer = stun.answer(data, "2001:db8::1", 5060)
        assert answer is None or len(answer) <= len(data) + 32
