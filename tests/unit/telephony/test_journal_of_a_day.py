"""A segment of the journal holds one day, whoever has begun it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.durations import DAY_MS
from engage.telephony.journal_file import SUFFIX, JournalWriter
from pbxcore.journal import CallEnded

if TYPE_CHECKING:
    from pathlib import Path


def test_a_day_that_begins_after_a_restart_has_its_own_segment(tmp_path: Path) -> None:
    for at_ms in DAY_MS, DAY_MS + 1, 2 * DAY_MS:
        writer = JournalWriter(tmp_path)
        writer.append(CallEnded("call", "answered", 0, 16), at_ms)
        writer.close()
    names = sorted(each.name for each in tmp_path.glob(f"*{SUFFIX}"))
    assert names == [f"000000000001{SUFFIX}", f"000000000003{SUFFIX}"]
