"""What something else leads to cannot be deleted; the answer names what needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.dialplan.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

OBJECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "ivr": ("/v1/ivrs", {"number": "7061"}),
    "ring_group": ("/v1/ring-groups", {"number": "6461", "members": ["1000"]}),
    "voicemail_group": ("/v1/voicemail-groups", {"number": "6661", "members": ["1000"]}),
    "conference": ("/v1/conference-rooms", {"number": "6361"}),
    "page": ("/v1/paging-groups", {"number": "6861", "members": ["1000"]}),
    "directory": ("/v1/name-directories", {"number": "7161"}),
    "fax": ("/v1/fax-extensions", {"number": "7261"}),
    "disa": ("/v1/disas", {"password": "4711"}),
}


def leading_to(place: dict[str, str], house: House) -> dict[str, dict[str, Any]]:
    """Whatever can lead to a place, by its address."""
    route = {"name": "In", "trunks": [house.trunks[0]], "destination": place}
    key = {"key": "1", "destination": place}
    group = {"number": "6462", "members": ["1001"], "destination": place}
    return {
        "/v1/inbound-routes": route,
        "/v1/ivrs": {"name": "Menu", "number": "7062", "keys": [key]},
        "/v1/ring-groups": {"name": "Group", **group},
        "/v1/speed-dials": {"code": "*601", "destination": place},
    }


@pytest.mark.parametrize("kind", OBJECTS)
async def test_what_is_led_to_stays_until_nothing_does(house: House, kind: str) -> None:
    path, fields = OBJECTS[kind]
    status, added = await house.ask("POST", path, {"name": f"Needed {kind}", **fields})
    assert status == 201, added
    one = f"{path}/{added['id']}"
    place = {"kind": kind, "value": fields.get("number", added["id"])}
    for where, body in leading_to(place, house).items():
        status, user = await house.ask("POST", where, body)
        assert status == 201, user
        status, told = await house.ask("DELETE", one)
        assert (status, told["error"]["code"]) == (409, "in_use")
        names = [each["id"] for each in told["error"]["users"]]
        assert names == [user["id"]]
        assert (await house.ask("DELETE", f"{where}/{user['id']}"))[0] == 204
    assert (await house.ask("DELETE", one))[0] == 204


async def test_forwards_of_extensions_count_too(house: House) -> None:
    body = {"name": "Forwarded to", "number": "7063"}
    _, menu = await house.ask("POST", "/v1/ivrs", body)
    row = {"presence": "away", "case": "busy", "kind": "ivr", "value": "7063"}
    changed = await house.ask("PATCH", "/v1/extensions/1001", {"forwards": [row]})
    assert changed[0] == 200, changed
    status, told = await house.ask("DELETE", f"/v1/ivrs/{menu['id']}")
    assert status == 409
    assert told["error"]["users"] == [{"kind": "extension", "id": "1001", "name": "Ben Osei"}]
    await house.ask("PATCH", "/v1/extensions/1001", {"forwards": []})
    assert (await house.ask("DELETE", f"/v1/ivrs/{menu['id']}"))[0] == 204


async def test_a_number_of_a_trunk_that_a_ring_group_shows_counts_too(house: House) -> None:
    body = {"name": "Shown", "number": "6463", "members": ["1000"]}
    _, group = await house.ask("POST", "/v1/ring-groups", body)
    trunk, one = f"/v1/trunks/{house.trunks[0]}", f"/v1/ring-groups/{group['id']}"
    dods = [{"number": "5551002", "ring_groups": ["6463"]}]
    assert (await house.ask("PATCH", trunk, {"dods": dods}))[0] == 200
    status, told = await house.ask("DELETE", one)
    assert (status, told["error"]["code"]) == (409, "in_use")
    named = {"kind": "trunk", "id": house.trunks[0], "name": "City Line"}
    assert told["error"]["users"] == [named]
    assert (await house.ask("PATCH", trunk, {"dods": []}))[0] == 200
    assert (await house.ask("DELETE", one))[0] == 204


async def test_a_trunk_that_sends_faxes_to_an_extension_counts_too(house: House) -> None:
    _, box = await house.ask("POST", "/v1/fax-extensions", {"name": "Box", "number": "7262"})
    trunk, one = f"/v1/trunks/{house.trunks[0]}", f"/v1/fax-extensions/{box['id']}"
    faxes = {"fax_detection": True, "fax_to": "email", "fax_destination": "7262"}
    assert (await house.ask("PATCH", trunk, faxes))[0] == 200
    status, told = await house.ask("DELETE", one)
    assert (status, told["error"]["code"]) == (409, "in_use")
    named = {"kind": "trunk", "id": house.trunks[0], "name": "City Line"}
    assert told["error"]["users"] == [named]
    assert (await house.ask("PATCH", trunk, {"fax_detection": False}))[0] == 200
    assert (await house.ask("DELETE", one))[0] == 204


async def test_an_object_may_lead_to_itself(house: House) -> None:
    key = {"key": "9", "destination": {"kind": "ivr", "value": "7064"}}
    body = {"name": "Round", "number": "7064", "keys": [key]}
    _, menu = await house.ask("POST", "/v1/ivrs", body)
    assert (await house.ask("DELETE", f"/v1/ivrs/{menu['id']}"))[0] == 204


async def test_whatever_names_an_extension_group_is_told_before_it_is_deleted(house: House) -> None:
    body = {"name": "Callers", "members": ["1000"]}
    _, group = await house.ask("POST", "/v1/extension-groups", body)
    path, member = f"/v1/extension-groups/{group['id']}", {"member_groups": [group["id"]]}

    async def told() -> list[tuple[str, str]]:
        _, answer = await house.ask("GET", f"{path}/references")
        assert not any(each["blocking"] for each in answer["items"])
        return [(each["kind"], each["name"]) for each in answer["items"]]

    assert await told() == []
    trunk, codes = f"/v1/trunks/{house.trunks[0]}", "/v1/settings/feature_codes"
    dods = [{"number": "5551000"}, {"number": "5551001", "groups": [group["id"]]}]
    status, changed = await house.ask("PATCH", trunk, {"dods": dods})
    assert status == 200, changed
    status, changed = await house.ask(
        "PATCH", codes, {"values": {"priority_groups": [group["id"]]}}
    )
    assert status == 200, changed
    made = [
        await house.ask("POST", where, {"name": "Named", **member, **more})
        for where, more in (
            ("/v1/ring-groups", {"number": "6465"}),
            ("/v1/voicemail-groups", {"number": "6665"}),
            ("/v1/pickup-groups", {}),
            ("/v1/name-directories", {"number": "7165"}),
        )
    ]
    assert [status for status, _ in made] == [201] * 4, made
    assert sorted(await told()) == [
        ("name_directory", "Named"),
        ("pickup_group", "Named"),
        ("ring_group", "Named"),
        ("settings", "Feature Codes"),
        ("trunk", "City Line"),
        ("voicemail_group", "Named"),
    ]
    await house.ask("PATCH", trunk, {"dods": []})
    assert ("trunk", "City Line") not in await told()
    assert (await house.ask("DELETE", path))[0] == 204
    await house.ask("PATCH", codes, {"values": {"priority_groups": []}})
