"""RTP packets: what is built is read again, and no bytes do harm (RFC 3550 §5.1, §A.1)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pbxcore.media.rtp import Packet, build

words = st.integers(0, 0xFFFFFFFF)
halves = st.integers(0, 0xFFFF)


@given(
    st.binary(max_size=400),
    st.integers(0, 127),
    st.booleans(),
    st.tuples(halves, words, words),
    st.lists(words, max_size=15),
    st.none()
    | st.tuples(
        halves, st.integers(0, 8).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n))
    ),
    st.integers(0, 255),
)
def test_what_is_built_is_read_again(
    payload: bytes,
    payload_type: int,
    marker: bool,
    numbers: tuple[int, int, int],
    sources: list[int],
    extension: tuple[int, bytes] | None,
    padding: int,
) -> None:
    sequence, timestamp, ssrc = numbers
    data = build(
        payload,
        payload_type=payload_type,
        sequence=sequence,
        timestamp=timestamp,
        ssrc=ssrc,
        marker=marker,
        sources=sources,
        extension=extension,
        padding=padding,
    )
    packet = Packet(data)
    assert packet.read(len(data))
    assert bytes(packet.payload) == payload
    assert (packet.payload_type, packet.marker) == (payload_type, marker)
    assert (packet.sequence, packet.timestamp, packet.ssrc) == numbers
    assert packet.extension == extension


@given(st.binary(max_size=200))
def test_any_bytes_are_a_packet_within_their_bounds_or_none(noise: bytes) -> None:
    packet = Packet(noise)
    if packet.read(len(noise)):
        assert 12 <= packet.begin <= packet.end <= len(noise)
        _ = packet.extension
    elif len(noise) >= 12:
        assert noise[0] != 0x80
