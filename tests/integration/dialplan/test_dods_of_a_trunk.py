"""The numbers that extensions show on a trunk: kept, filtered, told to the PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.dialplan.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_twenty_rows_are_filtered_alone_and_combined(house: House) -> None:
    rows = [
        {
            "number": f"55510{at:02d}",
            "name": f"Desk {at}" if at % 2 else f"Hall {at}",
            "extensions": ["1000", "1001"] if at < 5 else ["1002"],
            "groups": [],
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
