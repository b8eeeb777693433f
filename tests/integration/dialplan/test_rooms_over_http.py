"""Lots, pickup groups, rooms, paging groups and feature codes over REST, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.dialplan.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

TO_1000 = {"destination": {"kind": "extension", "value": "1000"}}
LOTS, PICKUPS, CODES = "/v1/parking-lots", "/v1/pickup-groups", "/v1/settings/feature_codes"


async def test_a_lot_takes_its_numbers_until_it_is_deleted(house: House) -> None:
    lot = {"name": "Lot", "number": "700", "first_slot": "701", "last_slot": "703"}
    status, added = await house.ask("POST", LOTS, lot)
    assert status == 201, added
    assert (added["timeout_s"], added["destination"]["kind"]) == (300, "hang_up")
    group = {"name": "Sales", "number": "702", "members": ["1000"]}
    status, told = await house.ask("POST", "/v1/ring-groups", group)
    assert (status, told["error"]["code"]) == (409, "number_taken")
    assert list(told["error"]["fields"]) == ["number"]
    other = {"name": "Other", "number": "710", "first_slot": "703", "last_slot": "705"}
    status, told = await house.ask("POST", LOTS, other)
    assert (status, list(told["error"]["fields"])) == (409, ["first_slot"])
    path = f"{LOTS}/{added['id']}"
    assert (await house.ask("PATCH", path, {"last_slot": "702"}))[1]["last_slot"] == "702"
    assert (await house.ask("POST", LOTS, other))[0] == 201
    assert (await house.ask("DELETE", path))[0] == 204
    assert (await house.ask("GET", path))[0] == 404


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"number": "722"}, "number"),
        ({"number": "800"}, "number"),
        ({"last_slot": "820", "first_slot": "800"}, "first_slot"),
        ({"last_slot": "720"}, "last_slot"),
        ({"last_slot": "1721"}, "last_slot"),
        ({"first_slot": "x"}, "first_slot"),
        ({"timeout_s": -1}, "timeout_s"),
        ({"destination": {"kind": "extension"}}, "destination.value"),
        ({"destination": {"kind": "by_did"}}, "destination.kind"),
    ],
)
async def test_what_is_wrong_with_a_lot_is_named(
    house: House, fields: dict[str, Any], wrong: str
) -> None:
    usual = {"name": "Wrong", "number": "720", "first_slot": "721", "last_slot": "723"}
    status, told = await house.ask("POST", LOTS, usual | fields)
    assert (status, list(told["error"]["fields"])) == (422, [wrong]), told


async def test_a_pickup_group_has_members(house: House) -> None:
    status, told = await house.ask("POST", PICKUPS, {"name": "Nobody"})
    assert (status, list(told["error"]["fields"])) == (422, ["members"])
    status, added = await house.ask("POST", PICKUPS, {"name": "Sales", "members": ["1000"]})
    assert (status, added["members"]) == (201, ["1000"])
    assert (await house.ask("DELETE", f"{PICKUPS}/{added['id']}"))[0] == 204


async def test_feature_codes_differ_from_each_other(house: House) -> None:
    status, told = await house.ask("GET", CODES)
    assert (status, told["values"]["park"]) == (200, "#72")
    same = {"values": {"group_pickup": "*9", "park": "*9"}, "version": told["version"]}
    status, refused = await house.ask("PATCH", CODES, same)
    assert status == 422, refused
    status, dial = await house.ask("POST", "/v1/speed-dials", {"code": "*501"} | TO_1000)
    assert status == 201, dial
    for path, values, field in (
        (CODES, {"park": "*501"}, "park"),
        (CODES, {"park": "*25"}, "park"),
        ("/v1/settings/mini_bar", {"code": "*23"}, "code"),
    ):
        status, told = await house.ask("PATCH", path, {"values": values})
        assert (status, list(told["error"]["fields"])) == (409, [field])
    status, told = await house.ask("POST", "/v1/speed-dials", {"code": "*77"} | TO_1000)
    assert (status, list(told["error"]["fields"])) == (409, ["code"])
    assert (await house.ask("DELETE", f"/v1/speed-dials/{dial['id']}"))[0] == 204


async def test_rooms_and_paging_groups_have_numbers_of_their_own(house: House) -> None:
    rooms, groups = "/v1/conference-rooms", "/v1/paging-groups"
    status, room = await house.ask("POST", rooms, {"name": "Room", "number": "6301"})
    assert (status, room["chimes"], room["pin"]) == (201, True, "")
    page = {"name": "All", "number": "6301", "members": ["1000"]}
    status, told = await house.ask("POST", groups, page)
    assert (status, list(told["error"]["fields"])) == (409, ["number"])
    status, group = await house.ask("POST", groups, page | {"number": "6800"})
    assert (status, group["type"]) == (201, "two_way")
    for kind, choice in (
        ("conference-rooms", {"id": "6301", "name": "Room (6301)"}),
        ("paging-groups", {"id": "6800", "name": "All (6800)"}),
    ):
        assert choice in (await house.ask("GET", f"/v1/choices/{kind}"))[1]["items"]
    for path in f"{rooms}/{room['id']}", f"{groups}/{group['id']}":
        assert (await house.ask("DELETE", path))[0] == 204


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"pin": "12"}, "pin"),
        ({"pin": "1234"}, "pin"),
        ({"pin": "4711", "host_pin": "4711"}, "host_pin"),
        ({"waits_for_host": True}, "hosts"),
        ({"number": "6401"}, "number"),
        ({"most": 301}, "most"),
    ],
)
async def test_what_is_wrong_with_a_room_is_named(
    house: House, fields: dict[str, Any], wrong: str
) -> None:
    body = {"name": "Wrong", "number": "6399"} | fields
    status, told = await house.ask("POST", "/v1/conference-rooms", body)
    assert (status, list(told["error"]["fields"])) == (422, [wrong]), told
