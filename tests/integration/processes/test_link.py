"""The channel over real sockets: both directions, deadlines, reconnecting."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import pytest
import uvloop

from engage import errors
from engage.processes import unix
from engage.processes.channel import Hello, encode
from engage.processes.connection import Connection
from engage.processes.link import PartLink, PbxLink
from pbxcore.commands import (
    Bindings,
    DirectoryHeld,
    JournalGrew,
    ListBindings,
    MessageArrived,
    MessageStored,
    PutSnapshot,
)
from pbxcore.directory import Extension, Snapshot
from pbxcore.domain_settings import DomainSettings
from pbxcore.health import Health, Probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from pbxcore.commands import Notice, Reply, Request

ARRIVED = MessageArrived("i", "1001", "1000", "text/plain", "hello")


class Pbx:
    """The other side: answers what it is given to answer with."""

    def __init__(self, path: Path, answer: Callable[[Request], Awaitable[Reply]]) -> None:
        self._path, self._answer = path, answer
        self.connected: asyncio.Queue[Connection] = asyncio.Queue()
        self._open: set[Connection] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._connection, sock=unix.listen(self._path))

    def stop(self) -> None:
        self._server.close()
        for connection in list(self._open):
            connection.close()

    def _connection(self) -> Connection:
        return Connection(
            "pbx",
            answer=self._answer,
            notice=self._notice,
            opened=self._opened,
            closed=self._open.discard,
        )

    def _opened(self, connection: Connection) -> None:
        self._open.add(connection)
        self.connected.put_nowait(connection)

    def _notice(self, _: Connection, notice: Notice) -> None:
        raise AssertionError(notice)


async def well(request: Request) -> Reply:
    match request:
        case Probe():
            return Health(ready=True, figures={"calls": 1.0})
        case PutSnapshot(snapshot):
            return DirectoryHeld(snapshot.version)
        case ListBindings():
            return Bindings(())
        case _:
            raise ValueError(request)


@asynccontextmanager
async def pbx(
    path: Path, answer: Callable[[Request], Awaitable[Reply]] = well
) -> AsyncIterator[Pbx]:
    other = Pbx(path, answer)
    await other.start()
    try:
        yield other
    finally:
        other.stop()


@asynccontextmanager
async def linked(path: Path) -> AsyncIterator[tuple[PbxLink, asyncio.Queue[None]]]:
    link = PbxLink(path)
    connected: asyncio.Queue[None] = asyncio.Queue()
    link.on_connected(lambda: connected.put(None))
    await link.start()
    try:
        yield link, connected
    finally:
        await link.stop()


async def test_requests_are_answered_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "pbx.sock"
    async with pbx(path) as other, linked(path) as (link, connected):

        async def store(arrived: MessageArrived) -> MessageStored:
            # While the PBX waits for this, it answers us: neither side holds up the other.
            assert isinstance(await link.request(ListBindings()), Bindings)
            return MessageStored(202 if arrived == ARRIVED else 500)

        link.on_request(store)
        await connected.get()
        assert await link.request(PutSnapshot(Snapshot(7, DomainSettings(), ()))) == DirectoryHeld(
            7
        )
        connection = await other.connected.get()
        assert await connection.request(ARRIVED, 5) == MessageStored(202)
        assert (await link.probe()).figures == {"calls": 1.0}


async def test_many_requests_at_once_get_each_its_own_answer(tmp_path: Path) -> None:
    path = tmp_path / "pbx.sock"
    async with pbx(path), linked(path) as (link, connected):
        await connected.get()
        snapshots = [PutSnapshot(Snapshot(n, DomainSettings(), ())) for n in range(500)]
        answers = await asyncio.gather(*(link.request(each) for each in snapshots))
        assert answers == [DirectoryHeld(n) for n in range(500)]


async def test_a_large_directory_passes(tmp_path: Path) -> None:
    path = tmp_path / "pbx.sock"
    async with pbx(path), linked(path) as (link, connected):
        await connected.get()
        extensions = tuple(Extension(str(n), f"Name {n}", "s" * 20) for n in range(20_000))
        snapshot = Snapshot(3, DomainSettings(), extensions)
        assert await link.request(PutSnapshot(snapshot)) == DirectoryHeld(3)


async def test_without_the_part_requests_fail_at_once(tmp_path: Path) -> None:
    link = PartLink("media", tmp_path / "media.sock")
    await link.start()
    with pytest.raises(errors.Unavailable):
        await link.request(Probe())
    health = await link.probe()
    assert not health.ready
    assert health.problem == "not connected"
    await link.stop()


async def test_a_silent_part_is_given_up_after_the_deadline(tmp_path: Path) -> None:
    never = asyncio.Event()

    async def silent(_: Request) -> Reply:
        await never.wait()
        raise AssertionError

    path = tmp_path / "pbx.sock"
    async with pbx(path, silent), linked(path) as (link, connected):
        await connected.get()
        with pytest.raises(errors.Unavailable):
            await link.request(Probe(), 0.05)
        assert link.connected


async def test_a_failing_request_is_refused_and_the_channel_lives(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "pbx.sock"
    async with pbx(path) as other, linked(path) as (link, connected):
        await connected.get()
        with pytest.raises(errors.Unavailable):
            await link.request(ARRIVED)  # the wrong way round: `well` raises ValueError
        assert "request failed" in caplog.text
        connection = await other.connected.get()
        with pytest.raises(errors.Unavailable):
            await connection.request(ARRIVED, 5)  # nobody said `on_request`
        assert (await link.probe()).ready


async def test_a_link_reconnects_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "pbx.sock"
    async with linked(path) as (link, connected):
        for _ in range(3):
            async with pbx(path):
                await connected.get()
                assert (await link.probe()).ready
        assert not (await link.probe()).ready


async def test_requests_under_way_fail_when_the_part_dies(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def hang(_: Request) -> Reply:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    path = tmp_path / "pbx.sock"
    async with linked(path) as (link, connected):
        async with pbx(path, hang):
            await connected.get()
            waiting = asyncio.create_task(link.request(Probe()))
            await asked.wait()
        with pytest.raises(errors.Unavailable):
            await waiting


async def test_notices_arrive_in_order(tmp_path: Path) -> None:
    path = tmp_path / "pbx.sock"
    async with pbx(path) as other, linked(path) as (link, connected):
        heard: asyncio.Queue[int] = asyncio.Queue()
        link.on_notice(lambda notice: heard.put_nowait(notice.seq))
        await connected.get()
        connection = await other.connected.get()
        for seq in range(100):
            connection.tell(JournalGrew(seq))
        assert [await heard.get() for _ in range(100)] == list(range(100))


async def test_a_peer_of_another_version_is_not_connected(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "pbx.sock"
    hung_up = asyncio.Event()

    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode(Hello(99, "pbx", 1)))
        await reader.read(-1)
        writer.close()
        hung_up.set()

    server = await asyncio.start_unix_server(old, sock=unix.listen(path))
    async with linked(path) as (link, _):
        await hung_up.wait()
        assert not link.connected
    server.close()
    assert "channel broken" in caplog.text


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_peer_that_ends_at_once_leaves_no_descriptor_to_be_closed_again(tmp_path: Path) -> None:
    """By then it would be another connection's, whose bytes the next channel took for frames."""
    path = tmp_path / "pbx.sock"

    class Greeting(asyncio.Protocol):
        def __init__(self) -> None:
            self.lost = asyncio.get_running_loop().create_future()

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            cast("asyncio.Transport", transport).write(b"hello")

        def connection_lost(self, exc: Exception | None) -> None:
            self.lost.set_result(exc)

    async def met() -> Exception | None:
        listener, greeting = unix.listen(path), Greeting()
        asyncio.get_running_loop().call_soon(listener.close)  # while the connection waits there
        await unix.open_connection(lambda: greeting, path)
        async with asyncio.timeout(10):
            return cast("Exception | None", await greeting.lost)

    assert isinstance(uvloop.run(met()), OSError)
    gc.collect()
