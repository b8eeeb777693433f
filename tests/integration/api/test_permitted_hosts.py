"""Addresses that no user may come from are turned away; host names follow their records (E20)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.site import Site, site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

USER, PASSWORD = "roaming", "Api-roaming-2026!"
PROXIES = (ip_network("127.0.0.1"),)


class Records:
    """What the system's resolver says of `client.example`."""

    def __init__(self) -> None:
        self.addresses = ["192.0.2.10"]
        self._system = socket.getaddrinfo

    def __call__(self, host: Any, *rest: Any, **named: Any) -> Any:
        if host != "client.example":
            return self._system(host, *rest, **named)
        if not self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, (address, 0)) for address in self.addresses]


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Records:
    found = Records()
    monkeypatch.setattr(socket, "getaddrinfo", found)
    return found


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Site]:
    """Behind a proxy that it trusts, so that clients come from everywhere."""
    async with site(tmp_path, trusted_proxies=PROXIES) as found:
        token = await found.sign_in("admin", "Demo-admin!")
        body = {"user": USER, "password": PASSWORD, "permitted": ["client.example"]}
        status, _ = await found.json("POST", "/v1/api-users", body, token=token)
        assert status == 201
        yield found


async def ask(found: Site, address: str, **request: str) -> tuple[int, dict[str, Any]]:
    headers = {"x-forwarded-proto": "https", "x-forwarded-for": address}
    data = json.dumps({"request": request})
    async with found.http.post(f"{found.url}/api", data=data, headers=headers) as response:
        return response.status, json.loads(await response.read())


async def login(found: Site, address: str) -> tuple[int, int]:
    """The HTTP status and the API's, of the challenge if that was refused."""
    http, told = await ask(found, address, action="challenge", user=USER)
    if told["status"] == 0:
        token = hashlib.md5((told["response"]["challenge"] + PASSWORD).encode()).hexdigest()  # noqa: S324
        http, told = await ask(found, address, action="login", user=USER, token=token)
    return http, told["status"]


async def test_name_lets_in_who_it_points_to_and_follows_its_record(
    running: Site, records: Records
) -> None:
    assert await login(running, "192.0.2.10") == (200, 0)
    assert await login(running, "192.0.2.11") == (403, -47)
    records.addresses = ["192.0.2.11", "2001:db8::1"]
    async with asyncio.timeout(15):
        while True:
            if await login(running, "192.0.2.10") == (403, -47):
                break
            await asyncio.sleep(0.2)
    assert await login(running, "192.0.2.11") == (200, 0)
    assert await login(running, "2001:db8::1") == (200, 0)


async def test_name_without_a_record_lets_nobody_in(running: Site, records: Records) -> None:
    records.addresses = []
    http, told = await ask(running, "192.0.2.10", action="challenge", user=USER)
    assert (http, told["status"]) == (403, -47)
    assert "403 Forbidden" in told["response"]["error_msg"]


async def test_cookie_is_worth_nothing_elsewhere(running: Site, records: Records) -> None:
    _, told = await ask(running, "192.0.2.10", action="challenge", user=USER)
    token = hashlib.md5((told["response"]["challenge"] + PASSWORD).encode()).hexdigest()  # noqa: S324
    _, told = await ask(running, "192.0.2.10", action="login", user=USER, token=token)
    cookie = told["response"]["cookie"]
    assert records.addresses
    _, here = await ask(running, "192.0.2.10", action="getSystemStatus", cookie=cookie)
    http, elsewhere = await ask(running, "203.0.113.9", action="getSystemStatus", cookie=cookie)
    assert (here["status"], http, elsewhere["status"]) == (0, 403, -47)
