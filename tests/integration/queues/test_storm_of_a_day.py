"""A storm over a running server: everybody calls, chats, hands on and vanishes at once.

SIPp and customers call, baresips and desks answer, visitors chat and call from Chromium, settings
change. `--soak` runs it, `--minutes` says for how long. What must hold of every moment is looked at
all the time, and in the end the log and the figures are those of the callers.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from engage.identifiers import now_ms, rfc3339
from tests.integration.queues.test_whole_floor_survives_kill import ROOM
from tests.support.mailboxes import without_mailboxes
from tests.support.server import Server, wait_until
from tests.support.storm.agents import Colleague, Desk, Phone, administer, hand_on, vanish
from tests.support.storm.callers import RATE, Customer, registered, sipp, sipp_errors
from tests.support.storm.hall import (
    COLLEAGUE,
    CUSTOMERS,
    DESKS,
    FIRST,
    HOTLINE,
    PHONES,
    SECOND,
    furnish,
)
from tests.support.storm.reckoning import Log, check_figures, reported
from tests.support.storm.visitors import Chats, browse
from tests.support.storm.watch import Watch
from tests.support.tone import Voice

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path
    from typing import Any

    from tests.support.program import Program

SETTLED_S = 90
"""Who is to be called back when the storm ends is called and talks in this time."""
TONES = {number: 400.0 + 200 * at for at, number in enumerate((*PHONES, HOTLINE))}
CALLS = "visitors' calls"


class Storm:
    """Everybody, until a moment of the loop's clock."""

    def __init__(self, server: Server, folder: Path, seconds: float, stack: AsyncExitStack) -> None:
        self.server, self.folder, self.seconds, self._stack = server, folder, seconds, stack
        self.done = Counter[str]()
        self.vanished: list[str] = []
        self.admin = furnish(server)
        self.watch = Watch(self.admin)
        self._serving: list[asyncio.Task[None]] = []

    async def rage(self) -> None:
        """Everything at once, and wait for its end."""
        phones = [await self._phone(number) for number in PHONES]
        await self._phone(HOTLINE)
        voice = self._stack.enter_context(Voice(440))
        server, done = self.server, self.done
        for at, number in enumerate(DESKS):
            phone = await registered(self._stack, server, number)
            self._serve(Desk(server, phone, voice, _chance(10 + at)).serve(done))
        colleague = Colleague(await registered(self._stack, server, COLLEAGUE), voice)
        self._serve(colleague.serve(done))
        customers = []
        for at, number in enumerate(CUSTOMERS):
            phone = await registered(self._stack, server, number)
            customers.append(Customer(server, phone, voice, _chance(20 + at)))
            self._serve(customers[-1].answer(done))
        until = asyncio.get_running_loop().time() + self.seconds
        pairs = (("1000", "1001"), ("1002", "1000"))
        async with asyncio.TaskGroup() as group:
            browsing = asyncio.to_thread(
                browse,
                server,
                time.monotonic() + self.seconds,
                TONES.values(),
                done,
                _chance(5),
            )
            visitors = group.create_task(browsing)
            for each in (
                self.watch.keep(until),
                self._sipp(),
                hand_on(phones, until, _chance(1)),
                vanish(phones, until, _chance(2), done),
                administer(self.admin, PHONES[1:], until, _chance(3)),
                *(each.call(until, done) for each in customers),
                *(Chats(server, each, _chance(4), done).go_on(until) for each in pairs),
            ):
                group.create_task(each)
        self.vanished = visitors.result()

    async def settle(self) -> None:
        """Nobody is left; those who listened are needed no more."""
        await asyncio.to_thread(wait_until, self.watch.nobody_is_left, SETTLED_S, "an empty board")
        await asyncio.to_thread(wait_until, self._no_call_is_up, 40, "the end of all calls")
        for each in self._serving:
            each.cancel()
        ended = await asyncio.gather(*self._serving, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended), ended

    async def look_at_chats(self) -> None:
        """What is open is what the queues count, and whoever vanished is waited for."""
        records = await asyncio.to_thread(self.watch.records)
        (self.folder / "chats.json").write_text(json.dumps(records, indent=1), encoding="utf-8")
        served = Counter(each["agent"]["id"] for each in records if each["state"] == "active")
        assert await asyncio.to_thread(self.watch.chats) == served
        chats = {each["visitor"]["name"]: each for each in records}
        left = [chat for name in self.vanished if (chat := chats[name])["state"] != "active"]
        for chat in left:  # nobody gives a visitor up but an agent who is gone himself
            log = await asyncio.to_thread(self.watch.log_of, chat["id"])
            assert any(each.get("code") == "agent_away" for each in log), chat

    def leave_traces(self) -> None:
        """What was seen, to be read where something went wrong."""
        (self.folder / "server.log").write_text(self.server.log, encoding="utf-8")
        seen = {"looks": self.watch.looks, "done": self.done, "wrong": self.watch.wrong}
        (self.folder / "seen.json").write_text(json.dumps(seen, indent=1), encoding="utf-8")

    def _no_call_is_up(self) -> bool:
        return not self.admin.get("/v1/calls/live").json()["items"]

    async def _phone(self, number: str) -> Phone:
        phone = Phone(
            self.server, self.folder, number, TONES[number], int(self.seconds) + 2 * SETTLED_S
        )
        return await asyncio.to_thread(self._stack.enter_context, phone)

    def _serve(self, work: Coroutine[Any, Any, None]) -> None:
        self._serving.append(asyncio.create_task(work))

    async def _sipp(self) -> None:
        failed = await sipp(self.server, self.folder, int(self.seconds * RATE))
        assert failed == 0, sipp_errors(self.folder)


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - not a secret


def log_since(admin: Program, began_ms: int) -> list[str]:
    """Of all queues."""
    return admin.get(f"/v1/queue-log?from={rfc3339(began_ms)}").body.decode().splitlines()


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_in_a_storm_the_promises_hold_all_the_time(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    seconds = 60 * float(request.config.getoption("--minutes"))
    with Server(*ROOM, data=tmp_path / "data") as server:
        without_mailboxes(server)
        async with AsyncExitStack() as stack:
            storm = Storm(server, tmp_path, seconds, stack)
            stack.callback(storm.leave_traces)
            began = now_ms()
            await storm.rage()
            await storm.settle()
            (tmp_path / "queue.log").write_text("\n".join(log_since(storm.admin, began)))
            assert storm.watch.wrong == []
            figures: dict[str, Any] = {"looks": storm.watch.looks, "line": storm.watch.longest}
            for queue, agents in (FIRST, PHONES), (SECOND, (PHONES[-1], *DESKS)):

                def whole(queue: str = queue) -> bool:
                    log = Log(log_since(storm.admin, began), queue)
                    found = reported(storm.admin, began, queue)
                    return len(log.stays) == found["offered"]

                await asyncio.to_thread(wait_until, whole, 20, "the log")
                log, found = (
                    Log(log_since(storm.admin, began), queue),
                    reported(storm.admin, began, queue),
                )
                log.check(len(agents))
                check_figures(log, found)
                figures[queue] = {**found, **log.verbs}
            assert figures[FIRST]["offered"] >= int(seconds * RATE)
            for each in "chats", "visitors who heard an agent", "called back", "vanished":
                assert storm.done[each] > 0, storm.done
            heard, called = (storm.done[each] for each in ("visitors who heard an agent", CALLS))
            assert heard > called / 2, "agents who vanish in a talk are the exception"
            for each in "BLINDTRANSFER", "ATTENDEDTRANSFER":
                assert figures[FIRST].get(each, 0) + figures[SECOND].get(each, 0) > 0, figures
            await storm.look_at_chats()
            (tmp_path / "figures.json").write_text(
                json.dumps({**figures, **storm.done}, indent=1), encoding="utf-8"
            )
        assert "Traceback" not in server.log
