"""Datagrams of a fax are told from everything else that comes to their port."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from pbxcore.media.rtp import build
from pbxcore.media.udptl import is_datagram


def packed(content: bytes) -> bytes:
    size = len(content)
    return (bytes((size,)) if size < 128 else (0x8000 | size).to_bytes(2)) + content


@given(
    number=st.integers(0, 0xFFFF),
    primary=st.binary(max_size=300),
    before=st.lists(st.binary(max_size=200), max_size=7),
    parity=st.booleans(),
)
@example(number=0x8000, primary=b"", before=[], parity=False)
def test_a_datagram_is_known_until_it_is_cut(
    number: int, primary: bytes, before: list[bytes], parity: bool
) -> None:
    over = packed(b"\x03") if parity else b""
    recovery = bytes((0x80 * parity,)) + over + bytes((len(before),))
    whole = number.to_bytes(2) + packed(primary) + recovery + b"".join(map(packed, before))
    assert is_datagram(whole)
    assert not is_datagram(whole[:-1])
    assert not is_datagram(whole + b"\0")


@given(sequence=st.integers(0, 0xFFFF), payload_type=st.integers(0, 127), level=st.integers(0, 255))
def test_a_voice_is_none(sequence: int, payload_type: int, level: int) -> None:
    voice = build(
        bytes((level,)) * 160,
        payload_type=payload_type, sequence=sequence, timestamp=160, ssrc=7, marker=False,
    )  # fmt: skip
    assert not is_datagram(voice)


@given(st.binary(max_size=60))
def test_noise_is_read_without_trouble(noise: bytes) -> None:
    assert is_datagram(noise) in (True, False)
