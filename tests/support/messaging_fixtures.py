"""Fixtures for telephony, broadcasts and chats: each database, a real PBX, the web side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.exchange import Exchange
from tests.support.messaging import Book, Desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engage.storage.database import Database


class VirtualClock:
    """The moment a test says it is, in milliseconds UTC."""

    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms

    def pass_s(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[Exchange]:
    async with Exchange(tmp_path / "journal") as running:
        yield running


@pytest.fixture
async def desk(database: Database, exchange: Exchange, clock: VirtualClock) -> AsyncIterator[Desk]:
    async with Desk(database, exchange, Book(), clock) as running:
        yield running
