"""The application with demonstration data and two trunks, on each database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from tests.support import site as support

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.support.postgres import Postgres
    from tests.support.site import Site


@dataclass
class House:
    """A site, an administrator, and the ids of two trunks."""

    site: Site
    admin: str
    trunks: tuple[str, str]

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        return await self.site.json(method, path, body, token=self.admin)

    async def trunk(self, name: str) -> str:
        body = {"name": name, "kind": "peer", "host": "192.0.2.1", "disabled": True}
        status, added = await self.ask("POST", "/v1/trunks", body)
        assert status == 201, added
        return str(added["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> AsyncIterator[House]:
    on = {"database": postgres.furnished.make()} if request.param == "postgresql" else {}
    async with support.site(tmp_path_factory.mktemp("data"), **on) as site:
        house = House(site, await site.sign_in("admin", "Demo-admin!"), ("", ""))
        house.trunks = (await house.trunk("City Line"), await house.trunk("Other"))
        yield house
