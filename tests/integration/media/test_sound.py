"""What a worker does with sound itself: plays, records, mixes, converts and hears tones."""

from __future__ import annotations

import resource
import time
import wave
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pbxcore.media.commands import (
    CloseStream,
    Connect,
    DigitHeard,
    Disconnect,
    Done,
    File,
    JoinRoom,
    NoRoom,
    PauseRecording,
    Play,
    Played,
    PressDigits,
    RecordingEnded,
    SetStream,
    StartRecording,
    StopPlaying,
    StopRecording,
    Talking,
    Tone,
    ToneHeard,
)
from pbxcore.media.goertzel import KeyDetector
from pbxcore.media.oscillator import key_tones, sine
from pbxcore.media.tones import CNG_HZ, plan_for, tone
from pbxcore.sip.sdp.codecs import EVENTS, G722, G729, OPUS, PCMA, PCMU, Format
from pbxcore.sip.sdp.rtcp import Endpoint
from tests.support.media import Worker, agreed
from tests.support.server import wait_until
from tests.support.tone import Voice, heard, read_sound, sounds, write_tone
from tests.support.vowel import vowel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxcore.media.samples import Samples

CODECS = [PCMU, PCMA, G722, OPUS]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


@pytest.fixture
def people(worker: Worker) -> Iterator[People]:
    with ExitStack() as stack:
        yield People(stack)
    while not worker.notices.empty():
        worker.notices.get()


class People:
    """Voices at streams; each is closed at the end."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._count = 0

    def __call__(
        self,
        worker: Worker,
        hz: float,
        *codecs: Format,
        events: bool = True,
        packet_ms: int = 20,
    ) -> tuple[str, Voice]:
        """Somebody who says a tone at a stream of the first codec."""
        codecs = codecs or (PCMU,)
        voice = self._stack.enter_context(Voice(hz, codec=codecs[0], packet_ms=packet_ms))
        self._count += 1
        stream = f"{id(self)}-{self._count}"
        port = worker.open(stream)
        self._stack.callback(worker.ask, CloseStream(stream))
        formats = (*codecs, EVENTS) if events else codecs
        where = Endpoint(voice.host, voice.port)
        assert worker.ask(SetStream(stream, agreed(where, *formats))) == Done()
        voice.talk(port)
        return stream, voice


PAIRS = [(PCMU, PCMA), (PCMU, OPUS), (PCMA, G722), (G722, OPUS)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_two_who_share_no_codec_hear_each_other(
    worker: Worker, people: People, ours: Format, theirs: Format
) -> None:
    first, ann = people(worker, 440, ours)
    second, bob = people(worker, 1000, theirs)
    assert worker.ask(Connect(first, second)) == Done()
    ann.hears(1000)
    bob.hears(440)


@pytest.mark.parametrize("packet_ms", [10, 60])
def test_packets_of_any_length_are_converted_and_mixed(
    worker: Worker, people: People, packet_ms: int
) -> None:
    first, ann = people(worker, 440, PCMU, packet_ms=packet_ms)
    second, bob = people(worker, 1000, OPUS)
    worker.ask(Connect(first, second))
    ann.hears(1000)
    bob.hears(440)
    third, _ = people(worker, 1600)
    for each in first, second, third:
        worker.ask(JoinRoom(f"of {packet_ms} ms", each))
    ann.hears_all(1000, 1600)
    bob.hears_all(440, 1600)


def test_a_converted_stream_has_a_packet_for_each(worker: Worker, people: People) -> None:
    first, _ = people(worker, 440, PCMU)
    second, bob = people(worker, 1000, G722)
    worker.ask(Connect(first, second))
    bob.hears(440)
    steps = {(b - a) & 0xFFFF for a, b in zip(bob.sequences, bob.sequences[1:], strict=False)}
    assert steps == {1}


@pytest.mark.parametrize("codec", CODECS)
def test_a_file_is_played_in_any_codec_and_its_end_is_told(
    worker: Worker, people: People, tmp_path: Path, codec: Format
) -> None:
    stream, voice = people(worker, 0, codec)
    path = write_tone(tmp_path / "tone.wav", 700, seconds=1, rate=44_100)
    assert worker.ask(Play(stream, "p1", (File(str(path)),))) == Done()
    voice.hears(700)
    assert worker.heard(Played) == Played(stream, "p1")
    assert 0.9 < len(voice.received) / voice.rate < 1.2


def test_a_file_is_played_from_where_it_is_to_begin(
    worker: Worker, people: People, tmp_path: Path
) -> None:
    stream, voice = people(worker, 0)
    path = write_tone(tmp_path / "tone.wav", 700, seconds=3)
    worker.ask(Play(stream, "p", (File(str(path), begin_s=2.5),)))
    assert worker.heard(Played).play == "p"
    assert 0.4 < len(voice.received) / voice.rate < 0.7


def test_a_busy_tone_goes_on_until_it_is_stopped(worker: Worker, people: People) -> None:
    stream, voice = people(worker, 0)
    worker.ask(Play(stream, "p", (plan_for("de").busy,), times=0))
    voice.hears(425, seconds=0.3)
    assert worker.ask(StopPlaying(stream)) == Done()
    assert worker.heard(Played) == Played(stream, "p")
    voice.hears_nothing(seconds=0.3)


def test_what_is_played_over_something_interrupts_it_until_its_end_or_until_it_is_stopped(
    worker: Worker, people: People
) -> None:
    stream, voice = people(worker, 0)
    worker.ask(Play(stream, "music", (tone("500/1000"),), times=0))
    voice.hears(500, seconds=0.3)
    worker.ask(Play(stream, "told", (tone("900/600"),), over=True))
    voice.hears(900, seconds=0.3)
    assert worker.heard(Played) == Played(stream, "told")
    voice.hears(500, seconds=0.3)
    worker.ask(Play(stream, "told too", (tone("900/1000"),), times=0, over=True))
    voice.hears(900, seconds=0.3)
    assert worker.ask(StopPlaying(stream, "told too")) == Done()
    assert worker.heard(Played) == Played(stream, "told too")
    voice.hears(500, seconds=0.3)
    assert worker.ask(StopPlaying(stream, "told too")) == Done()
    voice.hears(500, seconds=0.3)


def test_another_play_takes_the_place_of_the_first(worker: Worker, people: People) -> None:
    stream, voice = people(worker, 0)
    worker.ask(Play(stream, "p1", (tone("500/1000"),), times=0))
    voice.hears(500, seconds=0.3)
    worker.ask(Play(stream, "p2", (tone("900/1000"),), times=0))
    assert worker.heard(Played) == Played(stream, "p1")
    voice.hears(900, seconds=0.3)


def test_while_something_is_played_the_other_side_is_not_heard(
    worker: Worker, people: People
) -> None:
    first, ann = people(worker, 440)
    second, _ = people(worker, 1000)
    worker.ask(Connect(first, second))
    ann.hears(1000)
    worker.ask(Play(first, "p", (tone("700/600"),)))
    ann.hears(700, seconds=0.3)
    assert worker.heard(Played).play == "p"
    ann.hears(1000)


def test_a_key_ends_a_play_that_waits_for_one(worker: Worker, people: People) -> None:
    stream, voice = people(worker, 0, PCMU, events=False)
    worker.ask(Play(stream, "p", (tone("500/1000"),), times=0, until_digit=True))
    voice.hears(500, seconds=0.3)
    voice.say(key_tones("5", 8000, duration_ms=100, gap_ms=100))
    assert worker.heard(Played) == Played(stream, "p", digit="5")


def test_what_cannot_be_played_is_told_with_the_reason(
    worker: Worker, people: People, tmp_path: Path
) -> None:
    stream, _ = people(worker, 0)
    worker.ask(Play(stream, "p1", (File(str(tmp_path / "none.wav")),), times=0))
    assert "No such file" in worker.heard(Played).problem
    (tmp_path / "text.wav").write_text("no sound at all")
    worker.ask(Play(stream, "p2", (File(str(tmp_path / "text.wav")),)))
    assert worker.heard(Played).problem
    where = Endpoint("127.0.0.1", 9)
    worker.ask(SetStream(stream, agreed(where, G729)))
    worker.ask(Play(stream, "p3", (tone("500/1000"),)))
    assert "codec" in worker.heard(Played).problem
    assert worker.ask(Play("nobody", "p", ())) == Done(known=False)


def test_keys_go_in_band_where_the_peer_knows_no_events(worker: Worker, people: People) -> None:
    first, ann = people(worker, 0, PCMU, events=False)
    assert worker.ask(PressDigits(first, "42#", duration_ms=120)) == Done()

    def keys() -> list[str]:
        detector = KeyDetector(8000)
        frames = (ann.received[at : at + 160] for at in range(0, len(ann.received), 160))
        return [key.digit for frame in frames for key in detector.hear(sound_of(frame))]

    wait_until(lambda: len(keys()) == 3, 5, "three keys")
    assert keys() == ["4", "2", "#"]


def length_of(path: Path) -> float:
    """Seconds of a recording as far as it is on disk."""
    try:
        with wave.open(str(path)) as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error):
        return 0.0


def sound_of(numbers: list[int]) -> Samples:
    return np.array(numbers, np.int16)


def test_keys_are_heard_in_band_where_no_events_were_agreed(worker: Worker, people: People) -> None:
    for codec in CODECS:
        stream, voice = people(worker, 0, codec, events=False)
        voice.say(key_tones("7*", voice.rate, duration_ms=100, gap_ms=100))
        for digit in "7*":
            told = worker.heard(DigitHeard)
            assert (told.stream, told.digit, told.by) == (stream, digit, "tone")
            assert 60 <= told.duration_ms <= 160


def test_keys_are_heard_in_band_where_that_is_asked_for(worker: Worker, people: People) -> None:
    stream, voice = people(worker, 0, PCMU)
    terms = agreed(Endpoint(voice.host, voice.port), PCMU, EVENTS)
    worker.ask(SetStream(stream, terms, key_tones=True))
    voice.say(key_tones("7", voice.rate, duration_ms=100, gap_ms=100))
    told = worker.heard(DigitHeard)
    assert (told.stream, told.digit, told.by) == (stream, "7", "tone")


def test_a_fax_machine_is_told_where_that_is_asked(worker: Worker, people: People) -> None:
    stream, voice = people(worker, 0)
    where = Endpoint(voice.host, voice.port)
    worker.ask(SetStream(stream, agreed(where, PCMU, EVENTS), fax_tones=True))
    voice.say(sine((CNG_HZ,), 0.5, 8000))
    assert worker.heard(ToneHeard) == ToneHeard(stream, "cng")


def test_a_stream_is_recorded_and_playable_meanwhile(
    worker: Worker, people: People, tmp_path: Path
) -> None:
    stream, _ = people(worker, 600, G722)
    path = tmp_path / "recordings" / "r.wav"
    assert worker.ask(StartRecording("r", (stream,), str(path))) == Done()
    wait_until(lambda: length_of(path) > 1.4, 5, "a recording that grows")
    with wave.open(str(path)) as file:
        assert file.getframerate() == 16_000
    assert worker.ask(StopRecording("r")) == Done()
    ended = worker.heard(RecordingEnded)
    samples, rate = read_sound(path)
    assert (ended.recording, ended.path, ended.problem) == ("r", str(path), "")
    assert ended.seconds == len(samples) / rate
    assert ended.seconds > 1.4
    assert heard(samples[rate // 4 : rate], 600, rate) > 0.9
    assert worker.ask(StopRecording("r")) == Done(known=False)


def test_two_streams_are_recorded_left_and_right_until_both_are_closed(
    worker: Worker, people: People, tmp_path: Path
) -> None:
    first, _ = people(worker, 600)
    second, _ = people(worker, 1100, PCMA)
    path = tmp_path / "r.wav"
    worker.ask(StartRecording("r2", (first, second), str(path), stereo=True))
    wait_until(lambda: length_of(path) > 0.9, 5, "a recording that grows")
    worker.ask(CloseStream(first))
    worker.ask(CloseStream(second))
    assert worker.heard(RecordingEnded).seconds > 0.8
    samples, rate = read_sound(path)
    settled = samples[rate // 4 : rate * 3 // 4]
    assert heard(settled[:, 0], 600, rate) == heard(settled[:, 1], 1100, rate) == 1


def test_a_recording_has_a_limit_pauses_and_ends_at_a_key(
    worker: Worker, people: People, tmp_path: Path
) -> None:
    stream, voice = people(worker, 600, PCMU, events=False)
    worker.ask(StartRecording("a", (stream,), str(tmp_path / "a.wav"), limit_s=0.3))
    assert worker.heard(RecordingEnded).seconds == pytest.approx(0.3)
    worker.ask(StartRecording("b", (stream,), str(tmp_path / "b.wav"), until_digit=True))
    assert worker.ask(PauseRecording("b", True)) == Done()
    time.sleep(0.5)  # what is left out is time
    worker.ask(PauseRecording("b", False))
    voice.say(key_tones("#", 8000, duration_ms=100, gap_ms=100))
    ended = worker.heard(RecordingEnded)
    assert ended.digit == "#"
    assert ended.seconds < 0.45


def test_silence_ends_a_recording(worker: Worker, people: People, tmp_path: Path) -> None:
    stream, _ = people(worker, 0)
    worker.ask(StartRecording("s", (stream,), str(tmp_path / "s.wav"), silence_s=0.4))
    assert worker.heard(RecordingEnded).seconds == pytest.approx(0.4)


def test_a_recording_that_cannot_be_created_is_refused(
    worker: Worker, people: People, tmp_path: Path
) -> None:
    stream, _ = people(worker, 0)
    (tmp_path / "file").write_text("")
    refused = worker.ask(StartRecording("n", (stream,), str(tmp_path / "file" / "r.wav")))
    assert isinstance(refused, NoRoom)
    assert worker.ask(StartRecording("n", ("nobody",), "x")) == Done(known=False)


def test_a_full_disk_ends_the_recording_and_the_call_goes_on(
    worker: Worker, people: People, tmp_path: Path
) -> None:
    first, _ = people(worker, 440)
    second, bob = people(worker, 1000)
    worker.ask(Connect(first, second))
    assert isinstance(worker.ask(StartRecording("none", (first,), "/dev/full")), NoRoom)
    path = tmp_path / "r.wav"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        worker.ask(StartRecording("full", (first,), str(path)))
        ended = worker.heard(RecordingEnded, within_s=5)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "large" in ended.problem
    samples, rate = read_sound(path)
    assert ended.seconds == len(samples) / rate > 0.9
    with wave.open(str(path)) as file:
        assert file.getnframes() == len(samples)
    bob.hears(440)


def test_five_in_a_conference_hear_all_others(worker: Worker, people: People) -> None:
    tones = (400, 700, 1000, 1300, 1700)
    codecs = (PCMU, PCMA, G722, OPUS, PCMU)
    members = [people(worker, hz, codec) for hz, codec in zip(tones, codecs, strict=True)]
    for stream, _ in members:
        assert worker.ask(JoinRoom("room", stream)) == Done()
    for (_, voice), own in zip(members, tones, strict=True):
        voice.hears_all(*(hz for hz in tones if hz != own))
        tail = sound_of(voice.received[-voice.rate // 2 :])
        assert sounds(tail, own, voice.rate) == 0


def test_muted_deaf_and_whispering_members(worker: Worker, people: People) -> None:
    agent, agent_voice = people(worker, 440)
    caller, caller_voice = people(worker, 1000)
    boss, boss_voice = people(worker, 1600)
    for stream in (agent, caller):
        worker.ask(JoinRoom("desk", stream))
    worker.ask(JoinRoom("desk", boss, speaks=(agent,)))
    agent_voice.hears_all(1000, 1600)
    caller_voice.hears(440)
    boss_voice.hears_all(440, 1000)
    worker.ask(JoinRoom("desk", boss, muted=True))
    agent_voice.hears(1000)
    worker.ask(JoinRoom("desk", boss, deaf=True))
    boss_voice.hears_nothing()


def test_who_leaves_a_conference_is_heard_no_more(worker: Worker, people: People) -> None:
    members = [people(worker, hz) for hz in (440, 1000, 1600)]
    for stream, _ in members:
        worker.ask(JoinRoom("leaving", stream))
    members[0][1].hears_all(1000, 1600)
    worker.ask(Disconnect(members[2][0]))
    members[0][1].hears(1000)
    worker.ask(CloseStream(members[1][0]))
    members[0][1].hears_nothing()
    worker.ask(Connect(members[0][0], members[2][0]))
    members[0][1].hears(1600)


def test_talking_is_told(worker: Worker, people: People) -> None:
    first, voice = people(worker, 0)
    second, _ = people(worker, 0)
    for stream in (first, second):
        worker.ask(JoinRoom("talk", stream))
    voice.say(vowel(0.6, 8000))
    assert worker.heard(Talking) == Talking("talk", first, True)
    assert worker.heard(Talking) == Talking("talk", first, False)


def test_a_tone_of_no_cadence_is_over_at_once(worker: Worker, people: People) -> None:
    stream, _ = people(worker, 0)
    worker.ask(Play(stream, "p", (Tone(()),), times=0))
    assert worker.heard(Played) == Played(stream, "p")
