"""Players and recordings."""

from __future__ import annotations

import errno
import io
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.media.commands import PressDigits
from pbxcore.media.goertzel import KeyDetector, share
from pbxcore.media.oscillator import sine
from pbxcore.media.player import Keys, Player, Sound, Source, tone_source
from pbxcore.media.recording import Recording, WavFile, header
from pbxcore.media.samples import Samples, silence
from pbxcore.media.tones import plan_for

RATE = 8000


def ramp(count: int, begin: int = 1) -> Samples:
    return np.arange(begin, begin + count, dtype=np.int16)


def all_of(player: Player, most: int = 10_000) -> list[Samples]:
    frames = []
    while len(frames) < most and (frame := player.frame()) is not None:
        frames.append(frame)
    return frames


class Slow:
    """A source whose disk delivers at every second asking, and breaks when `breaks`."""

    def __init__(self, samples: Samples, *, breaks: bool = False) -> None:
        self._left, self._asked, self.closed = samples, 0, False
        self.problem = "disk" if breaks else ""

    @property
    def ended(self) -> bool:
        return not len(self._left)

    def take(self, count: int) -> Samples:
        self._asked += 1
        if self._asked % 2:
            return self._left[:0]
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def close(self) -> None:
        self.closed = True


@given(lengths=st.lists(st.integers(0, 500), min_size=1, max_size=5), times=st.integers(1, 3))
def test_sources_follow_each_other_without_a_seam(lengths: list[int], times: int) -> None:
    sounds = [ramp(length, 1 + 1000 * at) for at, length in enumerate(lengths)]
    player = Player([lambda each=each: Sound(each) for each in sounds], times, RATE)
    frames = all_of(player)
    assert {len(frame) for frame in frames} <= {160}
    wished = np.concatenate(sounds * times) if any(lengths) else silence(0)
    played = np.concatenate([silence(0), *frames])
    assert (played[: len(wished)] == wished).all()
    assert len(played) - len(wished) < 160


def test_a_tone_goes_on_until_it_is_stopped() -> None:
    player = Player([lambda: tone_source(plan_for("de").busy, RATE)], 0, RATE)
    assert len(all_of(player, 500)) == 500
    player.close()
    assert player.frame() is None


def test_a_slow_disk_makes_silence_and_loses_nothing() -> None:
    player = Player([lambda: Slow(ramp(400))], 1, RATE)
    played = np.concatenate(all_of(player))
    assert (played[played != 0] == ramp(400)).all()


def test_what_cannot_be_read_is_told_and_what_follows_is_played() -> None:
    opened: list[Slow] = []

    def broken() -> Source:
        opened.append(Slow(silence(0), breaks=True))
        return opened[-1]

    player = Player([broken, lambda: Sound(ramp(160))], 1, RATE)
    assert len(all_of(player)) == 1
    assert player.problem == "disk"
    assert opened[0].closed
    assert all_of(Player([broken], 0, RATE)) == []


def test_keys_are_played_as_they_are_heard() -> None:
    keys = Keys(RATE)
    keys.press(PressDigits("s", "42"))
    player = Player([lambda: keys], 1, RATE)
    frames = all_of(player, 3)
    keys.press(PressDigits("s", "2#", duration_ms=250))  # while the 4 is heard
    frames += [*all_of(player), silence(400)]
    detector = KeyDetector(RATE)
    assert [key.digit for frame in frames for key in detector.hear(frame)] == ["4", "2", "2", "#"]


def read(data: bytes) -> tuple[int, Samples]:
    with wave.open(io.BytesIO(data)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return file.getnchannels(), sound


class Kept(io.RawIOBase):
    """A file of which the content stays after closing, on a disk that holds `room` octets."""

    def __init__(self, room: int = 1 << 30) -> None:
        self._bytes, self._room = io.BytesIO(), room

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._bytes.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        return self._bytes.truncate(size)

    def write(self, data) -> int:
        free = self._room - self._bytes.tell()
        if not free:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._bytes.write(data[:free])

    def getvalue(self) -> bytes:
        return self._bytes.getvalue()


def test_a_wav_file_is_whole_after_every_piece() -> None:
    kept = Kept()
    file = WavFile(kept, channels=1, rate=RATE)
    assert len(read(kept.getvalue())[1]) == 0
    for number in range(1, 5):
        file.append(ramp(100).tobytes())
        assert len(read(kept.getvalue())[1]) == 100 * number
    assert file.seconds == 400 / RATE
    file.close()
    assert kept.closed
    assert len(read(kept.getvalue())[1]) == 400


def test_a_full_disk_leaves_what_was_written_playable() -> None:
    kept = Kept(room=44 + 500)
    file = WavFile(kept, channels=1, rate=RATE)
    file.append(ramp(200).tobytes())
    with pytest.raises(OSError, match="space"):
        file.append(ramp(200).tobytes())
    assert (read(kept.getvalue())[1] == ramp(200)).all()
    assert file.seconds == 200 / RATE
    assert len(kept.getvalue()) == 44 + 400


def test_two_streams_are_left_and_right_or_mixed() -> None:
    left, right = sine((400.0,), 0.02, RATE), sine((900.0,), 0.02, RATE)
    stereo = Recording(2, RATE, stereo=True)
    assert stereo.hear([left, None])
    assert stereo.hear([left, right])
    channels, sound = read(header(stereo.channels, RATE, 1280) + stereo.pending())
    assert channels == 2
    assert not sound[1:320:2].any()
    assert (sound[320::2] == left).all()
    assert (sound[321::2] == right).all()
    assert stereo.pending() == b""
    mixed = Recording(2, RATE)
    mixed.hear([left, right])
    both = np.frombuffer(mixed.pending(), "<i2")
    assert min(share(both, 400, RATE), share(both, 900, RATE)) > 0.3


def test_a_recording_ends_at_its_limit_and_after_silence() -> None:
    loud = sine((400.0,), 0.02, RATE)
    limited = Recording(1, RATE, limit_s=0.1)
    assert [limited.hear([loud]) for _ in range(5)] == [True] * 4 + [False]
    patient = Recording(1, RATE, silence_s=0.06)
    heard = [loud, None, silence(160), loud, silence(160), silence(160), None]
    assert [patient.hear([each]) for each in heard] == [True] * 6 + [False]


def test_what_is_said_while_paused_is_left_out() -> None:
    recording = Recording(1, RATE, limit_s=0.04)
    recording.hear([ramp(160)])
    recording.paused = True
    assert recording.hear([ramp(160, 500)])
    recording.paused = False
    assert not recording.hear([ramp(160, 1000)])
    assert len(recording.pending()) == 640
