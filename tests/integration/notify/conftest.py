"""The outbox and its sender on both databases; how mail servers behave on the quicker one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.keyring import Keyring
from engage.notify.outbox import Outbox
from engage.storage.database import Database
from tests.support.posting import PUBLIC_URL, Post
from tests.support.site import AdjustableClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


def outbox_in(database: Database, clock: AdjustableClock) -> Outbox:
    return Outbox(database, Keyring(b"k" * 32), lambda: PUBLIC_URL, clock)


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock()


@pytest.fixture
def outbox(database: Database, clock: AdjustableClock) -> Outbox:
    return outbox_in(database, clock)


@pytest.fixture
async def post(database: Database, outbox: Outbox, clock: AdjustableClock) -> AsyncIterator[Post]:
    """On each database."""
    made = Post(database, outbox, clock)
    yield made
    await made.sending.stop()


@pytest.fixture
async def lone_post(tmp_path: Path, clock: AdjustableClock) -> AsyncIterator[Post]:
    """On SQLite alone."""
    opened = await Database.open(f"sqlite:///{tmp_path / 'engage.db'}")
    made = Post(opened, outbox_in(opened, clock), clock)
    yield made
    await made.sending.stop()
    await opened.close()
