"""API users over REST: written once, never shown again, two editors told of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Server
    from tests.support.ucm import UcmClient

PASSWORD = "Api-rest-2026!"  # noqa: S105


def body(user: str, **fields: object) -> dict[str, Any]:
    return {"user": user, "password": PASSWORD, **fields}


def test_password_is_never_shown(admin: Program) -> None:
    added = admin.post("/v1/api-users", body("silent", permitted=["10.0.0.0/8", "Client.Example"]))
    shown = added.json()
    assert shown["permitted"] == ["10.0.0.0/8", "Client.Example"]
    for reply in (
        added,
        admin.get(f"/v1/api-users/{shown['id']}"),
        admin.get("/v1/api-users"),
        admin.get("/v1/api-users?format=csv"),
        admin.get("/v1/operations?limit=200"),
    ):
        assert PASSWORD.encode() not in reply.body
        assert b"password" not in reply.body.replace(b"wrong_password", b"")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"user": ""}, "user"),
        ({"user": "a b"}, "user"),
        ({"user": "x" * 65}, "user"),
        ({"password": "short"}, "password"),
        ({"password": "Refused.Example"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"permitted": ["10.0.0.0/33"]}, "permitted"),
        ({"permitted": [f"192.0.2.{each}" for each in range(51)]}, "permitted"),
        ({"permitted": "10.0.0.0/8"}, "permitted"),
        ({"denied_actions": ["makeCoffee"]}, "denied_actions"),
        ({"enabled": "yes"}, "enabled"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_bad_fields_are_named(admin: Program, fields: dict[str, Any], wrong: str) -> None:
    refused = admin.post("/v1/api-users", body("refused.example") | fields)
    assert refused.status == 422, refused.body
    told = refused.json()["error"]["fields"]
    assert list(told) == [wrong]
    assert "%(" not in told[wrong]
    assert admin.get("/v1/api-users?q=refused.example").json()["total"] == 0


def test_fifty_permitted_entries_are_taken(admin: Program) -> None:
    entries = [f"192.0.2.{each}" for each in range(50)]
    assert admin.post("/v1/api-users", body("busy", permitted=entries)).status == 201


def test_names_are_unique_without_case_and_found_by_name(admin: Program) -> None:
    first = admin.post("/v1/api-users", body("Twin", client_id="twin-1"))
    assert first.status == 201
    again = admin.post("/v1/api-users", body("Twin", client_id="twin-1"))
    assert again.json()["id"] == first.json()["id"], "the same request adds once"
    taken = admin.post("/v1/api-users", body("tWIN"))
    assert (taken.status, taken.json()["error"]["code"]) == (409, "name_taken")
    assert admin.get("/v1/api-users/twin").json()["id"] == first.json()["id"]
    assert admin.delete("/v1/api-users/TWIN").status == 204
    assert admin.get("/v1/api-users/twin").status == 404


def test_two_editors_are_told_of_each_other(admin: Program) -> None:
    user = admin.post("/v1/api-users", body("shared")).json()
    path = f"/v1/api-users/{user['id']}"
    first = admin.patch(path, {"permitted": ["10.0.0.1"], "version": user["version"]})
    assert first.json()["version"] == user["version"] + 1
    second = admin.patch(path, {"permitted": [], "version": user["version"]})
    assert (second.status, second.json()["error"]["code"]) == (409, "edited")
    assert second.json()["error"]["by"]
    assert admin.get(path).json()["permitted"] == ["10.0.0.1"]


def test_renamed_user_signs_in_by_the_new_name(
    new_user: Callable[..., UcmClient], admin: Program
) -> None:
    client = new_user("former")
    assert admin.patch("/v1/api-users/former", {"user": "present"}).status == 200
    assert client.login().status == -37


def test_trusted_networks_are_never_locked_out(
    new_user: Callable[..., UcmClient], admin: Program
) -> None:
    client = new_user("trusted")
    wrong = {"action": "login", "user": "trusted", "token": "0" * 32}
    values = {"trusted_networks": ["127.0.0.0/8"]}
    assert admin.patch("/v1/settings/security", {"values": values}).status == 200
    try:
        assert [client.request(wrong).status for _ in range(7)] == [-37] * 7
        assert client.login().status == 0
    finally:
        admin.patch("/v1/settings/security", {"values": {"trusted_networks": []}})


@pytest.mark.parametrize(
    ("level", "read", "write"), [("none", 403, 403), ("view", 200, 403), ("edit", 200, 201)]
)
def test_rights_on_the_module_open_it(
    server: Server, admin: Program, level: str, read: int, write: int
) -> None:
    modules = {"api_users": level, "http_server": level}
    privilege = admin.post("/v1/privileges", {"name": f"Api {level}", "modules": modules}).json()
    account = {"user_name": f"custom.{level}", "password": PASSWORD, "level": "custom"}
    added = admin.post("/v1/admins", {**account, "privilege_id": privilege["id"]})
    assert added.status == 201, added.body
    custom = Program(server.url, account["user_name"], PASSWORD)
    assert custom.get("/v1/api-users").status == read
    assert custom.post("/v1/api-users", body(f"of.{level}")).status == write
    assert custom.get("/v1/certificate").status == read
    if level != "edit":
        assert custom.delete("/v1/certificate").status == 403
        assert custom.patch("/v1/settings/http_server", {"values": {}}).status == 403
