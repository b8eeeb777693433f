"""Who hears whom in a conference."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxcore.media.mixer import Member, Mixer
from pbxcore.media.oscillator import sine
from pbxcore.media.samples import Samples, silence
from pbxcore.media.voice_activity import VoiceActivity
from tests.support.vowel import vowel

RATE = 8000
SIZE = 160


def room(**members: Member) -> Mixer:
    mixer = Mixer(RATE)
    for name, member in members.items():
        mixer.join(name, member)
    return mixer


def voice(seconds: float, pitch_hz: float = 140) -> Samples:
    return vowel(seconds, RATE, pitch_hz)


NAMES = st.sampled_from("abcde")
LISTS = st.lists(NAMES, max_size=3).map(tuple)
MEMBERS = st.builds(Member, st.booleans(), st.booleans(), LISTS, LISTS)


@settings(deadline=None)
@given(
    members=st.dictionaries(NAMES, MEMBERS, min_size=1),
    said=st.dictionaries(NAMES, st.integers(1, 5000)),
)
def test_everybody_hears_whom_they_are_to_hear_and_never_themselves(
    members: dict[str, Member], said: dict[str, int]
) -> None:
    mixer = room(**members)
    frames = {n: np.full(SIZE, v, np.int16) for n, v in said.items() if n in members}
    heard, _ = mixer.mix(frames)
    assert heard.keys() == members.keys()
    for name, listener in members.items():
        wished = 0
        for other, speaker in members.items():
            if other == name or other not in frames or speaker.muted or listener.deaf:
                continue
            if listener.hears and other not in listener.hears:
                continue
            if speaker.speaks and name not in speaker.speaks:
                continue
            wished += said[other]
        assert (heard[name] == wished).all()


def test_those_who_say_nothing_hear_the_same_array() -> None:
    mixer = room(a=Member(), b=Member(), c=Member())
    heard, _ = mixer.mix({"a": sine((400.0,), 0.02, RATE)})
    assert heard["b"] is heard["c"] or heard["b"].base is heard["c"].base
    assert not heard["a"].any()


def test_what_is_too_loud_together_is_cut_off() -> None:
    mixer = room(a=Member(), b=Member(), c=Member())
    heard, _ = mixer.mix({n: np.full(SIZE, 30_000, np.int16) for n in "ab"})
    assert (heard["c"] == 32_767).all()


def test_whisper_is_heard_by_one_alone() -> None:
    mixer = room(agent=Member(), caller=Member(), boss=Member(speaks=("agent",)))
    said = {"agent": 10, "caller": 100, "boss": 1000}
    heard, _ = mixer.mix({n: np.full(SIZE, v, np.int16) for n, v in said.items()})
    assert {n: int(h[0]) for n, h in heard.items()} == {"agent": 1100, "caller": 10, "boss": 110}


def test_who_left_is_not_heard() -> None:
    mixer = room(a=Member(), b=Member())
    mixer.leave("a")
    mixer.leave("nobody")
    heard, _ = mixer.mix({})
    assert list(heard) == ["b"]
    assert len(mixer) == 1


def test_a_voice_is_talking_and_hum_and_silence_are_not() -> None:
    activity = VoiceActivity(RATE)
    sound = np.concatenate((silence(RATE), voice(1), silence(RATE)))
    changes = [
        (at // SIZE, activity.talks)
        for at in range(0, len(sound), SIZE)
        if activity.hear(sound[at : at + SIZE])
    ]
    assert [talks for _, talks in changes] == [True, False]
    assert 50 <= changes[0][0] <= 60
    assert 125 <= changes[1][0] <= 145


def test_talking_is_told_at_its_beginning_and_its_end() -> None:
    mixer, changes = room(a=Member(), b=Member()), []
    sound = np.concatenate((voice(0.6), silence(RATE)))
    for at in range(0, len(sound), SIZE):
        _, changed = mixer.mix({"a": sound[at : at + SIZE], "b": silence(SIZE)})
        changes += [(name, mixer.talking(name)) for name in changed]
    assert changes == [("a", True), ("a", False)]


def test_in_a_crowd_the_three_loudest_voices_are_heard() -> None:
    names = [f"m{number}" for number in range(30)]
    mixer = room(**{name: Member() for name in names})
    voices = {name: voice(1, 110 + 7 * at) // (1 << at) for at, name in enumerate(names[:6])}
    heard: dict[str, Samples] = {}
    for at in range(0, RATE, SIZE):
        heard, _ = mixer.mix({name: sound[at : at + SIZE] for name, sound in voices.items()})
    last = sum(voices[name][-SIZE:].astype(int) for name in names[:3])
    assert (heard["m20"] == last).all()
    assert (heard["m4"] == last).all()
    assert (heard["m0"] == last - voices["m0"][-SIZE:]).all()
