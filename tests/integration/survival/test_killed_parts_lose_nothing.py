"""`kill -9` under load, of the whole server and of each part: nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aiohttp
import pytest

from tests.support.chatter import Chatter
from tests.support.examples import examples
from tests.support.invariants import check_acknowledged, check_log, check_view

if TYPE_CHECKING:
    from tests.support.server import Server

VISITORS = 4
TIMES = examples(3, in_soak=10)  # a part that dies often is started again after growing pauses


@dataclass
class Talk:
    """One live chat: its visitor's client, its agent's, and what each was acknowledged."""

    conversation: str
    visitor: Chatter
    agent: Chatter
    texts: dict[int, str] = field(default_factory=dict)

    async def write(
        self, client: Chatter, stop: asyncio.Event, acknowledged: asyncio.Queue[int]
    ) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            text = f"{client.name} {number} {uuid4()}"
            seq = await client.say(self.conversation, text)
            self.texts[seq] = text
            acknowledged.put_nowait(seq)
            await asyncio.sleep(0.2)  # the pace of somebody who writes, within the rate limits


async def post(url: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, json=body, headers=headers) as answer,
    ):
        assert answer.status < 300, await answer.text()
        return dict(await answer.json())


async def sign_in(url: str, number: str) -> Chatter:
    answer = await post(f"{url}/v1/sign-in", {"user": number, "password": f"Demo-{number}!"})
    agent = Chatter(url, "/wave", answer["token"], number)
    await agent.connect()
    return agent


async def begin(url: str, number: int, agent: Chatter) -> Talk:
    started = await post(
        f"{url}/v1/livechat/demo/sessions",
        {
            "client_id": str(uuid4()),
            "full_name": f"Visitor {number}",
            "email": f"visitor{number}@example.test",
            "phone": "+49 30 1234567",
            "consent": True,
            "page_url": "https://shop.example/",
            "language": "en",
        },
    )
    conversation = started["conversation"]
    visitor = Chatter(url, "/visitor", started["token"], f"visitor {number}")
    await visitor.connect()
    await visitor.follow(conversation)
    accepted = await agent.call("accept", conversation=conversation)
    assert accepted["ok"], accepted
    await agent.follow(conversation)
    return Talk(conversation, visitor, agent)


async def whole_log(url: str, talk: Talk) -> list[dict[str, Any]]:
    log: list[dict[str, Any]] = []
    headers = {"Authorization": f"Bearer {talk.agent.token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        while True:
            after = log[-1]["seq"] if log else 0
            address = f"{url}/v1/conversations/{talk.conversation}/events"
            async with http.get(address, params={"after": after}) as answer:
                page = await answer.json()
            log += page["events"]
            if not page["more"]:
                return log


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", [None, "web", "pbx", "media"])
async def test_kill_9_under_load_loses_and_doubles_nothing(
    server: Server, part: str | None
) -> None:
    agents = [await sign_in(server.url, number) for number in ("1000", "1001")]
    talks = [await begin(server.url, n, agents[n % 2]) for n in range(VISITORS)]
    stop = asyncio.Event()
    acknowledged: asyncio.Queue[int] = asyncio.Queue()
    writers = [
        asyncio.create_task(talk.write(client, stop, acknowledged))
        for talk in talks
        for client in (talk.visitor, talk.agent)
    ]
    for _ in range(TIMES):
        for _ in range(2 * VISITORS):  # the load goes on before each kill
            await acknowledged.get()
        await asyncio.to_thread(server.kill9, part)
        if part is None:
            await asyncio.to_thread(server.restart)
        else:
            await asyncio.to_thread(server.wait_ready)
    stop.set()
    await asyncio.gather(*writers)
    for client in [*agents, *(talk.visitor for talk in talks)]:
        await client.connect()
    for talk in talks:
        log = await whole_log(server.url, talk)
        check_log(log)
        check_acknowledged(log, talk.texts)
        check_view(log, talk.agent, talk.conversation)
        check_view(log, talk.visitor, talk.conversation)
        assert talk.visitor.refused == talk.agent.refused == []
        await talk.visitor.close()
    for agent in agents:
        await agent.close()
