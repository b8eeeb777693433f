"""`/v1/webhooks` of a running server, which is killed while a message is on its way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.support.hook_receiver import Hook, HookReceiver
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

FORM = {"full_name": "Vera", "email": "vera@example.test", "phone": "123", "consent": True}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server("--webhook-networks", "127.0.0.0/8") as running:
        yield running


@pytest.fixture
async def receiver() -> AsyncIterator[HookReceiver]:
    async with HookReceiver() as running:
        yield running


async def ask(
    server: Server, method: str, path: str, body: object = None, token: str = ""
) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, server.url + path, json=body, headers=headers) as response,
    ):
        told = await response.json() if response.content_type == "application/json" else None
        return response.status, told


async def test_kill_loses_no_message_and_the_log_tells_it(
    server: Server, receiver: HookReceiver
) -> None:
    admin = {"user": "admin", "password": "Demo-admin!"}
    _, signed_in = await ask(server, "POST", "/v1/sign-in", admin)
    token = signed_in["token"]
    draft = {"name": "Shop", "url": receiver.url, "events": ["conversation.waiting"]}
    status, made = await ask(server, "POST", "/v1/webhooks", draft, token)
    assert status == 201, made
    assert made["secret"].startswith("whsec_")
    one = f"/v1/webhooks/{made['id']}"
    status, found = await ask(server, "GET", one, None, token)
    assert (status, "secret" in found) == (200, False)

    status, tested = await ask(server, "POST", f"{one}/test", {}, token)
    assert (status, tested["state"], tested["attempts"][0]["status"]) == (200, "sent", 204)
    assert (await receiver.next()).type == "webhook.test"

    receiver.answers = [(-1, "", "")]  # takes it, and answers nothing
    _, session = await ask(server, "POST", "/v1/livechat/demo/sessions", FORM)
    first = await receiver.next()
    await asyncio.to_thread(server.kill9)
    await asyncio.to_thread(server.restart)
    again: Hook = await receiver.next()  # once the lease of the killed server is over
    assert (again.id, again.raw) == (first.id, first.raw)
    assert again.signed_by(made["secret"])
    assert again.told["data"]["conversation"]["id"] == session["conversation"]

    status, wrong = await ask(server, "PATCH", one, {"url": "https://10.0.0.1/"}, token)
    assert (status, wrong) == (200, wrong)  # may be allowed: it is seen when it is connected
    status, wrong = await ask(server, "PATCH", one, {"url": "gopher://x/", "events": []}, token)
    assert (status, set(wrong["error"]["fields"])) == (422, {"url", "events"})
    assert (await ask(server, "DELETE", one, None, token))[0] == 204
    assert (await ask(server, "GET", f"{one}/deliveries", None, token))[0] == 404
