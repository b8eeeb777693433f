"""The blacklist over REST, on each database: worksheets of it, and what blocked callers hear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.dialplan.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

BLACKLIST = "/v1/settings/blacklist"


async def sheet(house: House, text: str, query: str = "") -> tuple[int, dict[str, Any]]:
    path, headers = f"/v1/blacklist/import?{query}", {"content-type": "text/csv"}
    return await house.site.json(
        "POST", path, token=house.admin, headers=headers, data=text.encode()
    )


async def test_a_worksheet_goes_to_the_end_of_the_list(house: House) -> None:
    kept = {"values": {"blocked": "0301234 /* old */\n_900XXX"}}
    assert (await house.ask("PATCH", BLACKLIST, kept))[0] == 200
    lines = "number,note\n0405678,calls at night\n_0190X.,\n0301234,worse"
    status, told = await sheet(house, lines, "dry_run=1")
    assert (status, [(each["line"], each["field"]) for each in told["errors"]]) == (
        200, [(4, "number")],
    )  # fmt: skip
    assert (await sheet(house, lines))[0] == 422
    status, told = await sheet(house, lines, "update=1")
    assert (status, told["added"], told["changed"], told["errors"]) == (200, 2, 1, [])
    _, held = await house.ask("GET", BLACKLIST)
    assert held["values"]["blocked"].splitlines() == [
        "_900XXX",
        "0405678 /* calls at night */",
        "_0190X.",
        "0301234 /* worse */",
    ]
    for text, line, field in (
        ("number\n_[", 2, "number"),
        ("number,note\n1234,a */ b", 2, "note"),
        ("number\n77\n77", 3, "number"),
        ("number\n" + "\n".join(f"7{at:04d}" for at in range(997)), 998, ""),
    ):
        status, told = await sheet(house, text, "dry_run=1")
        assert [(each["line"], each["field"]) for each in told["errors"]] == [(line, field)], text
    assert (await house.ask("PATCH", BLACKLIST, {"values": {"blocked": ""}}))[0] == 200


async def test_an_announcement_is_one_of_the_custom_prompts(house: House) -> None:
    values = {"answer": "prompt", "prompt": "absent"}
    status, told = await house.ask("PATCH", BLACKLIST, {"values": values})
    assert (status, list(told["error"]["fields"])) == (422, ["prompt"])
    assert (await house.ask("PATCH", BLACKLIST, {"values": {"answer": "603"}}))[0] == 200
