"""A number belongs to one object, whatever its kind, and whatever way another asks for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.dialplan.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

BAR = "/v1/settings/mini_bar"
TO_1000 = {"destination": {"kind": "extension", "value": "1000"}}
WITH_1000 = {"members": ["1000"]}
SLOTS = {"first_slot": "4701", "last_slot": "4720"}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "extension": ("extensions", {}),
    "call queue": ("queues", {}),
    "ring group": ("ring-groups", WITH_1000),
    "voicemail group": ("voicemail-groups", WITH_1000),
    "IVR": ("ivrs", {}),
    "name directory": ("name-directories", {}),
    "fax extension": ("fax-extensions", {}),
    "conference room": ("conference-rooms", {}),
    "parking lot": ("parking-lots", SLOTS),
    "paging group": ("paging-groups", WITH_1000),
    "emergency number": ("emergency-numbers", {}),
    "speed dial": ("speed-dials", TO_1000),
}
"""Each with its address and what it needs besides a name and a number."""
ADMIN = {"user_name": "4321", "password": "correct horse battery", "level": "super"}


def asked_for(house: House, kind: str, number: str) -> tuple[str, dict[str, Any]]:
    """The request that gives a new object of a kind a number."""
    at, needs = KINDS[kind]
    field = "code" if kind == "speed dial" else "number"
    name = {"first_name" if kind == "extension" else "name": f"Held by {kind}"}
    ways = {"ways": [{"trunk": house.trunks[0]}]} if kind == "emergency number" else {}
    return f"/v1/{at}", {field: number} | needs | ways | ({} if field == "code" else name)


async def checks_ranges(house: House, wanted: bool) -> None:
    values = {"values": {"check_ranges": wanted}}
    assert (await house.ask("PATCH", "/v1/settings/numbers", values))[0] == 200


async def refused(house: House, path: str, body: dict[str, Any]) -> str:
    status, told = await house.ask("POST", path, body)
    assert (status, told["error"]["code"]) == (409, "number_taken"), (path, told)
    [field] = told["error"]["fields"]
    assert field in ("code", "number")
    return str(told["error"]["fields"][field])


@pytest.mark.parametrize("kind", KINDS)
async def test_no_kind_takes_the_number_of_another(house: House, kind: str) -> None:
    await checks_ranges(house, False)
    path, body = asked_for(house, kind, "4321")
    status, held = await house.ask("POST", path, body)
    assert status == 201, held
    for other in KINDS:
        message = await refused(house, *asked_for(house, other, "4321"))
        assert "4321" in message
        assert kind in message, (other, message)
        assert kind == "speed dial" or f"Held by {kind}" in message, (other, message)
    status, told = await house.ask("PATCH", BAR, {"values": {"code": "4321"}})
    assert (status, list(told["error"]["fields"])) == (409, ["code"])
    assert kind in told["error"]["fields"]["code"]
    status, told = await house.ask("POST", "/v1/admins", ADMIN)
    taken = "name_taken" if kind == "extension" else "number_taken"
    assert (status, told["error"]["code"]) == (409, taken)
    for sheet in "extensions", "queues":
        status, told = await house.site.json(
            "POST",
            f"/v1/{sheet}/import?dry_run=1",
            token=house.admin,
            headers={"content-type": "text/csv"},
            data=b"number,name\n4321,Imported" if sheet == "queues" else b"number\n4321",
        )
        assert status == 200, told
        assert kind in told["errors"][0]["message"], told
    assert (await house.ask("DELETE", f"{path}/{held.get('id', '4321')}"))[0] == 204
    await checks_ranges(house, True)


async def test_slots_codes_and_private_numbers_are_taken_too(house: House) -> None:
    await checks_ranges(house, False)
    lot_path, lot = asked_for(house, "parking lot", "4700")
    status, lot_held = await house.ask("POST", lot_path, lot)
    assert status == 201, lot_held
    place = {"number": "4750", "originates": True, "terminates": True}
    line = {"shared_line": {"enabled": True, "locations": [place]}}
    assert (await house.ask("PATCH", "/v1/extensions/1000", line))[0] == 200
    for number, having in (
        ("4705", "Held by parking lot"),
        ("4750", "Ana Costa"),
        ("*77", "Do Not Disturb"),
        ("*25", "mini bar"),
    ):
        dialled = ("speed dial", "emergency number")
        for kind in dialled if "*" in number else KINDS.keys() - {"parking lot"}:
            assert having in await refused(house, *asked_for(house, kind, number))
    line["shared_line"]["locations"] = [place | {"number": "4705"}]
    status, told = await house.ask("PATCH", "/v1/extensions/1000", line)
    assert (status, list(told["error"]["fields"])) == (422, ["shared_line"])
    line["shared_line"] = {"enabled": False, "locations": []}
    assert (await house.ask("PATCH", "/v1/extensions/1000", line))[0] == 200
    assert (await house.ask("DELETE", f"{lot_path}/{lot_held['id']}"))[0] == 204
    await checks_ranges(house, True)


async def test_two_who_ask_at_once_do_not_both_get_it(house: House) -> None:
    await checks_ranges(house, False)
    asked = [asked_for(house, kind, "4321") for kind in ("extension", "ring group", "IVR")]
    bearer = {"authorization": f"Bearer {house.admin}"}

    async def ask(path: str, body: dict[str, Any]) -> int:
        async with house.site.http.post(house.site.url + path, json=body, headers=bearer) as got:
            return got.status

    assert sorted(await asyncio.gather(*(ask(*each) for each in asked))) == [201, 409, 409]
    for path, _ in asked:
        items = (await house.ask("GET", f"{path}?q=4321"))[1]["items"]
        for each in items:
            assert (await house.ask("DELETE", f"{path}/{each.get('id', '4321')}"))[0] == 204
    await checks_ranges(house, True)


async def test_settings_lines_and_user_names_are_asked_for_at_once_too(house: House) -> None:
    await checks_ranges(house, False)
    place = {"number": "4321", "originates": True, "terminates": True}
    line = {"shared_line": {"enabled": True, "locations": [place]}}
    group_path, group = asked_for(house, "ring group", "4321")
    ways = (
        ("PATCH", "/v1/extensions/1000", line),
        ("PATCH", "/v1/extensions/1001", line),
        ("PATCH", BAR, {"values": {"code": "4321"}}),
        ("POST", "/v1/admins", ADMIN),
        ("POST", group_path, group),
    )
    for first in range(len(ways)):  # whoever is asked first
        turn = [*ways[first:], *ways[:first]]
        answers = await asyncio.gather(*(house.ask(*way) for way in turn))
        given = [way for way, (status, _) in zip(turn, answers, strict=True) if status < 300]
        assert len(given) == 1, answers
        _, groups = await house.ask("GET", f"{group_path}?q=4321")
        for each in groups["items"]:
            assert (await house.ask("DELETE", f"{group_path}/{each['id']}"))[0] == 204
        await house.ask("DELETE", "/v1/admins/4321")
        free = {"shared_line": {"enabled": False, "locations": []}}
        for number in ("1000", "1001"):
            assert (await house.ask("PATCH", f"/v1/extensions/{number}", free))[0] == 200
        assert (await house.ask("PATCH", BAR, {"values": {"code": "*25"}}))[0] == 200
    await checks_ranges(house, True)


@pytest.mark.parametrize(
    ("kind", "number", "inside"),
    [
        ("ring group", "6501", "6498"),
        ("voicemail group", "6401", "6698"),
        ("IVR", "7101", "7099"),
        ("name directory", "7100", "7198"),
        ("fax extension", "8201", "8199"),
        ("conference room", "6401", "6398"),
    ],
)
async def test_a_number_outside_its_range_is_refused_while_ranges_are_checked(
    house: House, kind: str, number: str, inside: str
) -> None:
    path, body = asked_for(house, kind, number)
    status, told = await house.ask("POST", path, body)
    assert (status, list(told["error"]["fields"])) == (422, ["number"]), told
    assert "from" in told["error"]["fields"]["number"]
    await checks_ranges(house, False)
    status, held = await house.ask("POST", path, body)
    assert status == 201, held
    await checks_ranges(house, True)
    at = f"{path}/{held['id']}"
    assert (await house.ask("PATCH", at, {"name": "Stays where it is"}))[0] == 200
    assert (await house.ask("PATCH", at, {"number": inside}))[0] == 200
    assert (await house.ask("PATCH", at, {"number": number}))[0] == 422
    assert (await house.ask("DELETE", at))[0] == 204
