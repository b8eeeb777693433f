"""Recordings that failed, or that a restart cut off, are measured; those that run are not."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select

from engage.calls.projection import CallLog
from engage.events import Events
from engage.storage.tables import recordings
from pbxcore.journal import CallRecorded, PbxStarted, RecordingFailed
from tests.support.call_story import Story

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


@dataclass
class Transaction:
    """All that a projection asks of the hub's."""

    connection: AsyncConnection


async def lengths(database: Database, folder: Path, story: Story) -> dict[str, float]:
    """What is known of recordings once the story was told in one batch."""
    log = CallLog(database, Events(), lambda _: None, lambda _: "", folder)

    async def work(connection: AsyncConnection) -> None:
        (await log.project(cast("Any", Transaction(connection)), story.entries))()

    await database.write(work)
    async with database.read() as connection:
        rows = await connection.execute(select(recordings.c.id, recordings.c.seconds))
        return {row.id: row.seconds for row in rows}


def begin(story: Story, folder: Path, name: str) -> str:
    """A call whose recording runs, with one second of sound on disk."""
    call = story.begin("1001", "1002")
    story.tell(CallRecorded(call, name, f"{name}.wav", 0.0, ("a",)))
    with wave.open(str(folder / f"{name}.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    return call


async def test_one_that_fails_leaves_the_others_running(database: Database, tmp_path: Path) -> None:
    story = Story()
    begin(story, tmp_path, "running")
    failing = begin(story, tmp_path, "failing")
    story.tell(RecordingFailed(failing, "failing", "failing.wav", "worker lost"))
    assert await lengths(database, tmp_path, story) == {"running": 0.0, "failing": 1.0}


async def test_a_restart_cuts_off_what_ran_before_it(database: Database, tmp_path: Path) -> None:
    story = Story()
    begin(story, tmp_path, "before")
    story.tell(PbxStarted(0))
    begin(story, tmp_path, "after")
    assert await lengths(database, tmp_path, story) == {"before": 1.0, "after": 0.0}
