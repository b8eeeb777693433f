"""VoIP trunks over REST, and Kamailio as the provider of a running server."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.kamailio import kamailio
from tests.support.name_server import name_server
from tests.support.program import Program
from tests.support.server import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "Trunk-2026-secret!"  # noqa: S105
PROVIDERS_PASSWORD = "secret"  # noqa: S105 - Kamailio's
ODD_NAME = "user-1_a!b$c&d+e~f"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


def body(name: str, **fields: object) -> dict[str, Any]:
    return {
        "name": name, "host": "192.0.2.1", "username": "user", "password": PASSWORD,
        "disabled": True, **fields,
    }  # fmt: skip


def test_password_is_never_shown(admin: Program) -> None:
    added = admin.post("/v1/trunks", body("Silent", auth_id=ODD_NAME))
    assert added.status == 201, added.body
    shown = added.json()
    assert (shown["auth_id"], shown["password_set"], shown["state"]) == (ODD_NAME, True, "disabled")
    path = f"/v1/trunks/{shown['id']}"
    for reply in (
        added,
        admin.get(path),
        admin.get("/v1/trunks"),
        admin.get("/v1/trunks?format=csv"),
        admin.get("/v1/operations?limit=200"),
    ):
        assert reply.status < 300
        assert PASSWORD.encode() not in reply.body
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"host": "a b"}, "host"),
        ({"port": 0}, "port"),
        ({"transport": "sctp"}, "transport"),
        ({"kind": "iax"}, "kind"),
        ({"username": ""}, "username"),
        ({"password": ""}, "password"),
        ({"auth_id": "line\nbreak"}, "auth_id"),
        ({"register_expiration_s": 10}, "register_expiration_s"),
        ({"ip_allow_list": ["everywhere"]}, "ip_allow_list"),
        ({"passed_headers": ["X-Account", "Via"]}, "passed_headers"),
        ({"passed_headers": ["X Account"]}, "passed_headers"),
        ({"tel_uri": "phone"}, "tel_uri"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_bad_fields_are_named(admin: Program, fields: dict[str, Any], wrong: str) -> None:
    refused = admin.post("/v1/trunks", body("Refused") | fields)
    assert refused.status == 422, refused.body
    assert list(refused.json()["error"]["fields"]) == [wrong]
    assert admin.get("/v1/trunks?q=Refused").json()["total"] == 0


def test_names_are_unique_without_case_and_a_repeated_request_adds_once(admin: Program) -> None:
    first = admin.post("/v1/trunks", body("Twin", client_id="twin-1"))
    again = admin.post("/v1/trunks", body("Twin", client_id="twin-1"))
    assert again.json()["id"] == first.json()["id"]
    taken = admin.post("/v1/trunks", body("tWIN"))
    assert (taken.status, taken.json()["error"]["code"]) == (409, "name_taken")
    other = admin.post("/v1/trunks", body("Other")).json()
    assert admin.patch(f"/v1/trunks/{other['id']}", {"name": "twin"}).status == 409


def test_two_editors_are_told_of_each_other(admin: Program) -> None:
    trunk = admin.post("/v1/trunks", body("Shared", port=5080)).json()
    path = f"/v1/trunks/{trunk['id']}"
    first = admin.patch(path, {"port": None, "password": "", "version": trunk["version"]})
    assert first.status == 200, first.body
    assert (first.json()["port"], first.json()["password_set"]) == (None, True)
    second = admin.patch(path, {"host": "192.0.2.9", "version": trunk["version"]})
    assert (second.status, second.json()["error"]["code"]) == (409, "edited")
    assert admin.patch(path, {"username": ""}).status == 422


def test_a_password_that_is_not_needed_is_taken_away_by_null(admin: Program) -> None:
    trunk = admin.post("/v1/trunks", body("Open")).json()
    path = f"/v1/trunks/{trunk['id']}"
    refused = admin.patch(path, {"password": None})
    assert (refused.status, list(refused.json()["error"]["fields"])) == (422, ["password"])
    peer = admin.patch(path, {"password": None, "kind": "peer"})
    assert (peer.status, peer.json()["password_set"]) == (200, False)
    assert admin.patch(path, {"kind": "register"}).status == 422


@pytest.mark.parametrize(
    ("level", "read", "write"), [("none", 403, 403), ("view", 200, 403), ("edit", 200, 201)]
)
def test_rights_on_the_module_open_it(
    server: Server, admin: Program, level: str, read: int, write: int
) -> None:
    modules = {"name": f"Trunks {level}", "modules": {"trunks": level}}
    privilege = admin.post("/v1/privileges", modules).json()
    account = {"user_name": f"trunks.{level}", "password": PASSWORD, "level": "custom"}
    added = admin.post("/v1/admins", {**account, "privilege_id": privilege["id"]})
    assert added.status == 201, added.body
    custom = Program(server.url, account["user_name"], PASSWORD)
    assert custom.get("/v1/trunks").status == read
    assert custom.post("/v1/trunks", body(f"Of {level}")).status == write


def stands(admin: Program, path: str, state: str, server: str = "") -> bool:
    shown = admin.get(path).json()
    return bool(shown["state"] == state and server in shown["server"])


async def test_trunk_registers_with_its_provider(server: Server, admin: Program) -> None:
    async with kamailio() as provider:
        trunk = body(
            "Provider", host="127.0.0.1", port=provider.port, auth_id=ODD_NAME,
            password=PROVIDERS_PASSWORD, disabled=False, trunk_registration_number="555-1000",
            heartbeat_detection=True, heartbeat_frequency_s=1,
        )  # fmt: skip
        added = await asyncio.to_thread(admin.post, "/v1/trunks", trunk)
        assert added.status == 201, added.body
        path = f"/v1/trunks/{added.json()['id']}"

        async def becomes(state: str) -> None:
            await asyncio.to_thread(
                wait_until, lambda: stands(admin, path, state), 15, f"{state} trunk"
            )

        await becomes("registered")
        assert f"signed in: {ODD_NAME} as 555-1000 from udp" in provider.log
        shown = (await asyncio.to_thread(admin.get, path)).json()
        assert shown["round_trip_ms"] is not None
        assert 3000 < shown["registered_for_s"] <= 3600
        listed = (await asyncio.to_thread(admin.get, "/v1/trunks?q=555-1000")).json()
        assert [each["state"] for each in listed["items"]] == ["registered"]
        await asyncio.to_thread(admin.patch, path, {"disabled": True})
        await becomes("disabled")
        await asyncio.to_thread(admin.patch, path, {"password": "wrong", "disabled": False})
        await becomes("rejected")
        assert (await asyncio.to_thread(admin.get, path)).json()["status"] == 401
        await asyncio.to_thread(admin.patch, path, {"password": PROVIDERS_PASSWORD})
        await becomes("registered")
        await asyncio.to_thread(admin.delete, path)


async def test_next_server_of_the_domain_takes_over_when_one_dies(
    server: Server, admin: Program
) -> None:
    async with kamailio() as first, kamailio() as second:
        zone = {
            ("SRV", "_sip._tcp.provider.test."): [
                f"0 1 {first.port} a.provider.test.",
                f"1 1 {second.port} a.provider.test.",
            ],
            ("A", "a.provider.test."): ["127.0.0.1"],
        }
        async with name_server(zone) as names:
            values = {"name_servers": [f"127.0.0.1:{names.port}"]}
            settings = {"values": values}
            changed = await asyncio.to_thread(admin.patch, "/v1/settings/sip", settings)
            assert changed.status == 200, changed.body
            trunk = body(
                "By name", host="provider.test", transport="tcp", password=PROVIDERS_PASSWORD,
                disabled=False, heartbeat_detection=True, heartbeat_frequency_s=1,
            )  # fmt: skip
            added = await asyncio.to_thread(admin.post, "/v1/trunks", trunk)
            path = f"/v1/trunks/{added.json()['id']}"

            async def registered_at(port: int) -> None:
                await asyncio.to_thread(
                    wait_until,
                    lambda: stands(admin, path, "registered", f":{port}"),
                    20,
                    "registration",
                )

            await registered_at(first.port)
            await first.kill()
            await registered_at(second.port)
            await asyncio.to_thread(admin.delete, path)


def challenge(server: Server, number: str) -> list[str]:
    """The algorithms that an extension's phone is offered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(5)
        phone.connect(("127.0.0.1", server.sip_port))
        here = phone.getsockname()[1]
        phone.send(
            (
                f"REGISTER sip:127.0.0.1 SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.1:{here};branch=z9hG4bK{here}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:{number}@127.0.0.1>;tag=1\r\nTo: <sip:{number}@127.0.0.1>\r\n"
                f"Call-ID: {here}\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
            ).encode()
        )
        return re.findall(r"algorithm=([\w-]+)", phone.recv(65536).decode())


def test_algorithms_are_set_for_all_and_for_one_extension(server: Server, admin: Program) -> None:
    both = ["MD5", "SHA-256"]
    wait_until(lambda: challenge(server, "1000") == both, 10, "usual offer")
    one = {"digest_algorithms": ["SHA-512-256"]}
    assert admin.patch("/v1/extensions/1001", one).status == 200
    wait_until(lambda: challenge(server, "1001") == ["SHA-512-256"], 10, "own offer")
    assert challenge(server, "1000") == both
    values = {"digest_algorithms": ["SHA-256"]}
    assert admin.patch("/v1/settings/sip", {"values": values}).status == 200
    wait_until(lambda: challenge(server, "1000") == ["SHA-256"], 10, "offer to all")
    none = {"values": {"digest_algorithms": []}}
    assert admin.patch("/v1/settings/sip", none).status == 422
