"""`/v1/broadcasts` of a running server, as programs meet it."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.program import Program
from tests.support.server import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


def wanted(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Drill",
        "sender": "Facilities",
        "message": "<script>alert(1)</script>",
        "extensions": ["1001"],
        "deliver_to": ["wave"],
    } | changed


def create(admin: Program, **changed: Any) -> dict[str, Any]:
    while (reply := admin.post("/v1/broadcasts", wanted(**changed))).status == 429:
        time.sleep(reply.json()["error"]["retry_after_s"])
    assert reply.status == 201, reply.body
    return dict(reply.json())


def test_creation_answers_the_broadcast_and_a_repetition_the_same(admin: Program) -> None:
    made = create(admin, client_id="http-0001", extension_groups=["Everyone"])
    assert made["state"] == "sending"
    assert made["recipients"] == 4
    assert made["sender"] == {"kind": "name", "value": "Facilities", "name": "Facilities"}
    again = admin.post("/v1/broadcasts", wanted(client_id="http-0001"))
    assert (again.status, again.json()["id"]) == (200, made["id"])
    assert admin.get(f"/v1/broadcasts/{made['id']}").json()["message"] == wanted()["message"]
    assert made["id"] in [each["id"] for each in admin.get("/v1/broadcasts").json()["items"]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"message": "a\x07b"}, "message"),
        ({"sender": "Ben Osei"}, "sender"),
        ({"sender": {"kind": "extension", "value": "9999"}}, "sender"),
        ({"extensions": []}, "extensions"),
        ({"extensions": ["4711"]}, "extensions"),
        ({"deliver_to": []}, "deliver_to"),
        ({"deliver_to": ["fax"]}, "deliver_to.0"),
        ({"send_at": "tomorrow"}, "send_at"),
        ({"state": "finished"}, "state"),
    ],
)
def test_wrong_field_is_422_with_its_name(
    admin: Program, changed: dict[str, Any], field: str
) -> None:
    reply = admin.post("/v1/broadcasts", wanted(**changed))
    assert reply.status == 422, reply.body
    assert list(reply.json()["error"]["fields"]) == [field]


def test_malformed_json_is_400(server: Server, admin: Program) -> None:
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{server.url}/v1/broadcasts",
        b"{",
        {"content-type": "application/json", "authorization": admin.authorization},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)  # noqa: S310
    with refused.value as answer:
        assert answer.code == 400


def test_only_administrators_are_admitted(server: Server) -> None:
    user = Program(server.url, "1000", "Demo-1000!")
    for path in ("/v1/broadcasts", "/v1/broadcasts/x", "/v1/extensions", "/v1/extension-groups"):
        assert server.get(path).status == 401
        assert user.get(path).status == 403
    assert user.post("/v1/broadcasts", wanted()).status == 403
    assert user.post("/v1/broadcasts/x/cancel").status == 403


@pytest.mark.parametrize("one", ["x", "%00", "%ff", "01a20bc8-ceca-7d14-ba74-17ef6689ee5d"])
def test_unknown_broadcast_is_404(admin: Program, one: str) -> None:
    for path in (f"/v1/broadcasts/{one}", f"/v1/broadcasts/{one}/deliveries"):
        assert admin.get(path).status == 404
    assert admin.post(f"/v1/broadcasts/{one}/cancel").status == 404
    assert admin.post(f"/v1/broadcasts/{one}/retry").status == 404


def test_deliveries_are_paged_and_filtered(admin: Program) -> None:
    made = create(admin, extension_groups=["Everyone"], deliver_to=["phones", "wave"])
    one = f"/v1/broadcasts/{made['id']}"
    wait_until(lambda: admin.get(one).json()["state"] != "sending", 15, "the end")
    path = f"{one}/deliveries"
    found: list[tuple[str, str]] = []
    cursor = ""
    while True:
        page = admin.get(f"{path}?limit=3&cursor={cursor}").json()
        found += [(each["number"], each["leg"]) for each in page["items"]]
        if page["cursor"] is None:
            break
        cursor = page["cursor"]
    numbers = ("1000", "1001", "1002", "1003")
    assert found == [(number, leg) for number in numbers for leg in ("phone", "wave")]
    offline = admin.get(f"{path}?state=offline,failed&q=chen").json()["items"]
    assert [(each["number"], each["leg"]) for each in offline] == [("1002", "phone")]
    for wrong in ("limit=0", "limit=501", "state=lost", "cursor=%00", "q=%00"):
        assert admin.get(f"{path}?{wrong}").status == 422


def test_all_broadcasts_are_searched_not_the_newest_alone(admin: Program) -> None:
    create(admin, name="Lift", message="Out of order: 100%", send_at="2027-06-01T12:00:00Z")
    create(admin, name="Newer", send_at="2027-06-01T12:00:00Z")

    def found(query: str) -> list[str]:
        return [each["name"] for each in admin.get(f"/v1/broadcasts?{query}").json()["items"]]

    assert found("limit=1") == ["Newer"]
    assert found("limit=1&q=out+of+ORDER") == found("q=100%25") == ["Lift"]
    assert found("q=no+such+words") == []


def test_scheduled_broadcast_is_cancelled_once(admin: Program) -> None:
    made = create(admin, send_at="2027-06-01T12:00:00+02:00")
    assert (made["state"], made["send_at"]) == ("scheduled", "2027-06-01T10:00:00.000Z")
    assert admin.post(f"/v1/broadcasts/{made['id']}/cancel").json()["state"] == "cancelled"
    again = admin.post(f"/v1/broadcasts/{made['id']}/cancel")
    assert (again.status, again.json()["error"]["code"]) == (409, "broadcast_over")
    retried = admin.post(f"/v1/broadcasts/{made['id']}/retry")
    assert (retried.status, retried.json()["error"]["code"]) == (409, "broadcast_over")


def test_haste_is_429_with_the_time_to_wait(admin: Program) -> None:
    replies = [admin.post("/v1/broadcasts", wanted()) for _ in range(7)]
    reply = replies[-1]
    assert reply.status == 429
    assert reply.json()["error"]["code"] == "too_many"
    assert 1 <= reply.json()["error"]["retry_after_s"] <= 10


def test_choices_are_searched_and_paged(admin: Program) -> None:
    page = admin.get("/v1/extensions?limit=3").json()
    assert [each["number"] for each in page["items"]] == ["1000", "1001", "1002"]
    rest = admin.get(f"/v1/extensions?limit=3&cursor={page['cursor']}").json()
    assert ([each["number"] for each in rest["items"]], rest["cursor"]) == (["1003"], None)
    found = admin.get("/v1/extensions?q=osei").json()["items"]
    assert [each["name"] for each in found] == ["Ben Osei"]
    assert "sip_secret" not in found[0]
    [group] = admin.get("/v1/extension-groups").json()["items"]
    assert (group["name"], group["members"]) == ("Everyone", ["1000", "1001", "1002", "1003"])


def test_description_names_the_routes(server: Server) -> None:
    described = server.get("/v1/openapi.json").json()
    create_one = described["paths"]["/v1/broadcasts"]["post"]
    assert create_one["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith(
        "PostBroadcast"
    )
    assert {"/v1/contacts", "/v1/conversations", "/v1/extensions"} <= set(described["paths"])
