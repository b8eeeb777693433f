"""What tests of two-way sound rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.tone import Voice, heard, read_sound, sounds, write_tone

if TYPE_CHECKING:
    from pathlib import Path


def test_two_voices_hear_each_other_and_not_themselves() -> None:
    with Voice(440) as first, Voice(1000) as second:
        first.talk(second.port)
        second.hears(440)
        first.hears_nothing()
        second.talk(first.port)
        first.hears(1000)
        with pytest.raises(TimeoutError):
            first.hears(440, within_s=1)


def test_a_tone_is_found_in_a_file_also_while_it_grows(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "tone.wav", 600, seconds=1, rate=16_000)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\0\0\0\0" + whole[8:40] + b"\0\0\0\0" + whole[44:-4001])
    samples, rate = read_sound(path)
    assert rate == 16_000
    assert len(samples) > 13_000
    assert heard(samples, 600, rate) > 0.9
    assert heard(samples, 1000, rate) == sounds(samples, 1000, rate) == 0
