"""Speed dials, emergency numbers and PIN groups over REST, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.dialplan.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIALS, EMERGENCIES, PINS = "/v1/speed-dials", "/v1/emergency-numbers", "/v1/pin-groups"
OUT = "/v1/outbound-routes"


def dial(code: str, number: str = "90301234567", **more: Any) -> dict[str, Any]:
    return {"code": code, "destination": {"kind": "external", "value": number}, **more}


async def sheet(house: House, text: str, query: str = "") -> tuple[int, dict[str, Any]]:
    path, headers = f"{DIALS}/import?{query}", {"content-type": "text/csv"}
    return await house.site.json(
        "POST", path, token=house.admin, headers=headers, data=text.encode()
    )


async def test_a_speed_dial_is_added_changed_and_deleted(house: House) -> None:
    status, added = await house.ask("POST", DIALS, dial("*7"))
    assert status == 201, added
    path = f"{DIALS}/{added['id']}"
    assert (await house.ask("GET", path))[1] == added
    status, told = await house.ask("POST", DIALS, dial("*7"))
    assert (status, list(told["error"]["fields"])) == (409, ["code"])
    to = {"kind": "extension", "value": "1000"}
    assert (await house.ask("PATCH", path, {"destination": to}))[1]["destination"] == to
    assert (await house.ask("DELETE", path))[0] == 204
    assert (await house.ask("GET", path))[0] == 404


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"code": "123456789"}, "code"),
        ({"code": "#7"}, "code"),
        ({"destination": {"kind": "external"}}, "destination.value"),
        ({"destination": {"kind": "hang_up"}}, "destination.kind"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_will_not_do_is_named(house: House, fields: dict[str, Any], wrong: str) -> None:
    status, told = await house.ask("POST", DIALS, dial("77") | fields)
    assert status == 422, told
    assert list(told["error"]["fields"]) == [wrong]


async def test_a_thousand_speed_dials_are_taken_in_and_one_more_is_not(house: House) -> None:
    lines = [f"{code},external,9{code}," for code in range(10_000, 11_001)]
    status, told = await sheet(house, "\n".join(["code,kind,value,disabled", *lines]))
    assert status == 422, told
    assert [each["line"] for each in told["error"]["errors"]] == [1002]
    status, told = await sheet(house, "\n".join(["code,kind,value,disabled", *lines[:-1]]))
    assert (status, told["added"], told["errors"]) == (200, 1000, []), told
    status, told = await house.ask("POST", DIALS, dial("11000"))
    assert (status, told["error"]["code"]) == (409, "full")
    assert "1000" in told["error"]["message"]
    site, bearer = house.site, {"authorization": f"Bearer {house.admin}"}
    async with site.http.get(f"{site.url}{DIALS}?format=csv", headers=bearer) as answer:
        table = (await answer.read()).decode("utf-8-sig").splitlines()
    assert (len(table), table[:2]) == (
        1001,
        ["code,kind,value,disabled", "10000,external,910000,no"],
    )
    changed = "\n".join([table[0], "10000,extension,1000,yes"])
    assert (await sheet(house, changed))[0] == 422
    status, told = await sheet(house, changed, "update=1")
    assert (status, told["changed"]) == (200, 1)
    found = (await house.ask("GET", f"{DIALS}?q=10000"))[1]["items"][0]
    assert (found["destination"]["kind"], found["disabled"]) == ("extension", True)


async def test_an_emergency_number_is_kept_with_its_trunks(house: House) -> None:
    ways = [{"trunk": house.trunks[1], "prepend": "0"}, {"trunk": house.trunks[0]}]
    body = {"name": "Ambulance", "number": "112", "ways": ways, "notified": ["1000"]}
    status, added = await house.ask("POST", EMERGENCIES, body)
    assert status == 201, added
    assert [each["trunk"] for each in added["ways"]] == [house.trunks[1], house.trunks[0]]
    status, told = await house.ask("POST", EMERGENCIES, body | {"name": "Fire"})
    assert list(told["error"]["fields"]) == ["number"]
    absent = body | {"name": "Fire", "number": "911", "ways": [{"trunk": "absent"}]}
    status, told = await house.ask("POST", EMERGENCIES, absent)
    assert list(told["error"]["fields"]) == ["ways"]
    assert (await house.ask("DELETE", f"{EMERGENCIES}/{added['id']}"))[0] == 204


async def test_a_pin_group_in_use_stays(house: House) -> None:
    body = {"name": "Sales", "members": [{"pin": "4711", "name": "Ana"}, {"pin": "4712"}]}
    status, group = await house.ask("POST", PINS, body)
    assert status == 201, group
    twice = {"name": "Twice", "members": [{"pin": "4711"}, {"pin": "4711"}]}
    assert list((await house.ask("POST", PINS, twice))[1]["error"]["fields"]) == ["members.1.pin"]
    choices = (await house.ask("GET", "/v1/choices/pin-groups"))[1]
    assert group["id"] in str(choices)
    route = {
        "name": "Abroad", "patterns": "_00.", "ways": [{"trunk": house.trunks[0]}],
        "pin_group": group["id"], "longest_s": 60, "warned_s": 20, "every_s": 5,
    }  # fmt: skip
    status, told = await house.ask("POST", OUT, route | {"pin_group": "absent"})
    assert list(told["error"]["fields"]) == ["pin_group"]
    status, told = await house.ask("POST", OUT, route | {"warned_s": 60})
    assert list(told["error"]["fields"]) == ["warned_s"]
    status, added = await house.ask("POST", OUT, route)
    assert status == 201, added
    status, told = await house.ask("DELETE", f"{PINS}/{group['id']}")
    assert (status, told["error"]["code"]) == (409, "in_use")
    assert "Abroad" in told["error"]["message"]
    assert (await house.ask("DELETE", f"{OUT}/{added['id']}"))[0] == 204
    assert (await house.ask("DELETE", f"{PINS}/{group['id']}"))[0] == 204


async def test_the_inbound_mode_is_a_setting(house: House) -> None:
    status, told = await house.ask("PATCH", "/v1/settings/inbound_mode", {"values": {"mode": 1}})
    assert status in (200, 204), told
