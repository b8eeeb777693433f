"""A server that is killed and started again: who waited still waits, who talked goes on."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import socketio

from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

FORM = {"full_name": "Vera", "email": "vera@example.test", "phone": "123", "consent": True}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


async def ask(server: Server, path: str, body: object = None, token: str = "") -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    method = "GET" if body is None else "POST"
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, server.url + path, json=body, headers=headers) as response,
    ):
        found: dict[str, Any] = await response.json()
        return found


@asynccontextmanager
async def wave(server: Server, number: str) -> AsyncIterator[socketio.AsyncClient]:
    me = {"user": number, "password": f"Demo-{number}!"}
    token = (await ask(server, "/v1/sign-in", me))["token"]
    client = socketio.AsyncClient(reconnection=False)
    await client.connect(
        server.url, auth={"token": token}, namespaces=["/wave"], transports=["websocket"]
    )
    yield client
    await client.disconnect()


async def test_kill_loses_neither_who_waits_nor_who_is_served(server: Server) -> None:
    path = "/v1/livechat/demo/sessions"
    served, waiting = [await ask(server, path, FORM) for _ in range(2)]
    async with wave(server, "1000") as agent:
        accept = {"conversation": served["conversation"]}
        assert (await agent.call("accept", accept, namespace="/wave"))["ok"]
        await asyncio.to_thread(server.kill9)
    await asyncio.to_thread(server.restart)

    async with wave(server, "1000") as agent:
        listed = (await agent.call("inquiries", {}, namespace="/wave"))["inquiries"]
        assert [each["conversation"] for each in listed] == [waiting["conversation"]]
        said = {"client_id": "after-1", "text": "Hi", "epoch": 1, **accept}
        assert (await agent.call("send", said, namespace="/wave"))["ok"]
    found = await ask(server, "/v1/livechat/demo/session", token=served["token"])
    assert (found["state"], found["epoch"]) == ("active", 1)
    found = await ask(server, "/v1/livechat/demo/session", token=waiting["token"])
    assert (found["state"], found["position"]) == ("waiting", 1)
