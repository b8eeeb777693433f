"""`POST /v1/me/sip`: what Wave's browser registers with, and where it is worth nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.phone import Phone
from tests.support.program import Program
from tests.support.server import Server, wait_until
from tests.support.web_phone import WebPhone

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def browser(server: Server, made: dict[str, Any], **more: Any) -> WebPhone:
    return WebPhone(
        "1000",
        made["password"],
        ("127.0.0.1", server.sip_port),
        url=f"ws://127.0.0.1:{server.http_port}{made['path']}",
        user_name=made["authorization_user"],
        **more,
    )


async def test_a_browser_registers_beside_all_phones_until_it_signs_out(server: Server) -> None:
    ana = Program(server.url, "1000", "Demo-1000!")
    admin = Program(server.url, "admin", "Demo-admin!")
    made = ana.post("/v1/me/sip", {}).json()
    assert made["uri"].startswith("sip:1000@")
    assert (made["realm"], made["path"]) == ("engage", "/sip")
    at = ("127.0.0.1", server.sip_port)
    async with browser(server, made) as wave, Phone("1001", "Sip-1001!", at) as desk:
        phones = [Phone("1000", "Sip-1000!", at) for _ in range(5)]  # as many as it may have
        for each in phones:
            await each.__aenter__()
            assert await each.register() == 200
        assert await wave.register() == 200
        wait_until(lambda: counted(admin) == 5, 10, "five phones")
        assert await desk.register() == 200
        assert await wave.send("1001", "From Wave") == 200
        assert await desk.receive(1) == ["From Wave"]
        for each in phones:
            await each.register(0)
            await each.__aexit__()
        ana.post("/v1/sign-out", {})
        async with asyncio.timeout(5):
            while await wave.register() != 401:
                pass  # the PBX is told right after
        assert await desk.send("1000", "Gone?") == 202


async def test_the_credentials_are_worth_nothing_elsewhere(server: Server) -> None:
    ana = Program(server.url, "1000", "Demo-1000!")
    made = ana.post("/v1/me/sip", {}).json()
    at = ("127.0.0.1", server.sip_port)
    name = made["authorization_user"]
    async with Phone("1000", made["password"], at, user_name=name) as phone:
        assert await phone.register() == 401
    async with browser(server, made | {"password": "guess"}) as wave:
        assert await wave.register() == 401
    stolen = made | {"authorization_user": name.replace("1000~", "1001~")}
    async with browser(server, stolen) as wave:
        assert await wave.register() == 401
    again = ana.post("/v1/me/sip", {}).json()
    assert again["authorization_user"].split("~")[1] == name.split("~")[1]  # the same device


async def test_an_extension_may_be_for_phones_alone(server: Server) -> None:
    ana = Program(server.url, "1000", "Demo-1000!")
    admin = Program(server.url, "admin", "Demo-admin!")
    off = admin.patch("/v1/extensions/1000", {"webrtc": False}).json()
    assert (off["webrtc"], off["options"]["enable_webrtc"]) == (False, "no")
    refused = ana.post("/v1/me/sip", {})
    assert (refused.status, refused.json()["error"]["code"]) == (403, "no_calls_in_browser")
    assert admin.patch("/v1/extensions/1000", {"webrtc": True}).status == 200
    assert ana.post("/v1/me/sip", {}).status == 200


def counted(admin: Program) -> int:
    items = admin.get("/v1/contacts").json()["items"]
    return int({each["number"]: each["phones"] for each in items}["1000"])
