"""The queue log reaches QueueMetrics: all of it, in order, whatever happens on the way."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, closing
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from engage.queues.loading import Loading
from engage.queues.model import LogRow
from engage.queues.queuemetrics import LoaderFailed, QueueMetricsSettings, WebLoader
from engage.queues.repository import QueueLogRepository
from pbxcore.http_client import HttpClient
from tests.support.web_loader import FakeLoader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.storage.database import Database

BEGIN_S = 1_379_435_567


def settings(loader: FakeLoader, **more: object) -> QueueMetricsSettings:
    known = {"enabled": True, "url": loader.url, "password": "secret", "token": "P001"}
    return QueueMetricsSettings.model_validate({**known, "interval_s": 1, **more})


def client() -> HttpClient:
    return HttpClient(private=[ip_network("127.0.0.0/8")])


async def write(database: Database, *numbers: int) -> None:
    """A row of the log for each of these seconds."""
    rows = [
        (
            number,
            0,
            LogRow((BEGIN_S + number) * 1000, f"c{number}", "6500", "1001", "CONNECT", ("4", "x")),
        )
        for number in numbers
    ]
    await database.write(lambda connection: QueueLogRepository(connection).add(rows))


@asynccontextmanager
async def loading(database: Database, known: QueueMetricsSettings) -> AsyncIterator[None]:
    running = Loading(database, lambda: known, client(), pause_s=0.1)
    await running.start()
    try:
        yield
    finally:
        await running.stop()


async def until_told(loader: FakeLoader, count: int) -> None:
    await asyncio.to_thread(
        loader.wait_for, lambda: len({each["callId"] for each in loader.rows}) >= count
    )


async def test_rows_are_told_in_order_and_new_ones_soon(database: Database) -> None:
    with FakeLoader() as loader:
        await write(database, *range(1, 6))
        async with loading(database, settings(loader)):
            await until_told(loader, 5)
            await write(database, 6, 7)
            await until_told(loader, 7)
        assert loader.lines() == [
            f"{BEGIN_S + number}|c{number}|6500|Agent/1001|CONNECT|4|x" for number in range(1, 8)
        ]
        assert loader.asked == 1, "the only writer need not ask again"
        assert loader.connections == 1


async def test_a_connection_that_the_loader_ends_is_followed_by_another(database: Database) -> None:
    with FakeLoader() as loader:
        loader.impatient = True
        await write(database, 1, 2, 3)
        async with loading(database, settings(loader)):
            await until_told(loader, 3)
        assert [line.split("|")[1] for line in loader.lines()] == ["c1", "c2", "c3"]
        assert (loader.asked, loader.connections) == (1, 4)


async def test_what_was_refused_is_told_later_without_a_gap(database: Database) -> None:
    with FakeLoader() as loader:
        await write(database, 1, 2)
        async with loading(database, settings(loader)):
            await until_told(loader, 2)
            loader.refusing = True
            await write(database, 3, 4)
            await asyncio.to_thread(loader.wait_for, lambda: loader.refused > 1)
            assert len(loader.rows) == 2
            loader.refusing = False
            await until_told(loader, 4)
        order = list(dict.fromkeys(each["callId"] for each in loader.rows))
        assert order == ["c1", "c2", "c3", "c4"]
        assert loader.asked > 1


async def test_what_is_known_there_is_not_told_again(database: Database) -> None:
    with FakeLoader() as loader:
        await write(database, 1, 2, 3)
        loader.rows.append({"timeId": str(BEGIN_S + 2), "token": "P001", "callId": "before"})
        async with loading(database, settings(loader)):
            await until_told(loader, 3)
        assert [each["callId"] for each in loader.rows[1:]] == ["c2", "c3"]


async def test_a_wrong_password_is_a_failure() -> None:
    with FakeLoader() as loader:
        known = settings(loader, password="wrong")  # noqa: S106
        with closing(WebLoader(known, client())) as web, pytest.raises(LoaderFailed, match="401"):
            await web.high_water_mark()


async def test_an_address_inside_that_was_not_allowed_is_never_connected() -> None:
    with FakeLoader() as loader:
        web = WebLoader(settings(loader), HttpClient())
        with pytest.raises(LoaderFailed, match="AddressForbidden"):
            await web.high_water_mark()
        assert loader.asked == 0
