"""Who is told how the server is."""

from __future__ import annotations

import json
from ipaddress import ip_network
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request

from engage.errors import Forbidden, Unauthenticated
from engage.web.health import HealthRoutes, Metrics, Readiness
from pbxcore.health import Health

if TYPE_CHECKING:
    from engage.web.access import Principal


ADMIN = "admin"


class Broken:
    """A part that says what is wrong with it."""

    async def probe(self) -> Health:
        return Health(False, "no port 5060 on 10.0.0.7", {})


class Gate:
    """Knows one administrator's token, and one user's."""

    async def principal(
        self, request: Request, roles: tuple[str, ...], *, enrolling: bool = False
    ) -> Principal | SimpleNamespace:
        token = request.headers.get("authorization", "")
        if not token:
            raise Unauthenticated
        if token != f"Bearer {ADMIN}" or roles != ("admin",):
            raise Forbidden
        return SimpleNamespace(language="en", kind="user")


def asked(client: str, token: str = "", *, forwarded: bool = False) -> Request:
    headers = [(b"authorization", token.encode())] if token else []
    state = SimpleNamespace(gate=Gate())
    scope: dict[str, Any] = {"type": "http", "headers": headers, "client": (client, 5)}
    return Request(
        {**scope, "app": SimpleNamespace(state=state), "state": {"forwarded": forwarded}}
    )


async def well() -> None:
    """The database answers."""


def routes(*networks: str) -> HealthRoutes:
    readiness = Readiness(well, {"pbx": Broken()})
    return HealthRoutes(readiness, Metrics(), [ip_network(each) for each in networks])


@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "192.168.1.20", "10.1.2.3", "fe80::1%eth0"])
async def test_who_is_near_is_told_all(client: str) -> None:
    near = routes()
    answer = await near.readyz(asked(client))
    pbx = json.loads(bytes(answer.body))["parts"]["pbx"]
    assert answer.status_code == 503
    assert pbx["problem"] == "no port 5060 on 10.0.0.7"
    assert pbx["remedy"]
    assert b'engage_part_ready{part="pbx"} 0.0' in bytes((await near.metrics(asked(client))).body)


@pytest.mark.parametrize("token", ["", "Bearer user"])
async def test_a_stranger_is_told_which_part_is_ready_and_no_more(token: str) -> None:
    far = routes()
    answer = await far.readyz(asked("8.8.8.8", token))
    assert answer.status_code == 503
    assert json.loads(bytes(answer.body)) == {
        "ready": False,
        "parts": {
            "web": {"ready": True},
            "database": {"ready": True},
            "pbx": {"ready": False},
        },
    }
    with pytest.raises(Unauthenticated):
        await far.metrics(asked("8.8.8.8", token))


async def test_an_administrator_is_told_all_wherever_they_are() -> None:
    far = routes()
    answer = await far.metrics(asked("8.8.8.8", f"Bearer {ADMIN}"))
    assert b"engage_part_ready" in bytes(answer.body)


async def test_named_networks_are_instead_of_all_that_are_not_public() -> None:
    named = routes("203.0.113.0/24")
    assert (await named.metrics(asked("203.0.113.9"))).status_code == 200
    for client in ("127.0.0.1", "10.1.2.3", "nonsense"):
        with pytest.raises(Unauthenticated):
            await named.metrics(asked(client))


async def test_nobody_is_near_whom_an_unknown_proxy_asks_for() -> None:
    for near in routes(), routes("127.0.0.0/8"):
        with pytest.raises(Unauthenticated):
            await near.metrics(asked("127.0.0.1", forwarded=True))
        told = json.loads(bytes((await near.readyz(asked("127.0.0.1", forwarded=True))).body))
        assert told["parts"]["pbx"] == {"ready": False}
        answer = await near.metrics(asked("127.0.0.1", f"Bearer {ADMIN}", forwarded=True))
        assert answer.status_code == 200
