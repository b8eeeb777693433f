"""Telephone events: one press heard once, whatever the network does (RFC 4733 §2.5)."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.media.events import KEYS, OVER_S, EventReceiver, Press, keyed

RATE = 8000
keys = st.text(KEYS, min_size=1, max_size=6)


def packets(
    pressed: str, duration_ms: int = 100, gap_ms: int = 80, start: int = 1000
) -> list[tuple[float, bytes, int]]:
    """When each packet is sent, its payload and timestamp."""
    sent = keyed(pressed, duration_ms, gap_ms, RATE)
    return [
        (0.02 * tick, each.payload, start + each.timestamp & 0xFFFFFFFF)
        for tick, each in enumerate(sent)
        if each is not None
    ]


def heard(arriving: list[tuple[float, bytes, int]]) -> list[Press]:
    receiver, found = EventReceiver(), []
    now = 0.0
    for now, payload, timestamp in arriving:
        if receiver.deadline is not None and receiver.deadline <= now:
            found += receiver.tick(RATE, now)
        found += receiver.receive(payload, 1, timestamp, RATE, now)
    return found + receiver.tick(RATE, now + OVER_S)


@given(keys, st.integers(40, 400), st.integers(20, 200), st.integers(0, 0xFFFFFFFF))
def test_what_is_pressed_is_heard(pressed: str, duration: int, gap: int, start: int) -> None:
    found = heard(packets(pressed, duration, gap, start))
    assert "".join(each.key for each in found) == pressed
    assert all(each.duration_ms == duration for each in found)


@given(keys, st.data())
def test_loss_repetition_and_late_packets_change_nothing(pressed: str, data: st.DataObject) -> None:
    sent = packets(pressed)
    by_press: dict[int, list[int]] = {}
    for at, (_, _, timestamp) in enumerate(sent):
        by_press.setdefault(timestamp, []).append(at)
    kept = {data.draw(st.sampled_from(each)) for each in by_press.values()}
    kept |= data.draw(st.sets(st.integers(0, len(sent) - 1)))
    arriving = [sent[at] for at in sorted(kept)]
    for at in data.draw(st.lists(st.integers(0, len(arriving) - 1), max_size=4)):
        arriving.insert(at + 1, (arriving[at][0], *arriving[at][1:]))  # twice
    for at in data.draw(st.lists(st.integers(0, len(arriving) - 1), max_size=3)):
        moment, *late = arriving[at]
        del moment
        to = min(at + 2, len(arriving))
        arriving.insert(to, (arriving[to - 1][0], *late))  # again, after others
    assert "".join(each.key for each in heard(arriving)) == pressed


def test_a_press_is_told_at_its_end() -> None:
    receiver = EventReceiver()
    told = [bool(receiver.receive(payload, 1, at, RATE, now)) for now, payload, at in packets("5")]
    assert told == [False] * 4 + [True, False, False]


def test_a_press_whose_end_is_lost_is_over_when_nothing_more_comes() -> None:
    receiver = EventReceiver()
    for now, payload, timestamp in packets("5")[:3]:
        assert not receiver.receive(payload, 1, timestamp, RATE, now)
    assert receiver.deadline == pytest.approx(0.04 + OVER_S)
    assert not receiver.tick(RATE, 0.1)
    assert receiver.tick(RATE, 0.25) == [Press("5", 60)]
    assert receiver.deadline is None
    late = packets("5")[4]
    assert not receiver.receive(late[1], 1, late[2], RATE, 0.3)


def test_the_same_key_twice_is_two_presses_though_ends_are_lost() -> None:
    sent = [each for each in packets("55") if not each[1][1] & 0x80]
    assert [each.key for each in heard(sent)] == ["5", "5"]


def test_a_long_press_is_sent_in_segments_and_heard_as_one() -> None:
    sent = packets("8", duration_ms=20_000)
    assert len({timestamp for _, _, timestamp in sent}) == 3
    assert heard(sent) == [Press("8", 20_000)]


def test_a_phone_that_counts_its_timestamps_on_within_a_press_is_understood() -> None:
    sent = [
        (0.02 * n, struct.pack(">BBH", 5, 0x80 if n == 5 else 10, 160 * (n + 1)), 1000 + 160 * n)
        for n in range(6)
    ]
    assert [each.key for each in heard(sent)] == ["5"]


def test_another_source_is_another_phone() -> None:
    receiver = EventReceiver()
    for source in (1, 2):
        pressed = [
            press
            for now, payload, timestamp in packets("1")
            for press in receiver.receive(payload, source, timestamp, RATE, now)
        ]
        assert [each.key for each in pressed] == ["1"]


@given(st.lists(st.tuples(st.binary(max_size=8), st.integers(0, 0xFFFFFFFF)), max_size=20))
def test_any_bytes_are_presses_or_nothing(noise: list[tuple[bytes, int]]) -> None:
    found = heard([(0.02 * at, *each) for at, each in enumerate(noise)])
    assert all(each.key in KEYS for each in found)


def test_the_first_packet_is_marked_and_the_end_sent_thrice() -> None:
    sent = [each for each in keyed("12", 100, 80, RATE) if each is not None]
    assert [each.marker for each in sent] == ([True] + [False] * 6) * 2
    ends = [each for each in sent if each.payload[1] & 0x80]
    assert len(ends) == 6
    assert {each.timestamp for each in ends} == {0, 180 * 8}
    durations = [int.from_bytes(each.payload[2:]) for each in sent[:7]]
    assert durations == [160, 320, 480, 640, 800, 800, 800]
