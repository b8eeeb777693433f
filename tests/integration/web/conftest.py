"""One application for all tests of a module: starting it hashes five passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.support import site as support

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.support.site import Site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with support.site(tmp_path_factory.mktemp("data")) as running:
        yield running
