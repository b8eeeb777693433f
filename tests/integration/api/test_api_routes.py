"""Trunks, routes and the blacklist over the API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from pbxcore.faxes.library import installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.program import Program
    from tests.support.ucm import UcmClient

NEED_APPLY = {"need_apply": "yes"}


@pytest.fixture(scope="module")
def trunks(admin: Program) -> list[str]:
    """The names of two trunks."""
    for name in ("City Line", "Other"):
        body = {"name": name, "kind": "peer", "host": "192.0.2.1", "disabled": True}
        assert admin.post("/v1/trunks", body).status == 201
    return ["City Line", "Other"]


@pytest.fixture
def index(api: UcmClient, trunks: list[str]) -> dict[str, int]:
    """The trunks' numbers by their names."""
    rows = api.ask("listVoIPTrunk", sidx="trunk_name").response["voip_trunk"]
    assert [each["trunk_name"] for each in rows] == trunks
    assert {each["technology"] for each in rows} == {"SIP"}
    return {each["trunk_name"]: each["trunk_index"] for each in rows}


def test_an_outbound_route_is_added_read_changed_and_deleted(
    api: UcmClient, index: dict[str, int]
) -> None:
    added = api.ask(
        "addOutboundRoute",
        outbound_rt_name="City",
        default_trunk_index=str(index["City Line"]),
        pattern=[{"match": "_9X."}, {"match": "911"}],
        permission="internal-local",
        strip="1",
        prepend="0",
        enable_wlist="yes",
        members="1000,1001",
        failover_outbound_data=[
            {"failover_trunk_index": index["Other"], "failover_strip": 2, "failover_prepend": "00"}
        ],
    )
    assert (added.status, added.response) == (0, NEED_APPLY)
    listed = api.ask("listOutboundRoute").response
    assert (listed["total_item"], listed["total_page"]) == (1, 1)
    [row] = listed["outbound_route"]
    assert (row["pattern"], row["members"], row["sequence"]) == ("_9X.,911", ["1000", "1001"], 1)
    route = str(row["outbound_rt_index"])
    read = api.ask("getOutboundRoute", outbound_route=route).response
    expected = {
        "outbound_rt_name": "City", "default_trunk_index": index["City Line"], "strip": 1,
        "prepend": "0", "permission": "internal-local", "time_mode": 0,
        "enable_wlist": "yes", "members": "1000,1001", "out_of_service": "no", "limitime": None,
    }  # fmt: skip
    assert {name: read["outbound_route"][name] for name in expected} == expected
    assert [each["match"] for each in read["pattern"]] == ["_9X.", "911"]
    group = api.ask("listExtensionGroup").response["extension_group"][0]["group_id"]
    among = {"members": f"1001,{group}"}
    assert api.ask("updateOutboundRoute", outbound_route=route, **among).status == 0
    grouped = api.ask("getOutboundRoute", outbound_route=route).response["outbound_route"]
    assert grouped["members"] == among["members"]
    unknown = api.ask("updateOutboundRoute", outbound_route=route, members="group-999")
    assert unknown.status == -16
    [failover] = read["failover_outbound_data"]
    assert (failover["failover_trunk_index"], failover["failover_prepend"]) == (
        index["Other"],
        "00",
    )
    changed = api.ask(
        "updateOutboundRoute",
        outbound_rt_index=route,
        prepend=None,
        time_mode="1",
        out_of_service="yes",
        failover_outbound_data="[]",
    )
    assert changed.status == 0
    read = api.ask("getOutboundRoute", outbound_route=route).response
    now = read["outbound_route"]
    assert (now["prepend"], now["time_mode"], now["strip"]) == (None, 1, 1)
    assert (now["out_of_service"], read["failover_outbound_data"]) == ("yes", [])
    assert api.ask("deleteOutboundRoute", outbound_route=route).status == 0
    assert api.ask("getOutboundRoute", outbound_route=route).status == -16


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"outbound_rt_name": ""}, -1),
        ({"default_trunk_index": "99"}, -16),
        ({"pattern": [{"match": "_9[X"}]}, -15),
        ({"permission": "everything"}, -15),
        ({"strip": "many"}, -15),
    ],
)
def test_what_cannot_be_taken_is_refused(
    api: UcmClient, index: dict[str, int], fields: dict[str, Any], status: int
) -> None:
    usual = {
        "outbound_rt_name": "Refused", "default_trunk_index": index["Other"],
        "pattern": [{"match": "_9X."}],
    }  # fmt: skip
    assert api.ask("addOutboundRoute", **(usual | fields)).status == status


def test_pins_open_an_outbound_route(api: UcmClient, index: dict[str, int]) -> None:
    ident = "1764172800000"
    pins = [{"pin": "4711", "pin_name": "Ana"}, {"pin": "4712"}]
    fields = {"pin_sets_id": ident, "pin_sets_name": "Sales", "record_in_cdr": "yes"}
    added = api.ask("addPinSets", **fields, members=pins)
    assert (added.status, added.response) == (0, NEED_APPLY)
    assert api.ask("addPinSets", **fields, members=pins).status == -44
    assert api.ask("listPinSets").response["pin_sets_id"] == [fields]
    read = api.ask("getPinSets", pin_sets_id=ident).response
    assert read["pin_sets_id"] == fields
    assert read["members"][0] == {**pins[0], "pin_sets_id": ident}
    wrong = [{"pin": "12"}]
    assert api.ask("updatePinSets", pin_sets_id=ident, members=wrong).status == -15
    assert api.ask("updatePinSets", pin_sets_id=ident, members=pins[:1]).status == 0
    route = {
        "outbound_rt_name": "Pins", "default_trunk_index": index["Other"], "limitime": 60,
        "pattern": [{"match": "_8X."}], "pin_sets_id": ident, "password": "9999",
    }  # fmt: skip
    assert api.ask("addOutboundRoute", **(route | {"pin_sets_id": "7"})).status == -16
    assert api.ask("addOutboundRoute", **route).status == 0
    [row] = api.ask("listOutboundRoute").response["outbound_route"]
    number = row["outbound_rt_index"]
    found = api.ask("getOutboundRoute", outbound_route=number).response["outbound_route"]
    kept = {name: found[name] for name in ("pin_sets_id", "password", "limitime")}
    assert kept == {"pin_sets_id": ident, "password": "9999", "limitime": 60}
    assert api.ask("deletePinSets", pin_sets_id=ident).status != 0
    changed = {"pin_sets_id": None, "password": None, "limitime": None}
    assert api.ask("updateOutboundRoute", outbound_route=number, **changed).status == 0
    found = api.ask("getOutboundRoute", outbound_route=number).response["outbound_route"]
    assert {name: found[name] for name in changed} == changed
    assert api.ask("deletePinSets", pin_sets_id=ident).status == 0
    assert api.ask("getPinSets", pin_sets_id=ident).status == -16
    assert api.ask("deleteOutboundRoute", outbound_route=number).status == 0


def test_an_inbound_route_is_added_read_changed_and_deleted(
    api: UcmClient, index: dict[str, int]
) -> None:
    trunk = index["City Line"]
    added = api.ask(
        "addInboundRoute",
        trunk_index=str(trunk),
        did_pattern_match='[{"did_pattern_match": "_x."}]',
        did_pattern_allow="_555.,444",
        destination_type="account",
        account="1000",
        multi_mode="[]",
        time_condition="[]",
        set_callerid_enable="yes",
        set_callerid_number="9${CALLERID(num)}",
        ext_local="yes",
        ext_group="yes",
        prepend_trunk_name="yes",
    )
    assert (added.status, added.response) == (0, NEED_APPLY)
    [row] = api.ask("listInboundRoute", trunk_index=trunk).response["inbound_route"]
    assert (row["did_pattern_match"], row["did_pattern_allow"]) == ("_x.", "_555.,444")
    assert (row["destination_type"], row["account"], row["queue"]) == ("account", "1000", None)
    assert api.ask("listInboundRoute", trunk_index=index["Other"]).response["total_item"] == 0
    route = row["inbound_rt_index"]
    read = api.ask("getInboundRoute", inbound_route=route).response
    assert read["inbound_routes"]["set_callerid_number"] == "9${CALLERID(num)}"
    opened = read["inbound_did_destination"]
    assert (opened["ext_group"], opened["ext_fax"]) == ("yes", "no")
    changed = api.ask(
        "updateInboundRoute",
        inbound_route=route,
        destination_type="byDID",
        did_strip=2,
        set_callerid_enable="no",
        ext_group="no",
    )
    assert changed.status == 0
    read = api.ask("getInboundRoute", inbound_route=route).response
    now = read["inbound_routes"]
    assert (now["destination_type"], now["did_strip"], now["account"]) == ("byDID", 2, None)
    assert (now["set_callerid_enable"], read["inbound_did_destination"]["ext_group"]) == (
        "no", "no",
    )  # fmt: skip
    named = {"prepend_inbound_name_enable": "yes", "prepend_inbound_name": "Shop"}
    for change, shown in ((named, "Shop"), ({"prepend_inbound_name_enable": "no"}, None)):
        assert api.ask("updateInboundRoute", inbound_route=route, **change).status == 0
        now = api.ask("getInboundRoute", inbound_route=route).response["inbound_routes"]
        assert now.items() >= {**change, "prepend_inbound_name": shown}.items()
    fax = {
        "enable_fax_detect": "yes",
        "fax_intelligent_route": "extension",
        "fax_intelligent_route_destination": "1001",
        "auto_answer": "yes",
        "detection_timeout": 6,
        "alertinfo": "ring3",
        "incoming_prepend": "8",
    }
    assert api.ask("updateInboundRoute", inbound_route=route, **fax).status == 0
    now = api.ask("getInboundRoute", inbound_route=route).response["inbound_routes"]
    assert now.items() >= fax.items()
    mail = {"fax_intelligent_route": "email", "fax_intelligent_route_destination": "a@example.com"}
    if installed():
        assert api.ask("updateInboundRoute", inbound_route=route, **mail).status == 0
        now = api.ask("getInboundRoute", inbound_route=route).response["inbound_routes"]
        assert now.items() >= mail.items()
    else:
        assert api.ask("updateInboundRoute", inbound_route=route, **mail).status == -19
    own = {
        "dialdirect": "yes", "seamless_transfer_did_whitelist": "1000,1001", "inbound_mode": 2,
        "inbound_suffix": "55",
    }  # fmt: skip
    may_be = {"ext_fax": "yes", "ext_directory": "yes", "ext_multimedia_conference": "yes"}
    assert api.ask("updateInboundRoute", inbound_route=route, **may_be, **own).status == 0
    read = api.ask("getInboundRoute", inbound_route=route).response
    assert own.items() <= read["inbound_routes"].items()
    assert (may_be | {"ext_conference": "yes"}).items() <= read["inbound_did_destination"].items()
    closed = {**read["inbound_did_destination"], "ext_conference": "no"}
    assert api.ask("updateInboundRoute", inbound_route=route, **closed).status == 0
    opened = api.ask("getInboundRoute", inbound_route=route).response["inbound_did_destination"]
    rooms = ("ext_conference", "ext_multimedia_conference")
    assert {opened[each] for each in rooms} == {"no"}
    off = api.ask("updateInboundRoute", inbound_route=route, fax_intelligent_route="no")
    assert off.status == 0
    now = api.ask("getInboundRoute", inbound_route=route).response["inbound_routes"]
    assert (now["enable_fax_detect"], now["fax_intelligent_route"]) == ("no", "no")
    assert api.ask("deleteInboundRoute", inbound_route=route).status == 0
    assert api.ask("getInboundRoute", inbound_route=route).status == -16


def test_an_inbound_route_has_timed_destinations_and_modes(
    api: UcmClient, index: dict[str, int]
) -> None:
    night = {"destination_type": "account", "account": "1001"}
    hours = {"start_hour": 12, "start_min": "30", "end_hour": 13, "end_min": 0}
    fields = {
        "trunk_index": index["Other"], "did_pattern_match": "_7x.", "destination_type": "account",
        "account": "1000", "blocking_did_collect_calls": "yes",
        "time_condition": [{"timetype": 2, **night}, {"timetype": "6", **night, **hours}],
        "multi_mode": [{"mode": 1, "destination_type": "hangup"}],
    }  # fmt: skip
    bad = {"multi_mode": [{"destination_type": "hangup"}]}
    assert api.ask("addInboundRoute", **(fields | bad)).status == -15
    assert api.ask("addInboundRoute", **fields).status == 0
    [row] = api.ask("listInboundRoute", trunk_index=index["Other"]).response["inbound_route"]
    assert row["blocking_did_collect_calls"] == "yes"
    closed, lunch, mode = row["members"]
    assert (closed["tc"], closed["mode"], closed["account"]) == (2, 0, "1001")
    assert {name: lunch[name] for name in hours} == hours | {"start_min": 30}
    assert (mode["mode"], mode["destination_type"]) == (1, "hangup")
    route = row["inbound_rt_index"]
    assert api.ask("updateInboundRoute", inbound_route=route, time_condition=[]).status == 0
    [row] = api.ask("listInboundRoute", trunk_index=index["Other"]).response["inbound_route"]
    assert [each["mode"] for each in row["members"]] == [1]
    assert api.ask("deleteInboundRoute", inbound_route=route).status == 0


def test_the_blacklist_is_filled_and_emptied(api: UcmClient) -> None:
    assert api.ask("getInboundBlacklistSettings").response == {
        "inbound_blacklist_settings": {"enable": "no"}
    }
    assert api.ask("updateInboundBlacklistSettings", enable="yes").status == 0
    for number in ("5551234", "_900."):
        assert api.ask("addInboundBlacklist", number=number, inbound_rt_index="0").status == 0
    assert api.ask("addInboundBlacklist", number="5551234").status == -44
    assert api.ask("addInboundBlacklist", number="_[").status == -15
    listed = api.ask("listInboundBlacklist").response
    assert [each["number"] for each in listed["number"]] == ["5551234", "_900."]
    assert (listed["total_blacklist_item"], listed["total_item"]) == (2, 2)
    assert api.ask("deleteInboundBlacklist", number="5551234").status == 0
    assert api.ask("deleteInboundBlacklist", number="5551234").status == -16
    assert api.ask("deleteAllInboundBlacklist").status == 0
    assert api.ask("listInboundBlacklist").response["number"] == []
    settings = api.ask("getInboundBlacklistSettings").response["inbound_blacklist_settings"]
    assert settings == {"enable": "yes"}


def test_one_route_turns_away_numbers_of_its_own(api: UcmClient, index: dict[str, int]) -> None:
    def held() -> dict[str, str]:
        rows = api.ask("listInboundBlacklist").response["number"]
        return {each["number"]: each["inbound_rt_index"] for each in rows}

    fields = {"did_pattern_match": "_6x.", "destination_type": "account", "account": "1000"}
    added = api.ask("addInboundRoute", trunk_index=index["Other"], **fields)
    assert added.status == 0
    [row] = api.ask("listInboundRoute", trunk_index=index["Other"]).response["inbound_route"]
    route = str(row["inbound_rt_index"])
    assert api.ask("addInboundBlacklist", number="777", inbound_rt_index=route).status == 0
    assert api.ask("addInboundBlacklist", number="777", inbound_rt_index="0").status == -44
    assert api.ask("addInboundBlacklist", number="778", inbound_rt_index="9999").status == -16
    assert held() == {"777": route}
    assert api.ask("updateInboundBlacklist", number="777", inbound_rt_index="0").status == 0
    assert held() == {"777": "0"}
    assert api.ask("updateInboundBlacklist", number="777", inbound_rt_index=route).status == 0
    assert api.ask("addInboundBlacklist", number="778", inbound_rt_index=route).status == 0
    assert api.ask("deleteInboundBlacklist", number="777").status == 0
    assert held() == {"778": route}
    assert api.ask("deleteAllInboundBlacklist").status == 0
    assert held() == {}
    assert api.ask("deleteInboundRoute", inbound_route=route).status == 0


def test_a_number_on_several_routes_is_let_in_again_everywhere(
    api: UcmClient, admin: Program, index: dict[str, int]
) -> None:
    held = blacklisted_everywhere(api, admin, index)
    assert api.ask("deleteInboundBlacklist", number="777").status == 0
    assert held() == ["", "", ""]
    held = blacklisted_everywhere(api, admin, index)
    [first, *_] = api.ask("listInboundRoute", trunk_index=index["Other"]).response["inbound_route"]
    route = str(first["inbound_rt_index"])
    assert api.ask("updateInboundBlacklist", number="777", inbound_rt_index=route).status == 0
    assert sorted(held()) == ["", "", "777"]
    assert api.ask("deleteAllInboundBlacklist").status == 0
    for row in api.ask("listInboundRoute", trunk_index=index["Other"]).response["inbound_route"]:
        assert api.ask("deleteInboundRoute", inbound_route=row["inbound_rt_index"]).status == 0


def blacklisted_everywhere(
    api: UcmClient, admin: Program, index: dict[str, int]
) -> Callable[[], list[str]]:
    """Turn 777 away on two routes and on every one; what each of the three says."""
    asked = {"destination_type": "account", "account": "1000", "trunk_index": index["Other"]}
    if not admin.get("/v1/inbound-routes").json()["items"]:
        for pattern in ("_61x.", "_62x."):
            assert api.ask("addInboundRoute", did_pattern_match=pattern, **asked).status == 0
    for each in admin.get("/v1/inbound-routes").json()["items"]:
        assert admin.patch(f"/v1/inbound-routes/{each['id']}", {"blocked": "777"}).status == 200
    assert admin.patch("/v1/settings/blacklist", {"values": {"blocked": "777"}}).status == 200

    def held() -> list[str]:
        routes = admin.get("/v1/inbound-routes").json()["items"]
        everywhere = admin.get("/v1/settings/blacklist").json()["values"]["blocked"]
        return [everywhere, *(each["blocked"] for each in routes)]

    assert held() == ["777", "777", "777"]
    return held


def test_numbers_that_come_at_once_are_all_turned_away(api: UcmClient) -> None:
    numbers = [f"88{each}" for each in range(12)]
    with ThreadPoolExecutor(len(numbers)) as pool:
        asked = [pool.submit(api.ask, "addInboundBlacklist", number=each) for each in numbers]
        assert {each.result().status for each in asked} == {0}
    rows = api.ask("listInboundBlacklist", item_num=50).response["number"]
    assert sorted(each["number"] for each in rows) == sorted(numbers)
    assert api.ask("deleteAllInboundBlacklist").status == 0
