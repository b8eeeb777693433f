"""Chats and calls share their agents: who has as many chats as he can have is not called."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from tests.integration.livechat.test_livechat_survives_kill import FORM, ask, wave
from tests.integration.queues.test_queue_at_work import HELP, Desk
from tests.support.tone import Voice
from tests.support.voice_phone import phone, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.server import Server


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        caller, agent = [await phone(stack, server, each) for each in ("1003", "1001")]
        desk = Desk(server, caller, agent)
        queue = {
            "number": HELP, "name": "Help", "static_agents": ["1001"],
            "wrap_up_s": 0, "leave_when_empty": "no", "max_wait_s": 0,
        }  # fmt: skip
        added = desk.admin.post("/v1/queues", queue)
        assert added.status in (201, 409, 422), added.body
        capacity = desk.admin.patch("/v1/extensions/1001", {"chat_capacity": 1})
        assert capacity.status == 200, capacity.body
        desk.settled()
        yield desk


async def test_an_agent_full_of_chats_is_called_once_a_chat_ends(
    desk: Desk, server: Server
) -> None:
    visitor = await ask(server, "/v1/livechat/demo/sessions", FORM)
    chat = {"conversation": visitor["conversation"]}
    async with wave(server, "1001") as agent:
        assert (await agent.call("accept", chat, namespace="/wave"))["ok"]
        await desk.until(lambda: (desk.seat()["state"], desk.seat()["chats"]) == ("chatting", 1))
        with Voice(440) as ours, Voice(1000) as theirs:
            call = desk.caller.call(desk.uri(HELP), session(ours))
            await call.answered()
            await desk.until(lambda: bool(desk.board()["waiting"]))
            assert desk.board()["waiting"][0]["ringing"] == []
            coming = asyncio.ensure_future(desk.callee.next_call())
            assert (await agent.call("end", chat, namespace="/wave"))["ok"]
            came = await coming
            came.ring()
            await came.accept(session(theirs, 0))
            await desk.until(lambda: desk.seat()["state"] == "on_call")
            # A call in progress fills the agent: nothing is assigned, inquiries are shown still.
            second = await ask(server, "/v1/livechat/demo/sessions", FORM)
            listed = (await agent.call("inquiries", {}, namespace="/wave"))["inquiries"]
            assert second["conversation"] in [each["conversation"] for each in listed]
            await call.hang_up()
            await came.ended()
        await desk.until(lambda: desk.seat()["state"] == "available")


async def test_a_restarted_pbx_is_told_of_chats_again(desk: Desk, server: Server) -> None:
    visitor = await ask(server, "/v1/livechat/demo/sessions", FORM)
    chat = {"conversation": visitor["conversation"]}
    async with wave(server, "1001") as agent:
        assert (await agent.call("accept", chat, namespace="/wave"))["ok"]
        await desk.until(lambda: desk.seat()["chats"] == 1)
        await asyncio.to_thread(server.kill9, "pbx")
        await desk.until(lambda: desk.up() and desk.seat()["chats"] == 1)
        assert (await agent.call("end", chat, namespace="/wave"))["ok"]
        await desk.until(lambda: desk.seat()["chats"] == 0)
