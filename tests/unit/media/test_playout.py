"""Jitter buffer, concealment, and both together."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxcore.media.codecs.companded import MU_LAW
from pbxcore.media.concealment import Concealer
from pbxcore.media.goertzel import share
from pbxcore.media.jitter import Gap, JitterBuffer
from pbxcore.media.oscillator import sine
from pbxcore.media.playout import Playout
from pbxcore.media.samples import level_db, silence

STEP = 160


def run(arrivals: dict[int, list[int]], ticks: int, *, first: int = 0) -> list[int | Gap]:
    """Put in packets by number at their ticks, take one out at each."""
    buffer: JitterBuffer[int] = JitterBuffer(8000)
    taken = []
    for tick in range(ticks):
        for number in arrivals.get(tick, []):
            stamp = (first + number * STEP) & 0xFFFF_FFFF
            buffer.put((number + 65_530) & 0xFFFF, stamp, number)
        taken.append(buffer.take())
    return taken


def numbers(taken: list[int | Gap]) -> list[int]:
    return [each for each in taken if isinstance(each, int)]


def test_packets_in_time_come_out_one_by_one() -> None:
    taken = run({tick: [tick] for tick in range(50)}, 50)
    assert taken == [Gap.PAUSE, *range(49)]


def test_numbers_that_wrap_around_are_in_order() -> None:
    taken = run({tick: [tick] for tick in range(50)}, 50, first=0xFFFF_FFFF - 5 * STEP)
    assert numbers(taken) == list(range(49))


def test_packets_that_overtook_each_other_are_put_right() -> None:
    assert numbers(run({0: [0], 1: [2], 2: [1], 3: [3], 4: [4]}, 5)) == [0, 1, 2, 3]


def test_a_packet_lost_is_a_gap_of_one_turn() -> None:
    taken = run({tick: [tick] for tick in range(20) if tick != 9}, 20)
    assert taken[1:] == [*range(9), Gap.LOST, *range(10, 19)]


def test_a_stall_puts_off_what_follows_and_loses_nothing() -> None:
    arrivals = {tick: [tick] for tick in range(10)}
    arrivals[14] = list(range(10, 15))
    arrivals |= {tick: [tick] for tick in range(15, 40)}
    taken = run(arrivals, 40)
    assert numbers(taken) == list(range(len(numbers(taken))))
    assert 3 <= taken.count(Gap.LOST) <= 5


def test_when_the_network_is_calm_again_the_delay_shrinks() -> None:
    arrivals = {tick: [tick] for tick in range(10)}
    arrivals[17] = list(range(10, 18))
    arrivals |= {tick: [tick] for tick in range(18, 2000)}
    taken = run(arrivals, 2000)
    assert isinstance(taken[30], int)
    assert 30 - taken[30] >= 7
    assert isinstance(taken[-1], int)
    assert 1999 - taken[-1] <= 3


def test_a_pause_of_the_speaker_ends_at_the_next_packet() -> None:
    arrivals = {tick: [tick] for tick in range(20)} | {tick: [tick] for tick in range(120, 140)}
    taken = run(arrivals, 140)
    assert taken[60:120] == [Gap.PAUSE] * 60
    assert numbers(taken)[-1] == 138


def test_thirty_milliseconds_a_packet_are_learned() -> None:
    buffer: JitterBuffer[int] = JitterBuffer(8000)
    for number in range(4):
        buffer.put(number, number * 240, number)
    assert [buffer.take() for _ in range(4)] == [0, 1, 2, 3]


@settings(deadline=None)
@given(
    delays=st.lists(st.integers(0, 30), min_size=60, max_size=300),
    lost=st.sets(st.integers(0, 300)),
    first=st.integers(0, 0xFFFF_FFFF),
)
def test_whatever_the_network_does_packets_come_out_once_and_in_order(
    delays: list[int], lost: set[int], first: int
) -> None:
    arrivals: dict[int, list[int]] = {}
    for number, delay in enumerate(delays):
        if number not in lost:
            arrivals.setdefault(number + delay, []).append(number)
    came = numbers(run(arrivals, len(delays) + 60, first=first))
    assert came == sorted(set(came))


def test_a_gap_is_filled_with_the_same_pitch_and_fades() -> None:
    concealer = Concealer(8000)
    spoken = sine((200.0, 400.0, 600.0), 0.2, 8000, level=0.5, edges=False)
    concealer.heard(spoken)
    made_up = np.concatenate([concealer.lost(160) for _ in range(5)])
    assert share(made_up[:160], 200, 8000) > 0.2
    assert abs(level_db(made_up[:80]) - level_db(spoken)) < 2
    assert level_db(made_up[160:320]) < level_db(made_up[:160])
    assert not made_up[480:].any()
    blended = concealer.heard(spoken)
    assert (blended[40:] == spoken[40:]).all()


def test_concealing_one_lost_packet_beats_silence() -> None:
    spoken = sine((150.0, 300.0, 450.0), 1, 8000, level=0.5)
    concealer, errors = Concealer(8000), []
    for at in range(0, 8000, 160):
        frame = spoken[at : at + 160]
        if at == 4000:
            errors.append(concealer.lost(160).astype(float) - frame)
        else:
            concealer.heard(frame)
    assert np.mean(errors[0] ** 2) < np.mean(spoken[4000:4160].astype(float) ** 2) / 4


def test_a_stream_with_losses_is_a_tone_at_every_tick() -> None:
    tone = sine((500.0,), 2, 8000, edges=False)
    playout, heard = Playout(8000, 16_000), []
    for number in range(100):
        if number % 10 != 7:
            payload = MU_LAW.encode(tone[number * 160 : number * 160 + 160])
            playout.put(number, number * 160, payload, MU_LAW)
        frame = playout.frame()
        heard.append(silence(320) if frame is None else frame)
    assert all(len(each) == 320 for each in heard)
    assert share(np.concatenate(heard)[1600:], 500, 16_000) > 0.9
    assert playout.frame() is not None


def test_packets_of_any_length_fill_frames_of_twenty_milliseconds() -> None:
    for packet_ms in (10, 30, 40, 60):
        count = packet_ms * 8
        tone = sine((500.0,), 3, 8000, edges=False)
        playout, heard, sent = Playout(8000, 8000), [], 0
        for tick in range(100):
            while sent * packet_ms <= tick * 20:
                payload = MU_LAW.encode(tone[sent * count : (sent + 1) * count])
                playout.put(sent, sent * count, payload, MU_LAW)
                sent += 1
            if (frame := playout.frame()) is not None:
                heard.append(frame)
        assert {len(each) for each in heard} == {160}
        assert len(heard) > 90
        assert share(np.concatenate(heard)[320:], 500, 8000) > 0.95
