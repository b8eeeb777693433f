"""Tones made and tones heard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxcore.media.commands import Tone
from pbxcore.media.goertzel import FaxDetector, Key, KeyDetector, share
from pbxcore.media.oscillator import key_tones, one_round, sine
from pbxcore.media.samples import Samples, level_db, rounded, silence
from pbxcore.media.tones import (
    CED_HZ,
    CNG_HZ,
    KEYS,
    PLANS,
    V21_MARK_HZ,
    V21_SPACE_HZ,
    plan_for,
    tone,
)
from tests.support.examples import examples

RATE = 8000
MEANINGS = ("dial", "ring_back", "busy", "congestion", "call_waiting", "special")


def in_frames(samples: Samples, size: int = 160) -> list[Samples]:
    return [samples[at : at + size] for at in range(0, len(samples), size)]


def keys_in(samples: Samples, size: int = 160) -> list[Key]:
    detector = KeyDetector(RATE)
    pieces = in_frames(np.concatenate((samples, silence(800))), size)
    return [key for piece in pieces for key in detector.hear(piece)]


def noise(count: int, level: float, seed: int = 1) -> Samples:
    return rounded(np.random.default_rng(seed).normal(0, level * 32_767, count))


@pytest.mark.parametrize("country", PLANS)
def test_every_tone_of_a_country_sounds_and_is_told_from_its_others(country: str) -> None:
    plan = plan_for(country.upper())
    for meaning in MEANINGS:
        cadences = plan.tone(meaning).cadences
        sounding, seconds = next(each for each in cadences if each[0])
        made = one_round(plan.tone(meaning), RATE)
        assert len(made) == sum(round(length * RATE) for _, length in cadences)
        assert share(made[: round(seconds * RATE)], sounding[0], RATE) > 0.7 / len(sounding)
    assert plan.busy != plan.ring_back


def test_a_country_without_a_plan_has_the_recommended_one() -> None:
    assert plan_for("zz").busy == plan_for("nl").busy == tone("425/500 0/500")


def test_a_tone_of_one_cadence_repeats_without_a_seam() -> None:
    dial = one_round(plan_for("us").dial, RATE)
    steps = np.abs(np.diff(np.concatenate((dial, dial)).astype(int)))
    assert steps[len(dial) - 1] <= steps.max()
    assert level_db(dial[-80:]) > -25


def test_a_written_tone_has_frequencies_and_pauses() -> None:
    assert tone("350+440/1000 0/500") == Tone((((350.0, 440.0), 1.0), ((), 0.5)))
    with pytest.raises(ValueError, match="invalid"):
        tone("425")


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_heard_with_its_length(key: str) -> None:
    (heard,) = keys_in(key_tones(key, RATE, duration_ms=160, gap_ms=80))
    assert heard.digit == key
    assert 120 <= heard.duration_ms <= 180


@settings(max_examples=examples(20), deadline=None)
@given(
    keys=st.text("0123456789*#ABCD", min_size=1, max_size=5),
    duration_ms=st.integers(50, 200),
    gap_ms=st.integers(50, 120),
    lead=st.integers(0, 300),
    size=st.sampled_from([80, 160, 240, 480]),
    loudness=st.floats(0.06, 1.0),
)
def test_keys_are_heard_in_order_wherever_frames_begin(
    keys: str, duration_ms: int, gap_ms: int, lead: int, size: int, loudness: float
) -> None:
    pressed = key_tones(keys, RATE, duration_ms=duration_ms, gap_ms=gap_ms)
    sound = np.concatenate((silence(lead), rounded(pressed * loudness), silence(400)))
    sound = rounded(sound.astype(float) + noise(len(sound), 0.002))
    assert "".join(key.digit for key in keys_in(sound, size)) == keys


def test_a_key_too_short_is_none() -> None:
    for lead in range(0, 110, 10):  # Q.24: below 23 ms never
        short = np.concatenate((silence(lead), sine(KEYS["5"], 0.022, RATE)))
        assert keys_in(short) == []


def test_what_is_no_key_is_not_heard_as_one() -> None:
    assert keys_in(noise(RATE * 4, 0.2)) == []
    assert keys_in(sine((697.0,), 1, RATE)) == []
    assert keys_in(one_round(plan_for("us").dial, RATE)) == []
    assert keys_in(one_round(plan_for("de").busy, RATE)) == []
    vowel = sum(np.sin(2 * np.pi * 140 * n * np.arange(RATE) / RATE) / n for n in range(1, 20))
    assert keys_in(rounded(vowel * 6000)) == []


@pytest.mark.parametrize(
    ("name", "hz"),
    [("cng", CNG_HZ), ("cng", CNG_HZ - 38), ("cng", CNG_HZ + 38), ("ced", CED_HZ), ("ced", 2115)],
)
def test_a_fax_tone_is_told_once(name: str, hz: float) -> None:
    detector = FaxDetector(RATE)
    sound = np.concatenate(
        [np.concatenate((silence(777), sine((hz,), 0.5, RATE))) for _ in range(3)]
    )
    assert [each for piece in in_frames(sound) for each in detector.hear(piece)] == [name]


def test_a_short_beep_and_noise_are_no_fax() -> None:
    detector = FaxDetector(RATE)
    assert detector.hear(sine((CNG_HZ,), 0.3, RATE)) == []
    assert detector.hear(silence(RATE)) == []
    assert detector.hear(noise(RATE * 2, 0.3)) == []


def test_flags_by_v21_are_told_and_a_held_tone_beside_them_is_not() -> None:
    bits = np.tile([0, 1, 1, 1, 1, 1, 1, 0], 40)
    of_bit = np.where(bits[np.arange(RATE) * 300 // RATE], V21_MARK_HZ, V21_SPACE_HZ)
    flags = rounded(9000 * np.sin(np.cumsum(2 * np.pi * of_bit / RATE)))
    detector = FaxDetector(RATE)
    assert [each for piece in in_frames(flags) for each in detector.hear(piece)] == ["v21"]
    for hz in (V21_MARK_HZ, 1760.0, V21_SPACE_HZ):
        detector = FaxDetector(RATE)
        held = in_frames(sine((hz,), 1, RATE))
        assert [each for piece in held for each in detector.hear(piece)] == []
