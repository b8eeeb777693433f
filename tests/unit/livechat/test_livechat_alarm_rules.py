"""When agents are roused for a visitor who waits."""

from __future__ import annotations

import pytest

from engage.livechat.alarms.rules import RHYTHMS, Path, is_due
from engage.livechat.options import Options

QUEUED = 1_800_000_000_000
EVERY = Options(alarm_wave_after_s=60, alarm_push_after_s=90, alarm_call_after_s=120)
NEVER = Options(alarm_wave_after_s=0, alarm_push_after_s=0, alarm_call_after_s=0)


@pytest.mark.parametrize(("path", "after_s"), [(Path.WAVE, 60), (Path.PUSH, 90), (Path.PHONE, 120)])
def test_each_path_has_a_delay_of_its_own(path: Path, after_s: int) -> None:
    due_ms = QUEUED + after_s * 1000
    assert not is_due(path, EVERY, QUEUED, 0, 0, due_ms - 1)
    assert is_due(path, EVERY, QUEUED, 0, 0, due_ms)
    assert not is_due(path, NEVER, QUEUED, 0, 0, due_ms + 10**9)


@pytest.mark.parametrize("path", Path)
def test_each_path_is_repeated_at_its_rhythm_and_not_for_ever(path: Path) -> None:
    rhythm, last_ms = RHYTHMS[path], QUEUED + 10**6
    assert not is_due(path, EVERY, QUEUED, 1, last_ms, last_ms + rhythm.every_ms - 1)
    assert is_due(path, EVERY, QUEUED, 1, last_ms, last_ms + rhythm.every_ms)
    assert not is_due(path, EVERY, QUEUED, rhythm.most, last_ms, last_ms + 10**9)
