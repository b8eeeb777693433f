"""Outbound and inbound routes over REST, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.dialplan.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

OUT, IN = "/v1/outbound-routes", "/v1/inbound-routes"


def outbound(house: House, name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "patterns": "_9X. /* city */\n911",
        "ways": [
            {"trunk": house.trunks[0], "strip": 1, "prepend": "0"}, {"trunk": house.trunks[1]},
        ],
        **more,
    }  # fmt: skip


def inbound(house: House, name: str, **more: Any) -> dict[str, Any]:
    to = {"kind": "extension", "value": "1000"}
    return {"name": name, "trunks": [house.trunks[0]], "destination": to, **more}


async def test_a_route_is_added_once_read_changed_and_deleted(house: House) -> None:
    body = outbound(house, "City", client_id="c-1", permission="internal-local")
    status, added = await house.ask("POST", OUT, body)
    assert status == 201, added
    assert (added["permission"], added["position"], added["version"]) == ("internal-local", 1, 1)
    assert added["ways"][1] == {"trunk": house.trunks[1], "strip": 0, "prepend": ""}
    again = await house.ask("POST", OUT, body)
    assert again[1]["id"] == added["id"]
    path = f"{OUT}/{added['id']}"
    assert (await house.ask("GET", path))[1] == added
    hours = [{"start": "09:00", "end": "17:00", "weekdays": [1, 2]}]
    change = {"when": {"condition": 6, "hours": hours}, "caller_id": "5551000", "version": 1}
    status, changed = await house.ask("PATCH", path, change)
    assert status == 200, changed
    assert (changed["version"], changed["caller_id"], changed["patterns"]) == (
        2, "5551000", added["patterns"],
    )  # fmt: skip
    assert changed["when"]["hours"][0]["weekdays"] == [1, 2]
    status, told = await house.ask("PATCH", path, {"name": "Other", "version": 1})
    assert (status, told["error"]["code"]) == (409, "edited")
    assert (await house.ask("PATCH", path, {"caller_id": ""}))[1]["caller_id"] == ""
    assert (await house.ask("DELETE", path))[0] == 204
    assert (await house.ask("GET", path))[0] == 404
    _, log = await house.ask("GET", "/v1/operations?action=outbound_route.")
    done = [each["action"] for each in log["items"] if each["result"] == "done"]
    assert done == [f"outbound_route.{each}" for each in ("delete", "change", "change", "add")]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"patterns": ""}, "patterns"),
        ({"patterns": "_9[X"}, "patterns"),
        ({"patterns": "_1.2"}, "patterns"),
        ({"ways": []}, "ways"),
        ({"ways": [{"trunk": "absent"}]}, "ways"),
        ({"permission": "everything"}, "permission"),
        ({"only_callers": True}, "callers"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_will_not_do_is_named(house: House, fields: dict[str, Any], wrong: str) -> None:
    status, told = await house.ask("POST", OUT, outbound(house, "Refused") | fields)
    assert status == 422, told
    assert list(told["error"]["fields"]) == [wrong]


async def test_a_destination_needs_its_number(house: House) -> None:
    for more, wrong in (
        ({"destination": {"kind": "ring_group"}}, "destination.value"),
        (
            {"timed": [{"condition": 1, "destination": {"kind": "external"}}]},
            "timed.0.destination.value",
        ),
        ({"trunks": []}, "trunks"),
        ({"trunks": ["absent"]}, "trunks"),
    ):
        status, told = await house.ask("POST", IN, inbound(house, "Refused", **more))
        assert (status, list(told["error"]["fields"])) == (422, [wrong]), told
    status, added = await house.ask(
        "POST", IN, inbound(house, "Gone", destination={"kind": "hang_up"})
    )
    assert status == 201
    assert (await house.ask("DELETE", f"{IN}/{added['id']}"))[0] == 204


async def test_routes_stand_in_the_order_they_are_moved_to(house: House) -> None:
    ids = []
    for name in ("First", "Second", "Third"):
        status, added = await house.ask("POST", IN, inbound(house, name))
        assert status == 201, added
        ids.append(added["id"])
    assert (await house.ask("POST", f"{IN}/{ids[2]}/move", {"position": 1}))[0] == 200
    _, listed = await house.ask("GET", f"{IN}?sort=position")
    assert [each["name"] for each in listed["items"]] == ["Third", "First", "Second"]
    assert [each["position"] for each in listed["items"]] == [1, 2, 3]
    taken = await house.ask("POST", IN, inbound(house, "FIRST"))
    assert (taken[0], taken[1]["error"]["code"]) == (409, "name_taken")
    for each in ids:
        assert (await house.ask("DELETE", f"{IN}/{each}"))[0] == 204


async def test_forms_and_choices_are_there(house: House) -> None:
    for name in ("outbound-route", "inbound-route"):
        status, schema = await house.ask("GET", f"/v1/forms/{name}")
        assert (status, schema["order"][0]) == (200, "name")
    _, trunks = await house.ask("GET", "/v1/choices/trunks")
    assert [each["name"] for each in trunks["items"]] == ["City Line", "Other"]
