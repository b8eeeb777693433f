"""Datagrams of a fax are told from everything else that comes to their port."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from pbxcore.media.rtp import build
from pbxcore.media.udptl import UdptlReader, UdptlWriter, is_datagram


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


def test_what_is_lost_comes_with_what_follows() -> None:
    writer, reader = UdptlWriter(), UdptlReader()
    packets = [b"packet %d" % number for number in range(12)]
    datagrams = [writer.write(each) for each in packets]
    assert all(is_datagram(each) for each in datagrams)

    found = [each for at in (0, 1, 4, 4, 3, 8, 9) for each in reader.read(datagrams[at])]

    assert found == [(number, packets[number]) for number in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)]


def test_a_datagram_takes_no_more_than_every_receiver_has_room_for() -> None:
    writer = UdptlWriter()
    sizes = [len(writer.write(bytes(size))) for size in (150, 150, 150, 300, 20)]
    assert max(sizes) <= 400
    assert sizes[1] > 300


def test_numbers_go_round() -> None:
    reader = UdptlReader()
    assert reader.read(b"\xff\xff\x01a\x00\x00") == [(0xFFFF, b"a")]
    assert reader.read(b"\x00\x01\x01c\x00\x02\x01b\x01a") == [(0, b"b"), (1, b"c")]


def test_a_sender_that_counts_anew_is_heard_again() -> None:
    reader = UdptlReader()
    assert reader.read(b"\x7f\x00\x01a\x00\x00")
    taken = [reader.read(bytes((0, at // 2)) + b"\x01b\x00\x00") for at in range(24)]
    assert [each for each in taken if each] == [[(at, b"b")] for at in range(7, 12)]


def test_parity_is_left_out() -> None:
    assert UdptlReader().read(b"\x00\x05\x02ab\x80\x01\x03\x01\x01x") == [(5, b"ab")]


@given(st.binary(max_size=64))
def test_noise_holds_no_packets_that_are_not_in_it(data: bytes) -> None:
    for _, packet in UdptlReader().read(data):
        assert packet in data
