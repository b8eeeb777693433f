"""What a queue's form says of levels, skills and places, with phones."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from tests.integration.queues.test_queue_at_work import Desk
from tests.support.tone import Voice
from tests.support.voice_phone import phone, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.server import Server

FRENCH = "6511"


class Skilled(Desk):
    """A queue that asks for French, and an agent who has some."""

    number = FRENCH


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Skilled]:
    async with AsyncExitStack() as stack:
        caller, agent = [await phone(stack, server, each) for each in ("1003", "1001")]
        desk = Skilled(server, caller, agent)
        queue = {
            "number": FRENCH, "name": "French", "static_agents": ["1001"], "wrap_up_s": 0,
            "strategy": "skills", "leave_when_empty": "no", "max_wait_s": 0, "resume_s": 60,
            "asked_skills": [{"name": "French", "level": 5}],
            "skill_rules": [{"after_s": 600, "lowered_by": 5}],
            "levels": [{"agent": "1001", "level": 1}],
        }  # fmt: skip
        added = desk.admin.post("/v1/queues", queue)
        assert added.status in (201, 409, 422), added.body
        desk.settled()
        yield desk
        desk.admin.patch("/v1/extensions/1001", {"skills": []})


async def test_an_agent_rings_once_good_enough_and_a_place_is_kept(desk: Skilled) -> None:
    little = {"skills": [{"name": "French", "level": 4}]}
    assert desk.admin.patch("/v1/extensions/1001", little).status == 200
    with Voice(440) as ours, Voice(1000) as theirs:
        first = desk.caller.call(desk.uri(FRENCH), session(ours))
        await first.answered()
        await desk.until(lambda: bool(desk.board()["waiting"]))
        [waiting] = desk.board()["waiting"]
        assert (waiting["ringing"], desk.seat()["state"]) == ([], "available")
        await first.hang_up()
        await desk.until(lambda: not desk.board()["waiting"])
        again = desk.caller.call(desk.uri(FRENCH), session(ours))
        await again.answered()
        await desk.until(lambda: bool(desk.board()["waiting"]))
        assert desk.board()["waiting"][0]["entered_at"] == waiting["entered_at"]
        coming = asyncio.ensure_future(desk.callee.next_call())
        fluent = {"skills": [{"name": "French", "level": 5}, {"name": "Greek", "level": 1}]}
        assert desk.admin.patch("/v1/extensions/1001", fluent).status == 200
        came = await coming
        came.ring()
        await came.accept(session(theirs, 0))
        await desk.until(lambda: desk.seat()["state"] == "on_call")
        await again.hang_up()
        await came.ended()


def test_what_cannot_be_is_refused_where_it_stands(desk: Skilled) -> None:
    admin = desk.admin
    levels = [{"agent": "1001"}, {"agent": "1003"}]
    refused = admin.patch(f"/v1/queues/{FRENCH}", {"levels": levels})
    assert refused.status == 422
    assert refused.json()["error"]["fields"].keys() == {"levels.1.agent"}
    twice = {"skills": [{"name": "French", "level": 1}, {"name": "french", "level": 2}]}
    refused = admin.patch("/v1/extensions/1001", twice)
    assert refused.json()["error"]["fields"].keys() == {"skills"}
