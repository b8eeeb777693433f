"""Files are tested on both databases, and over a running application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.support import site as support
from tests.support.bringing import Cabinet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engage.storage.database import Database
    from tests.support.site import Site

__all__ = ["cabinet", "site"]


@pytest.fixture
async def cabinet(database: Database, tmp_path: Path) -> AsyncIterator[Cabinet]:
    async with Cabinet(database, tmp_path / "files") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with support.site(tmp_path_factory.mktemp("data")) as running:
        yield running
