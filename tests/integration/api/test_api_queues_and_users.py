"""Queues, users, groups and departments over the API."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.program import Program
    from tests.support.ucm import UcmClient

NEED_APPLY = {"need_apply": "yes"}


def test_queue_is_added_read_changed_and_deleted(api: UcmClient) -> None:
    added = api.ask(
        "addQueue",
        extension="6510",
        queue_name="Sales",
        members="1003,1000",
        strategy="rrmemory",
        ringtime="20",
        pin="4711",
        destination_type_t="queue",
        queue_dest_t="6500",
        week_date=["mon", "Fri"],
    )
    assert (added.status, added.response) == (0, NEED_APPLY)
    queue = api.ask("getQueue", queue="6510").response["queue"]
    expected = {
        "extension": "6510",
        "queue_name": "Sales",
        "members": "1003,1000",
        "strategy": "memory",
        "ringtime": 20,
        "wrapuptime": 10,
        "pin": "4711",
        "destination_type_t": "queue",
        "queue_dest_t": "6500",
        "week_date": "mon,fri",
        "leavewhenempty": "strict",
        "queue_chairman": None,
    }
    assert {name: queue[name] for name in expected} == expected
    changed = api.ask("updateQueue", queue="6510", members="1001", queue_chairmans="1000")
    assert (changed.status, changed.response) == (0, NEED_APPLY)
    rows = api.ask("listQueue", options="extension,queue_name,members,strategy").response["queue"]
    assert {
        "extension": "6510",
        "queue_name": "Sales",
        "members": "1001",
        "strategy": "memory",
    } in rows
    queue = api.ask("getQueue", queue="6510").response["queue"]
    assert queue["queue_chairmans"] == queue["queue_chairman"] == "1000"
    assert queue["ringtime"] == 20
    emptied = api.ask("updateQueue", extension="6510", members="", queue_chairmans=None)
    assert emptied.status == 0
    assert api.ask("getQueue", queue="6510").response["queue"]["members"] is None
    assert api.ask("deleteQueue", queue="6510").response == NEED_APPLY
    assert api.ask("getQueue", queue="6510").status == -16
    assert api.ask("deleteQueue", queue="6510").status == -16


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"members": "1000,9999"}, -15),
        ({"strategy": "loudest"}, -15),
        ({"ringtime": 4}, -15),
        ({"voice_prompt_time": 10}, -15),
        ({"custom_dates": "1,32"}, -15),
        ({"queue_name": "a\tb"}, -50),
        ({"queue_name": "x" * 65}, -15),
        ({"leavewhenempty": "never"}, -15),
    ],
)
def test_bad_values_are_refused_alike_by_add_and_update(
    api: UcmClient, fields: dict[str, Any], status: int
) -> None:
    before = api.ask("getQueue", queue="6500").response
    assert api.ask("updateQueue", queue="6500", **fields).status == status
    assert api.ask("getQueue", queue="6500").response == before
    added = api.ask("addQueue", **{"extension": "6511", "queue_name": "New", **fields})
    assert (added.status, bool(added.response["error_msg"])) == (status, True)
    assert api.ask("getQueue", queue="6511").status == -16


def test_queue_that_exists_or_lacks_something(api: UcmClient) -> None:
    assert api.ask("addQueue", extension="6500", queue_name="Again").status == -44
    assert api.ask("addQueue", extension="6512").status == -1
    assert api.ask("addQueue", queue_name="Numberless").status == -1
    assert api.ask("addQueue", extension="1050", queue_name="Out of range").status == -15
    assert api.ask("updateQueue", queue="6512").status == -16
    assert api.ask("updateQueue", queue="6500", queue_name="").status == -1
    assert api.ask("getQueue").status == -1


def test_users_are_listed_read_and_changed(api: UcmClient, admin: Program) -> None:
    users = api.ask("listUser").response["user_id"]
    by_name = {each["user_name"]: each for each in users}
    assert by_name["admin"]["user_id"] == 0
    assert by_name["admin"]["privilege"] == 0
    ana = by_name["1000"]
    assert (ana["first_name"], ana["last_name"], ana["privilege"]) == ("Ana", "Costa", 3)
    assert ana["cookie"] is None
    assert len({each["user_id"] for each in users}) == len(users)
    changed = api.ask(
        "updateUser",
        user_id=ana["user_id"],
        user_name="1000",
        phone_number="+353 1 2345678",
        fax="4455",
        department="Support",
        privilege="3",
    )
    assert (changed.status, changed.response) == (0, NEED_APPLY)
    user = api.ask("getUser", user_name="1000").response["user_name"]
    assert "user_name" not in user
    assert user["user_id"] == ana["user_id"]
    assert (user["phone_number"], user["fax"]) == ("+353 1 2345678", "4455")
    assert (user["department"], user["first_name"]) == ("Support", "Ana")
    departments = api.ask("listDepartment").response["local_department_info"]
    assert [(each["name"], each["users_cnt"], each["father_id"]) for each in departments] == [
        ("Support", 1, 0)
    ]
    assert api.ask("updateUser", user_name="1000", department=None, fax="").status == 0
    user = api.ask("getUser", user_name="1000").response["user_name"]
    assert (user["department"], user["fax"]) == (None, "")
    assert admin.get("/v1/extensions/1000").json()["phone_number"] == "+353 1 2345678"


def test_users_cannot_be_given_rights_or_mixed_up(api: UcmClient) -> None:
    ids = {each["user_name"]: each["user_id"] for each in api.ask("listUser").response["user_id"]}
    assert api.ask("updateUser", user_name="1000", privilege=0).status == -47
    assert api.ask("updateUser", user_name="1000", privilege=9).status == -15
    assert api.ask("updateUser", user_name="admin", email="x@example.test").status == -47
    assert api.ask("updateUser", user_id=ids["1000"], user_name="1001").status == -15
    assert api.ask("updateUser", user_id=999, user_name="1001").status == -16
    assert api.ask("updateUser", user_name="nobody").status == -16
    assert api.ask("updateUser").status == -1
    assert api.ask("getUser", user_name="nobody").status == -16
    assert api.ask("updateUser", user_name="1000", email="no mail").status == -15


def test_groups_have_the_protocols_ids(api: UcmClient) -> None:
    groups = api.ask("listExtensionGroup").response["extension_group"]
    [everyone] = [each for each in groups if each["group_name"] == "Everyone"]
    assert everyone["group_id"] == "group-1"
    assert everyone["members"] == "1000,1001,1002,1003"


def test_members_of_groups_are_no_members_that_a_program_names(
    api: UcmClient, admin: Program
) -> None:
    api.ask("addQueue", extension="6512", queue_name="Desk", members="1003")
    group = admin.get("/v1/extension-groups").json()["items"][0]
    serving = {"static_agent_groups": [group["id"]]}
    assert admin.patch("/v1/queues/6512", serving).status == 200
    read = api.ask("getQueue", queue="6512").response["queue"]["members"]
    assert read == "1003"
    assert api.ask("updateQueue", queue="6512", members=read).status == 0
    queue = admin.get("/v1/queues/6512").json()
    assert queue["static_agents"] == ["1003"]
    assert {each["number"] for each in queue["agents"]} >= {*group["members"]}
    assert api.ask("deleteQueue", queue="6512").status == 0


def test_queue_that_a_live_chat_needs_stays(api: UcmClient) -> None:
    refused = api.ask("deleteQueue", queue="6500")
    assert refused.status == -24
    assert "Demo" in refused.response["error_msg"], "names the live chat that needs it"
    assert api.ask("getQueue", queue="6500").status == 0


def test_a_program_makes_a_dynamic_agent_of_whom_it_logs_in(api: UcmClient) -> None:
    assert api.ask("addQueue", extension="6590", queue_name="Night").status == 0
    duty = {"interface": "1003", "extension": "6590"}
    assert api.ask("loginLogoffQueueAgent", **duty).status == -1  # which of the two?
    assert api.ask("loginLogoffQueueAgent", operatetype="logoff", **duty).status == -16
    assert api.ask("loginLogoffQueueAgent", operatetype="login", **duty).response == {}
    unknown = {"interface": "1999", "extension": "6590"}
    assert api.ask("loginLogoffQueueAgent", operatetype="login", **unknown).status == -16
    request = {"action": "queueapi", "cookie": api.cookie, "format": "json"}
    days = {"startTime": "2026-01-01", "endTime": "2026-01-01", "queue": "6590"}
    body = json.dumps({"request": request | days}).encode()
    told = json.loads(api.raw(body)[2])["root_statistics"]
    kinds = [next(iter(each)) for each in told]
    assert kinds == ["total", "queue", "agent"]  # though nobody has called
    assert told[2]["agent"]["agent"] == "1003"
    assert api.ask("loginLogoffQueueAgent", operatetype="logoff", **duty).response == {}
    assert api.ask("deleteQueue", queue="6590").status == 0


def test_agents_who_log_in_at_once_all_have_a_seat(api: UcmClient) -> None:
    assert api.ask("addQueue", extension="6591", queue_name="Rush").status == 0
    agents = ["1000", "1001", "1002", "1003"]

    def log_in(agent: str) -> int:
        duty = {"interface": agent, "extension": "6591", "operatetype": "login"}
        return api.ask("loginLogoffQueueAgent", **duty).status

    with ThreadPoolExecutor(len(agents)) as pool:
        assert list(pool.map(log_in, agents)) == [0, 0, 0, 0]
    assert api.ask("deleteQueue", queue="6591").status == 0


def test_a_number_of_any_other_kind_is_taken_and_its_holder_named(api: UcmClient) -> None:
    for number, holder in ("6400", "ring group “Office”"), ("6300", "conference room “Meeting”"):
        for action in "addSIPAccountAndUser", "addQueue":
            refused = api.ask(action, extension=number, queue_name="Other")
            assert refused.status == -44, refused
            assert holder in refused.response["error_msg"]
