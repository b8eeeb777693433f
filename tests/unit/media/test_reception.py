"""Loss, jitter and what they mean for the ear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.media.quality import mean_opinion
from pbxcore.media.reception import Reception
from pbxcore.media.rtp import Packet


def receive(
    reception: Reception, ssrc: int, sequence: int, timestamp: int, arrived_at: float
) -> None:
    packet = Packet(size=0)
    packet.ssrc, packet.sequence, packet.timestamp = ssrc, sequence, timestamp
    packet.arrived_at = arrived_at
    reception.receive(packet)


def received(numbers: list[int], *, first: int = 0) -> Reception:
    reception = Reception()
    for number in numbers:
        receive(reception, 7, (first + number) & 0xFFFF, (number * 160) & 0xFFFFFFFF, number * 0.02)
    return reception


@given(st.integers(0, 0xFFFF), st.integers(2, 400), st.data())
def test_what_is_missing_is_counted_round_the_end_of_the_numbers_and_out_of_order(
    first: int, count: int, data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.integers(1, count - 2)) if count > 3 else st.just(set[int]()))
    numbers = [number for number in range(count) if number not in gone]
    for at in data.draw(st.lists(st.integers(1, max(len(numbers) - 2, 1)), max_size=5)):
        if at + 1 < len(numbers):
            numbers[at], numbers[at + 1] = numbers[at + 1], numbers[at]
    reception = received(numbers, first=first)
    assert reception.expected == count
    assert reception.lost == len(gone)


def test_an_even_stream_has_no_jitter_and_an_uneven_one_that_of_the_rfc() -> None:
    assert received(list(range(100))).jitter_ms == pytest.approx(0, abs=1e-6)
    reception, expected = Reception(), 0.0
    for number in range(50):
        receive(reception, 7, number, number * 160, number * 0.02 + (0.01 if number % 2 else 0))
        if number:
            expected += (80 - expected) / 16
    assert reception.jitter_ms == pytest.approx(expected / 8)


def test_a_timestamp_that_goes_round_is_no_jitter() -> None:
    reception = Reception()
    for number in range(20):
        receive(reception, 7, number, (0xFFFFFFFF - 800 + number * 160) & 0xFFFFFFFF, number * 0.02)
    assert reception.jitter_ms == pytest.approx(0, abs=1e-6)


def test_the_share_lost_is_that_since_the_last_report() -> None:
    reception = received([number for number in range(101) if number % 4 != 2])
    block = reception.report(5, 6)
    assert block is not None
    assert (block.fraction, block.lost, block.last_report, block.since_last) == (63, 25, 5, 6)
    for number in range(101, 201):
        receive(reception, 7, number, number * 160, number * 0.02)
    block = reception.report(0, 0)
    assert block is not None
    assert (block.fraction, block.lost) == (0, 25)


def test_another_source_and_numbers_begun_anew_lose_nothing() -> None:
    reception = received(list(range(50)))
    for number in range(50):
        receive(reception, 8, 30_000 + number, number * 160, number * 0.02)
    assert (reception.expected, reception.lost) == (100, 0)
    for number in range(50):
        receive(reception, 8, 9_000 + number, number * 160, number * 0.02)
    assert reception.lost <= 1


def test_one_packet_far_off_counts_for_nothing() -> None:
    reception = received(list(range(50)))
    receive(reception, 7, 40_000, 1, 1.0)
    receive(reception, 7, 50, 50 * 160, 1.0)
    assert (reception.expected, reception.lost) == (51, 0)


def test_nothing_is_reported_of_nobody() -> None:
    assert Reception().report(0, 0) is None
    assert (Reception().expected, Reception().lost) == (0, 0)


def test_the_score_falls_with_loss_delay_and_poorer_codecs() -> None:
    best = mean_opinion("PCMU", lost=0, delay_ms=0)
    assert best == pytest.approx(4.41)
    assert mean_opinion("G722", lost=0.01, delay_ms=40) > 4.0
    assert 2.5 < mean_opinion("PCMA", lost=0.1, delay_ms=40) < 3.6
    assert mean_opinion("PCMU", lost=0, delay_ms=400) < 3.8
    assert mean_opinion("GSM", lost=0, delay_ms=0) < mean_opinion("G729", lost=0, delay_ms=0) < best
    assert mean_opinion("PCMU", lost=1, delay_ms=5000) == 1.0


@given(st.floats(0, 1), st.floats(0, 2000), st.sampled_from(["PCMU", "opus", "unheard-of"]))
def test_the_score_keeps_to_its_scale(lost: float, delay_ms: float, codec: str) -> None:
    assert 1 <= mean_opinion(codec, lost=lost, delay_ms=delay_ms) <= 4.5
