"""When a visitor's chat is removed, who called in it is forgotten with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from engage.calls.external_disk import ExternalDisk
from engage.calls.sound import Recordings
from engage.calls.visitors_forgotten import VisitorsForgotten
from engage.storage.tables import call_legs, calls, conversations, recordings
from tests.support.rows import filled

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


async def test_calls_of_removed_chats_lose_their_caller_and_their_recording(
    database: Database, tmp_path: Path
) -> None:
    rows = [
        filled(calls, id=each, number=at, caller=f"+49 30 {at}", caller_name="Vera", **more)
        for at, (each, more) in enumerate(
            {
                "removed": {"conversation": "gone", "session": "1024"},
                "kept": {"conversation": "there", "session": "1025"},
                "ordinary": {},
            }.items()
        )
    ]
    files = {each: f"monitor/{each}.wav" for each in ("removed", "kept", "ordinary")}
    (tmp_path / "monitor").mkdir()
    for file in files.values():
        (tmp_path / file).write_bytes(b"sound")

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(conversations).values(filled(conversations, id="there")))
        for row in rows:
            await connection.execute(insert(calls).values(row))
            leg = filled(call_legs, call=row["id"], role="caller", party="+49 30", name="Vera")
            agent = filled(call_legs, call=row["id"], position=1, role="called", name="Ana")
            await connection.execute(insert(call_legs).values(leg))
            await connection.execute(insert(call_legs).values(agent))
        for each, file in files.items():
            recording = filled(recordings, id=each, call=each, file=file, storage="local")
            await connection.execute(insert(recordings).values(recording))

    await database.write(work)
    forgotten = VisitorsForgotten(database, Recordings(database, tmp_path, ExternalDisk()))
    assert await forgotten.sweep() == 1
    assert await forgotten.sweep() == 0
    async with database.read() as connection:
        names = dict((await connection.execute(select(calls.c.id, calls.c.caller_name))).all())
        sessions = dict((await connection.execute(select(calls.c.id, calls.c.session))).all())
        legs = (await connection.execute(select(call_legs.c.name).order_by("name"))).scalars().all()
    assert names == {"removed": "", "kept": "Vera", "ordinary": "Vera"}
    assert sessions["removed"] == "1024"
    assert legs == ["", "Ana", "Ana", "Ana", "Vera", "Vera"]
    assert [(tmp_path / file).exists() for file in files.values()] == [False, True, True]
