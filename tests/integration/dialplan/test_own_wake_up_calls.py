"""Users arrange their own wake-up calls, and see nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.dialplan.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN = "/v1/me/wake-up-calls"


async def ask(house: House, user: str, method: str, path: str, body: object = None) -> Any:
    token = await house.site.sign_in(user, f"Demo-{user}!")
    return await house.site.json(method, path, body, token=token)


async def test_own_calls_are_added_listed_and_deleted(house: House) -> None:
    daily = {"mode": "daily", "time": "06:30", "client_id": "one"}
    status, added = await ask(house, "1002", "POST", OWN, daily)
    assert (status, added["time"], added["over"]) == (201, "06:30", False)
    assert (await ask(house, "1002", "POST", OWN, daily))[1]["id"] == added["id"]
    status, refused = await ask(house, "1002", "POST", OWN, {"time": "07:00"})
    assert (status, list(refused["error"]["fields"])) == (422, ["date"])
    _, mine = await ask(house, "1002", "GET", OWN)
    assert [each["id"] for each in mine["items"]] == [added["id"]]
    assert (await ask(house, "1003", "GET", OWN))[1]["items"] == []
    one = f"{OWN}/{added['id']}"
    assert (await ask(house, "1003", "DELETE", one))[0] == 404
    _, all_calls = await house.ask("GET", "/v1/wake-up-calls")
    assert "1002" in [each["number"] for each in all_calls["items"]]
    assert (await ask(house, "1002", "DELETE", one))[0] == 204
