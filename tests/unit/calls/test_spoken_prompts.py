"""Prompts that were spoken at a phone survive a kill, and leave no files behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast

from engage.app.spoken_prompts import OLD_S, SpokenPrompts
from engage.errors import Unavailable
from pbxcore.journal import PromptRecorded
from tests.support.call_story import BEGIN_MS, Story
from tests.support.messaging import eventually

if TYPE_CHECKING:
    from pathlib import Path

FILE = "prompts/abc.wav"


class Kept:
    """The prompts of an installation, whose database may be away."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.away, self.asked = False, 0

    def path_of(self, ident: str) -> str:
        return ident if ident in self.names else ""

    async def add(self, _: object, name: str, data: bytes, ident: str) -> None:
        self.asked += 1
        if self.away:
            raise Unavailable
        assert data == b"sound"
        self.names[ident] = name


def follower(kept: Kept, folder: Path) -> SpokenPrompts:
    return SpokenPrompts(cast("Any", kept), folder)


def told(*facts: PromptRecorded) -> Story:
    story = Story()
    story.tell(*facts)
    return story


async def test_what_the_journal_told_of_before_a_kill_is_taken_in_by_the_next(
    tmp_path: Path,
) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / FILE).write_bytes(b"sound")
    kept, story = Kept(), told(PromptRecorded("Welcome", FILE, 3.0))
    await follower(kept, tmp_path).project(cast("Any", None), story.entries)
    # killed once the entry counted as seen
    again = follower(kept, tmp_path)
    await again.start()
    await eventually(lambda: not list((tmp_path / "prompts").iterdir()))
    assert kept.names == {"abc": "Welcome"}


async def test_a_database_that_is_away_loses_no_prompt(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / FILE).write_bytes(b"sound")
    kept, story = Kept(), told(PromptRecorded("Welcome", FILE, 3.0))
    kept.away = True
    first = follower(kept, tmp_path)
    (await first.project(cast("Any", None), story.entries))()
    await eventually(lambda: kept.asked == 1)
    assert (tmp_path / FILE).exists()
    kept.away = False
    await follower(kept, tmp_path).start()
    await eventually(lambda: not list((tmp_path / "prompts").iterdir()))
    assert kept.names == {"abc": "Welcome"}


async def test_files_that_nobody_waits_for_go(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    now_s = BEGIN_MS / 1000
    for name, at_s in (("hung-up", now_s - OLD_S - 1), ("spoken-now", now_s - OLD_S + 1)):
        path = tmp_path / "prompts" / f"{name}.wav"
        path.write_bytes(b"sound")
        os.utime(path, (at_s, at_s))
    story = Story()
    story.begin("1001", "1002")
    (await follower(Kept(), tmp_path).project(cast("Any", None), story.entries))()
    await eventually(lambda: len(list((tmp_path / "prompts").iterdir())) == 1)
    assert (tmp_path / "prompts" / "spoken-now.wav").exists()
