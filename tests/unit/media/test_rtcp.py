"""RTCP: what is written is read again, and no bytes do harm (RFC 3550 §6, RFC 4585 §6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.media.feedback import translated
from pbxcore.media.reception import Reception
from pbxcore.media.reporting import Reporting
from pbxcore.media.rtcp import (
    Feedback,
    Goodbye,
    Item,
    Names,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    encode,
    is_rtcp,
    middle,
    ntp_time,
    parse,
    round_trip_s,
)
from pbxcore.media.rtp import Packet

words = st.integers(0, 0xFFFFFFFF)
blocks = st.lists(
    st.builds(
        ReportBlock,
        words,
        st.integers(0, 255),
        st.integers(-0x800000, 0x7FFFFF),
        words,
        words,
        words,
        words,
    ),
    max_size=31,
).map(tuple)
names = st.lists(st.tuples(words, st.text(max_size=60)), max_size=31).map(tuple)
controls = st.integers(0, 5).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n))
items = st.one_of(
    st.builds(SenderReport, words, st.integers(0, 2**64 - 1), words, words, words, blocks),
    st.builds(ReceiverReport, words, blocks),
    st.builds(Names, names),
    st.builds(Goodbye, st.lists(words, max_size=31).map(tuple)),
    st.builds(Feedback, st.sampled_from([205, 206]), st.integers(0, 31), words, words, controls),
)


@given(st.lists(items, min_size=1, max_size=5))
def test_what_is_written_is_read_again(sent: list[Item]) -> None:
    assert parse(encode(sent)) == sent


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_items_or_none(noise: bytes, likely: bool) -> None:
    parse(b"\x81\xc9\x00\x07" + noise if likely else noise)


@given(st.lists(items, min_size=1, max_size=3), st.data())
def test_a_packet_cut_short_or_lengthened_does_no_harm(
    sent: list[Item], data: st.DataObject
) -> None:
    whole = bytearray(encode(sent))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    parse(bytes(whole[: data.draw(st.integers(0, len(whole)))]))


def test_padding_and_unknown_types_are_passed_over() -> None:
    unknown = b"\x80\xcc\x00\x02" + bytes(4) + b"APP!"
    padded = b"\xa1\xcb\x00\x02" + (7).to_bytes(4) + b"\x00\x00\x00\x04"
    assert parse(unknown + padded) == [Goodbye((7,))]
    assert parse(padded + unknown) is None  # only the last may be padded
    assert parse(unknown) is None


def test_rtcp_is_told_from_rtp_by_its_type() -> None:
    assert all(map(is_rtcp, range(200, 208)))
    assert not any(is_rtcp(marked | kind) for marked in (0, 128) for kind in (0, 8, 34, 96, 127))


def test_the_round_trip_is_what_passed_without_the_peers_wait() -> None:
    sent_at = ntp_time(1_700_000_000.0)
    block = ReportBlock(1, last_report=middle(sent_at), since_last=65536 * 2)
    passed = round_trip_s(block, ntp_time(1_700_000_002.25))
    assert passed == pytest.approx(0.25, abs=1e-4)
    assert round_trip_s(block, ntp_time(1_700_000_001.99)) == 0.0  # a clock of ours set back
    assert round_trip_s(ReportBlock(1), sent_at) is None


def test_two_reports_give_the_round_trip_and_the_peers_figures() -> None:
    ours, theirs = Reception(), Reception()
    for number in range(100):
        if number % 10:
            packet = Packet(size=0)
            packet.ssrc, packet.sequence, packet.timestamp = 1, number, number * 160
            packet.arrived_at = number * 0.02
            theirs.receive(packet)
    here, there = Reporting(1, "a", ours), Reporting(2, "b", theirs)
    there.hear(parse(here.compound(ntp_time(100.0), 0, 100, 16000)) or [], ntp_time(100.1))
    here.hear(parse(there.compound(ntp_time(103.1), 0, 0, 0)) or [], ntp_time(103.2))
    assert here.round_trip_s == pytest.approx(0.2, abs=1e-3)
    sent = here.sent(100, 16000, "PCMU", 8000)
    assert sent.lost == 9  # the first one's number is the base
    assert 2.5 < sent.mos < 4.2
    assert here.sent(100, 16000, "", 8000).mos == 0


def test_a_report_is_a_senders_only_while_it_sends() -> None:
    reporting = Reporting(1, "name", Reception())
    kinds = [
        type((parse(reporting.compound(ntp_time(1.0), 0, packets, 0)) or [])[0])
        for packets in (0, 5, 5, 6)
    ]
    assert kinds == [ReceiverReport, SenderReport, ReceiverReport, SenderReport]


def test_a_goodbye_ends_the_last_compound() -> None:
    reporting = Reporting(1, "name", Reception())
    said = parse(reporting.compound(ntp_time(1.0), 0, 0, 0, ends=True)) or []
    assert said[-1] == Goodbye((1,))


@pytest.mark.parametrize(
    ("asked", "passed_on"),
    [
        (Feedback(206, 1, 9, 8), Feedback(206, 1, 1, 2)),
        (
            Feedback(206, 4, 9, 0, b"\0\0\0\x08\x05\0\0\0"),
            Feedback(206, 4, 1, 2, b"\0\0\0\x02\x05\0\0\0"),
        ),
        (
            Feedback(205, 1, 9, 8, b"\x00\x05\x00\x03"),
            Feedback(205, 1, 1, 2, b"\xff\xfe\x00\x03"),
        ),
        (
            Feedback(206, 15, 9, 0, b"REMB\x02\x12\x34\x56\0\0\0\x08\0\0\0\x09"),
            Feedback(206, 15, 1, 0, b"REMB\x01\x12\x34\x56\0\0\0\x02"),
        ),
        (Feedback(206, 15, 9, 0, b"what"), None),
        (Feedback(205, 15, 9, 8, bytes(8)), None),  # transport-wide: between neighbours
    ],
)
def test_feedback_is_asked_again_in_the_sources_own_numbers(
    asked: Feedback, passed_on: Feedback | None
) -> None:
    assert translated(asked, sender=1, media=2, shift=7) == passed_on
