"""The outbox is tested on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.keyring import Keyring
from engage.notify.outbox import Outbox
from tests.support.postgres import database, database_url, postgres
from tests.support.site import AdjustableClock

if TYPE_CHECKING:
    from engage.storage.database import Database

__all__ = ["database", "database_url", "postgres"]

PUBLIC_URL = "https://pbx.example.test:8089"


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock()


@pytest.fixture
def outbox(database: Database, clock: AdjustableClock) -> Outbox:
    return Outbox(database, Keyring(b"k" * 32), lambda: PUBLIC_URL, clock)
