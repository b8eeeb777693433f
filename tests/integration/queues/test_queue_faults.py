"""Phones that die and a PBX that dies: callers keep their place, agents their breaks."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from typing import TYPE_CHECKING

import pytest

from engage.telephony.journal_file import read_journal
from pbxcore.journal import LegCalled
from tests.integration.sip.test_sip_websocket import web_phone
from tests.support.baresip import Baresip
from tests.support.pair import Pair
from tests.support.server import wait_until
from tests.support.tone import Voice, says
from tests.support.voice_phone import phone, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.support.server import Server

HELP, RING_S = "6530", 5
MORTAL = "1002"
"""Who has no other phone: 1000 keeps one that died without a word until its registration ends."""


class Desk(Pair):
    """A caller, the agent 1001, and a queue of the agents 1000 and 1001, in this order."""

    def duty(self, change: str, **more: str) -> None:
        path = "/v1/queue-board/agents/1001/duty"
        assert self.admin.post(path, {"change": change, **more}).status == 204

    def board(self) -> dict[str, list[dict[str, object]]]:
        boards = self.admin.get("/v1/queue-board").json()["items"]
        return dict(next(each for each in boards if each["number"] == HELP))

    def seat(self, number: str) -> dict[str, object]:
        return next(each for each in self.board()["agents"] if each["agent"] == number)


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        caller, agent = [await phone(stack, server, each) for each in ("1003", "1001")]
        desk = Desk(server, caller, agent)
        queue = {
            "number": HELP,
            "name": "Help",
            "static_agents": ["1000", "1001"],
            "strategy": "linear",
            "ring_s": RING_S,
            "wrap_up_s": 0,
            "virtual_queue": True,
            "virtual_mode": "key",
            "virtual_key": "2",
        }
        added = desk.admin.post("/v1/queues", queue)
        assert added.status == 201, added.body
        desk.settled()
        yield desk
        assert desk.admin.delete(f"/v1/queues/{HELP}").status == 204


def called_at_s(server: Server, *numbers: str) -> list[float]:
    """When the PBX last called these numbers, by its own clock, once that is on disk."""
    journal, found = server.data / "pbx" / "journal", dict[str, float]()

    def told() -> bool:
        for entry in read_journal(journal, 0):
            if isinstance(entry.fact, LegCalled):
                found[entry.fact.number] = entry.at_ms / 1000
        return found.keys() >= set(numbers)

    wait_until(told, 10, "the journal's entries")
    return [found[each] for each in numbers]


async def test_after_a_phone_that_died_while_ringing_the_next_one_rings(
    desk: Desk, server: Server, tmp_path: Path
) -> None:
    """Within half a second of the lease's end, by the journal."""
    with ExitStack() as stack, Voice(440) as ours:
        folder = tmp_path / "1000"
        dying = Baresip(folder, server, "1000", "udp", config=says(folder, 1000))
        stack.enter_context(dying)
        await asyncio.to_thread(dying.shows, "registered successfully")
        call = await desk.caller.invite(desk.uri(HELP), session(ours))
        await asyncio.to_thread(dying.shows, "Incoming call")
        dying.kill()
        came = await desk.callee.next_call()
        dead, next_one = await asyncio.to_thread(called_at_s, server, "1000", "1001")
        assert RING_S <= next_one - dead < RING_S + 0.5
        [waiting] = desk.board()["waiting"]
        assert waiting["position"] == 1
        came.ring()
        await call.hang_up()
        await came.ended()


Mortal = tuple["Callable[[], Awaitable[None]]", "Callable[[], None]"]
"""Waits until it rings, and lets it die."""


async def _phone(stack: AsyncExitStack, server: Server, folder: Path) -> Mortal:
    phone = stack.enter_context(Baresip(folder, server, MORTAL, "tcp", config=says(folder, 1000)))
    await asyncio.to_thread(phone.shows, "registered successfully")
    return partial(asyncio.to_thread, phone.shows, "Incoming call"), phone.kill


async def _page(stack: AsyncExitStack, server: Server, _: Path) -> Mortal:
    page = await stack.enter_async_context(web_phone(server, MORTAL))
    assert await page.register() == 200

    def invited() -> bool:
        return any(each.startswith("INVITE ") for each in page.heads)

    rings = partial(asyncio.to_thread, wait_until, invited, 15, "an INVITE")
    return rings, page.socket.transport.abort


@pytest.mark.parametrize("kind", ["phone", "browser"])
async def test_after_a_connection_that_broke_while_ringing_the_next_one_rings_at_once(
    desk: Desk, server: Server, tmp_path: Path, kind: str
) -> None:
    """Nobody waits for the end of a ring time of a minute."""
    changed = {"ring_s": 60, "static_agents": [MORTAL, "1001"]}
    assert desk.admin.patch(f"/v1/queues/{HELP}", changed).status == 200
    desk.settled()
    async with AsyncExitStack() as stack:
        ours = stack.enter_context(Voice(440))
        mortal = (_phone if kind == "phone" else _page)(stack, server, tmp_path / MORTAL)
        rings, dies = await mortal
        call = await desk.caller.invite(desk.uri(HELP), session(ours))
        await rings()
        dies()
        came = await asyncio.wait_for(desk.callee.next_call(), 20)

        def shown() -> bool:
            waiting = [(each["position"], each["ringing"]) for each in desk.board()["waiting"]]
            return waiting == [(1, ["1001"])]

        await asyncio.to_thread(wait_until, shown, 10, "the first in the queue at the next agent")
        came.ring()
        await call.hang_up()
        await came.ended()


async def test_breaks_and_callbacks_outlive_the_pbx(desk: Desk, server: Server) -> None:
    desk.duty("take_break", reason="Lunch")
    with Voice(440) as ours, Voice(1000) as theirs:
        call = await desk.caller.invite(desk.uri(HELP), session(ours))
        await call.press("2")
        await asyncio.sleep(1)  # a key during the music would be the queue's
        await call.press("1")
        await call.ended()
        await asyncio.to_thread(server.kill9, "pbx")
        await asyncio.to_thread(server.wait_ready)
        await asyncio.to_thread(wait_until, lambda: bool(desk.board()["waiting"]), 10, "the queue")
        assert desk.seat("1001")["reason"] == "Lunch"
        desk.duty("end_break")
        back = await desk.callee.next_call()
        assert "1003" in back.peer
        await back.accept(session(theirs, 0))
        came = await desk.caller.next_call()
        await came.accept(session(ours, 0))
        await back.hang_up()
        await came.ended()


async def test_a_media_worker_that_dies_takes_its_calls_along_and_nothing_else(
    desk: Desk, server: Server
) -> None:
    with Voice(440) as ours, Voice(1000) as theirs:
        call = await desk.caller.invite(desk.uri(HELP), session(ours))
        came = await desk.callee.next_call()
        await asyncio.to_thread(server.kill9, "media")
        await call.ended()
        await came.ended()
        await asyncio.to_thread(server.wait_ready)
        await asyncio.to_thread(wait_until, lambda: not desk.board()["waiting"], 10, "nobody left")
        again = await desk.caller.invite(desk.uri(HELP), session(ours))
        came = await desk.callee.next_call()
        await came.accept(session(theirs, 0))
        await asyncio.to_thread(wait_until, lambda: bool(desk.board()["talking"]), 10, "a talk")
        await again.hang_up()
        await came.ended()
