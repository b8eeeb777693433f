"""Killed processes, full disks, databases that go and come back: what was acknowledged stays."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from engage.errors import Unavailable
from engage.storage.database import Database
from engage.storage.tables import conversations, events
from tests.support.appender import SENDERS
from tests.support.examples import examples
from tests.support.following import (
    ANA,
    VISITOR,
    Connections,
    hub_of,
    member,
    opened,
    say,
    until_refused,
)
from tests.support.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from io import FileIO
    from pathlib import Path

    from engage.hub.service import HubTransaction

Acknowledged = dict[int, tuple[str, str]]


async def new_conversation(url: str) -> str:
    database = await Database.open(url)
    try:
        return await opened(hub_of(database), member(ANA))
    finally:
        await database.close()


async def appender(url: str, conversation: str, name: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.appender", url, conversation, name,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def lines_of(process: asyncio.subprocess.Process, count: int) -> AsyncIterator[str]:
    """So many lines, then the process is killed, then what it had still said."""
    assert process.stdout is not None
    for _ in range(count):
        yield (await process.stdout.readline()).decode()
    process.kill()
    rest = (await process.stdout.read()).decode()
    await process.wait()
    for line in rest.splitlines(keepends=True):
        if line.endswith("\n"):
            yield line


def acknowledged(lines: list[str]) -> Acknowledged:
    found: Acknowledged = {}
    for line in lines:
        if line == "out\n":
            continue
        seq, author, key = line.split()
        assert int(seq) not in found
        found[int(seq)] = (author, key)
    return found


async def check(url: str, conversation: str, said: Acknowledged) -> int:
    """The log is gapless, holds each acknowledged event in its place and each key once."""
    database = await Database.open(url)
    try:
        async with database.read() as connection:
            query = select(events).where(events.c.conversation_id == conversation)
            rows = (await connection.execute(query.order_by(events.c.seq))).all()
            head = await connection.scalar(
                select(conversations.c.last_seq).where(conversations.c.id == conversation)
            )
    finally:
        await database.close()
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert head == len(rows)
    log = {row.seq: (row.author, row.client_id) for row in rows}
    assert {seq: log.get(seq) for seq in said} == said
    assert [each for each, times in Counter(log.values()).items() if times > 1] == []
    return len(rows)


async def test_killed_at_any_moment_everything_acknowledged_is_there_once(
    database_url: str,
) -> None:
    conversation = await new_conversation(database_url)
    chance = random.Random(7)  # noqa: S311 - a repeatable play of chance
    said, before = Acknowledged(), 0
    for life in range(examples(3)):
        process = await appender(database_url, conversation, f"life{life}")
        lines = [each async for each in lines_of(process, chance.randrange(1, 600))]
        said |= acknowledged(lines)
        stored = await check(database_url, conversation, said)
        assert stored - len(said) <= SENDERS * (life + 1)  # at most what was under way
        assert stored > before
        before = stored


async def test_two_nodes_on_one_postgresql_keep_one_gapless_log(postgres: Postgres) -> None:
    url = postgres.make_database()
    shared = await new_conversation(url)
    nodes = [await appender(url, shared, f"node{place}") for place in range(2)]

    async def follow(node: asyncio.subprocess.Process) -> list[str]:
        return [each async for each in lines_of(node, 400)]

    both = await asyncio.gather(*(follow(node) for node in nodes))
    said = acknowledged([line for lines in both for line in lines])
    assert "out\n" not in both[0] + both[1]
    await check(url, shared, said)


async def test_two_nodes_in_each_others_way_take_turns(postgres: Postgres) -> None:
    url = postgres.make_database()
    nodes = [await Database.open(url) for _ in range(2)]
    hubs = [hub_of(node) for node in nodes]
    chats = [await opened(hubs[0], member(ANA), member(VISITOR)) for _ in range(2)]

    async def writer(place: int) -> None:
        hub, order = hubs[place % 2], chats if place % 2 else chats[::-1]
        for number in range(6):
            while True:
                key = f"{place}-{number}"
                try:
                    await say(hub, order[0], VISITOR, key=key)
                    await hub.transact(partial(crosswise, order, key))
                    break
                except Unavailable:  # the same again, as a client does
                    continue

    try:
        await asyncio.gather(*(writer(place) for place in range(4)))
        for chat in chats:
            page = await hubs[0].resume(ANA.who, chat, 0)
            assert [each["seq"] for each in page.events] == list(range(1, 4 * 6 + 12 + 1))
    finally:
        for node in nodes:
            await node.close()


async def crosswise(chats: list[str], key: str, transaction: HubTransaction) -> None:
    """Two nodes that take these in opposite order wait for each other."""
    for chat in chats:
        await transaction.append(chat, ANA, "message", {"text": key}, client_id=key)


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that a test may stop."""
    server = Postgres(durable=True)
    server.start()
    yield server
    server.remove()


async def test_stopped_postgresql_refuses_and_comes_back_without_a_restart(
    own_postgres: Postgres,
) -> None:
    url = own_postgres.make_database()
    conversation = await new_conversation(url)
    process = await appender(url, conversation, "node")
    assert process.stdout is not None
    lines: list[str] = []

    async def until(wanted: str, times: int) -> None:
        assert process.stdout is not None
        while times:
            lines.append((await process.stdout.readline()).decode())
            times -= (lines[-1] == "out\n") == (wanted == "out")

    async with asyncio.timeout(60):
        for _ in range(3):
            await until("acknowledged", 100)
            await asyncio.to_thread(own_postgres.stop)
            await until("out", 3)
            await asyncio.to_thread(own_postgres.start)
            await until("acknowledged", 100)
    lines += [each async for each in lines_of(process, 50)]
    await check(url, conversation, acknowledged(lines))


async def test_conversation_is_true_in_memory_after_an_outage(own_postgres: Postgres) -> None:
    url = own_postgres.make_database()
    database = await Database.open(url)
    connections = Connections()
    hub = hub_of(database, connections)
    chat = await opened(hub, member(ANA), member(VISITOR))
    assert await say(hub, chat, ANA, key="a") == 1
    await asyncio.to_thread(own_postgres.stop)
    for attempt in (say(hub, chat, ANA, key="b"), hub.hello(ANA.who, {}), database.check()):
        with pytest.raises(Unavailable):
            await attempt
    await asyncio.to_thread(own_postgres.start)
    assert await say(hub, chat, ANA, key="b") == 2
    assert (await hub.hello(ANA.who, {}))[0]["head"] == 2
    connections.frames.clear()
    assert await say(hub, chat, ANA, key="b") == 2  # repeated after the outage: told again
    assert [each["seq"] for each in connections.told(VISITOR.who)] == [2]
    await database.close()


async def test_full_disk_refuses_writes_serves_reads_and_recovers(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root mounts a disk; the next test fills one for everybody")
    await run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(tmp_path))
    try:
        database = await Database.open(f"sqlite:///{tmp_path / 'engage.db'}")
        hub = hub_of(database)
        chat = await opened(hub, member(ANA))
        filler = tmp_path / "filler"
        fill(filler)
        keys = await until_refused(hub, chat)
        assert (await hub.resume(ANA.who, chat, 0)).head >= len(keys)
        filler.unlink()
        await database.check()
        said = {seq: (ANA.stored, str(key)) for key, seq in enumerate(keys)}
        said[await say(hub, chat, ANA, key="after")] = (ANA.stored, "after")
        await database.close()
        await check(f"sqlite:///{tmp_path / 'engage.db'}", chat, said)
    finally:
        await run("umount", "--lazy", str(tmp_path))


async def test_file_that_may_not_grow_refuses_writes_serves_reads_and_recovers(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'engage.db'}"
    told = json.loads(await run(sys.executable, "-m", "tests.support.full_disk", url))
    keys = told["said"]
    assert keys == list(range(1, len(keys) + 1))
    assert told["read"] in (len(keys), len(keys) + 1)  # the refused one may be there all the same
    assert told["after"] > told["read"] - 1
    said = {seq: (ANA.stored, str(seq - 1)) for seq in keys}
    said[told["after"]] = (ANA.stored, "after")
    await check(url, told["chat"], said)


async def test_file_that_was_replaced_takes_no_writes_that_would_be_lost(tmp_path: Path) -> None:
    url, path = f"sqlite:///{tmp_path / 'engage.db'}", tmp_path / "engage.db"
    database = await Database.open(url)
    hub = hub_of(database)
    chat = await opened(hub, member(ANA))
    await say(hub, chat, ANA, key="old")
    for name in ("engage.db", "engage.db-wal", "engage.db-shm"):
        (tmp_path / name).rename(tmp_path / f"away-{name}")
    with pytest.raises(Unavailable):
        await say(hub, chat, ANA, key="lost")
    with pytest.raises(Unavailable):
        await database.check()
    assert not path.exists()  # and none is made anew
    for name in ("engage.db", "engage.db-wal", "engage.db-shm"):
        (tmp_path / f"away-{name}").rename(tmp_path / name)
    seq = await say(hub, chat, ANA, key="lost")
    assert (await hub.resume(ANA.who, chat, 0)).head == seq
    await database.close()
    await check(url, chat, {1: (ANA.stored, "old"), seq: (ANA.stored, "lost")})


async def run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode()


def fill(filler: Path) -> None:
    """Leave no room on the disk."""
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with pytest.raises(OSError, match="No space left"):
                fill_by(file, size)


def fill_by(file: FileIO, size: int) -> None:
    while True:
        file.write(b"x" * size)
