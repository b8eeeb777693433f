"""The numbers that extensions show on a trunk: kept, filtered, told to the PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.dialplan.conftest import House

NOBODY: dict[str, list[str]] = {"groups": [], "ring_groups": [], "queues": []}
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_twenty_rows_are_filtered_alone_and_combined(house: House) -> None:
    rows = [
        {
            "number": f"55510{at:02d}",
            "name": f"Desk {at}" if at % 2 else f"Hall {at}",
            "extensions": ["1000", "1001"] if at < 5 else ["1002"],
            "groups": [],
            "ring_groups": ["6400"] if at == 1 else [],
            "queues": [],
        }
        for at in range(20)
    ]
    path = f"/v1/trunks/{house.trunks[1]}"
    status, changed = await house.ask("PATCH", path, {"dods": rows, "caller_id": "5551000"})
    assert (status, changed["dods"], changed["caller_id"]) == (200, rows, "5551000")
    for query, expected in {
        "": range(20),
        "extension=1001": range(5),
        "extension=100": [],
        "number=55510": range(20),
        "number=07": [7],
        "name=desk": range(1, 20, 2),
        "name=DESK+1": [1, 11, 13, 15, 17, 19],
        "extension=1002&name=hall": range(6, 20, 2),
        "extension=1000&number=5551003&name=desk": [3],
        "extension=1000&name=desk+9": [],
    }.items():
        _, found = await house.ask("GET", f"{path}/dods?{query}")
        assert found["items"] == [rows[at] for at in expected], query
    status, told = await house.ask("PATCH", path, {"dods": [{"number": "no number"}]})
    assert (status, list(told["error"]["fields"])) == (422, ["dods.0.number"])


async def sheet(house: House, trunk: str, text: str, query: str = "") -> tuple[int, dict[str, Any]]:
    path, headers = f"/v1/trunks/{trunk}/dods/import?{query}", {"content-type": "text/csv"}
    return await house.site.json(
        "POST", path, token=house.admin, headers=headers, data=text.encode()
    )


async def test_a_worksheet_adds_and_changes_numbers(house: House) -> None:
    trunk = await house.trunk("Imported")
    path = f"/v1/trunks/{trunk}"
    desk: dict[str, object] = {
        "number": "5551",
        "name": "Desk",
        "extensions": ["1000"],
        "groups": ["sales"],
    }
    desk |= {"ring_groups": ["6400"], "queues": ["6500"]}
    assert (await house.ask("PATCH", path, {"dods": [desk]}))[0] == 200
    text = "number,name,extensions\n5552,Hall,1001 1002\n5551,Front,1003\n"
    status, told = await sheet(house, trunk, text, "dry_run=1")
    assert [(each["line"], each["field"]) for each in told["errors"]] == [(3, "number")]
    assert (await sheet(house, trunk, text))[0] == 422
    status, told = await sheet(house, trunk, text, "update=1")
    assert (status, told["added"], told["changed"], told["errors"]) == (200, 1, 1, [])
    assert (await house.ask("GET", path))[1]["dods"] == [
        {**desk, "name": "Front", "extensions": ["1003"]},
        {"number": "5552", "name": "Hall", "extensions": ["1001", "1002"], **NOBODY},
    ]
    for wrong, field in (
        ("number\nx", "number"),
        ("number,extensions\n5553,4999", "extensions"),
        ("number\n5553\n5553", "number"),
    ):
        _, told = await sheet(house, trunk, wrong, "dry_run=1")
        assert [each["field"] for each in told["errors"]] == [field], wrong
    assert (await sheet(house, "absent", "number\n1"))[0] == 404
    assert (await house.ask("DELETE", path))[0] == 204
