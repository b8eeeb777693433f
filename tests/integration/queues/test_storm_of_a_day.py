"""A storm over a running server: SIPp calls, baresip answers, visitors chat, settings change.

`--soak` runs it, `--minutes` says for how long. What must hold of every moment is looked at all the
time, and in the end the log and the figures are those of the callers.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from engage.identifiers import now_ms, rfc3339
from tests.integration.calls.test_sipp_calls import SCENARIOS
from tests.integration.livechat.test_livechat_survives_kill import FORM, ask, wave
from tests.integration.queues.test_whole_floor_survives_kill import ROOM
from tests.support.baresip import Baresip
from tests.support.mailboxes import without_mailboxes
from tests.support.program import Program
from tests.support.server import Server, free_port, wait_until
from tests.support.tone import says
from tests.support.ucm import settled

if TYPE_CHECKING:
    from pathlib import Path

STORM = "6560"
AGENTS = ("1000", "1001", "1002")
RATE = 1.0
"""Calls per second: more than the agents can take, so that there is always a line."""
TALK_MS = 6000
EVERY_S = 0.5
PATIENCE = 4
"""So many looks in a row somebody may wait while an agent is free: an offer needs its moment."""


class Watch:
    """Looks at the board, again and again."""

    def __init__(self, admin: Program) -> None:
        self.admin, self.looks, self.longest = admin, 0, 0
        self.wrong: list[str] = []
        self._idle = 0

    def board(self) -> dict[str, Any]:
        boards = self.admin.get("/v1/queue-board").json()["items"]
        return next(dict(each) for each in boards if each["number"] == STORM)

    def look(self) -> None:
        board = self.board()
        self.looks += 1
        self.longest = max(self.longest, len(board["waiting"]))
        talking = Counter(each["agent"] for each in board["talking"])
        self._expect(all(count == 1 for count in talking.values()), "an agent in two talks", board)
        keys = Counter(each["key"] for each in (*board["waiting"], *board["talking"]))
        self._expect(all(count == 1 for count in keys.values()), "a caller twice", board)
        rung = Counter(who for each in board["waiting"] for who in each["ringing"])
        self._expect(all(count == 1 for count in rung.values()), "an agent rung twice", board)
        self._expect(not rung.keys() & talking.keys(), "rung while talking", board)
        places = [each["position"] for each in board["waiting"]]
        self._expect(places == sorted(places), "places out of order", board)
        free = [each["agent"] for each in board["agents"] if each["state"] == "available"]
        unserved = [each for each in board["waiting"] if not each["ringing"]]
        self._idle = self._idle + 1 if free and unserved else 0
        self._expect(self._idle < PATIENCE, "waits while somebody is free", board)

    async def keep(self, until: float) -> None:
        loop = asyncio.get_running_loop()
        while loop.time() < until:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(EVERY_S)

    def _expect(self, holds: bool, what: str, board: dict[str, Any]) -> None:
        if not holds:
            self.wrong.append(f"{what}: {board}")


async def callers(server: Server, folder: Path, count: int) -> int:
    """SIPp's; 0 means that no call failed."""
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "KILL"),
        *("sipp", "-sf", str(SCENARIOS / "call_uac_digest.xml"), "-nostdin"),
        *("-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(free_port(udp=True))),
        *("-s", "1003", "-key", "callee", STORM, "-au", "1003", "-ap", "Sip-1003!"),
        *("-r", str(int(RATE * 10)), "-rp", "10000", "-m", str(count), "-l", "60"),
        *("-d", str(TALK_MS), "-t", "u1", "-trace_err", f"127.0.0.1:{server.sip_port}"),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


async def visitors(server: Server, number: str, until: float, done: Counter[str]) -> None:
    """Visitors come, an agent accepts, answers and ends, one chat after the other."""
    loop = asyncio.get_running_loop()
    async with wave(server, number) as agent:
        while loop.time() < until:
            visitor = await ask(server, "/v1/livechat/demo/sessions", FORM)
            chat = {"conversation": visitor["conversation"]}
            for event, more in (
                ("accept", {}),
                ("send", {"client_id": "one", "text": "Hello", "epoch": 1}),
                ("end", {}),
            ):
                answer = await agent.call(event, {**chat, **more}, namespace="/wave")
                assert answer["ok"], (event, answer)
                await asyncio.sleep(0.3)
            done["chats"] += 1


async def administrator(admin: Program, until: float, chance: random.Random) -> None:
    """Pauses and unpauses agents, and sets the queue in other ways."""
    loop = asyncio.get_running_loop()
    strategies = ("ring_all", "linear", "least_recent", "round_robin", "random", "longest_idle")
    while loop.time() < until:
        await asyncio.sleep(chance.uniform(1, 3))
        agent = chance.choice(AGENTS[1:])
        change = chance.choice(("take_break", "end_break", "end_break", "ready"))
        queues = [] if change == "ready" else [STORM]
        duty = {"change": change, "queues": queues}
        reply = await asyncio.to_thread(admin.post, f"/v1/queue-board/agents/{agent}/duty", duty)
        assert reply.status == 204, reply.body
        rules = {"strategy": chance.choice(strategies), "retry_s": chance.choice((1, 3))}
        reply = await asyncio.to_thread(admin.patch, f"/v1/queues/{STORM}", rules)
        assert reply.status == 200, reply.body


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_in_a_storm_the_promises_hold_all_the_time(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    seconds = 60 * float(request.config.getoption("--minutes"))
    with Server(*ROOM, data=tmp_path / "data") as server, ExitStack() as stack:
        without_mailboxes(server)
        admin = Program(server.url, "admin", "Demo-admin!")
        queue = {
            "number": STORM, "name": "Storm", "static_agents": [*AGENTS], "wrap_up_s": 1,
            "max_wait_s": 0, "leave_when_empty": "no", "dial_in_empty": "yes", "blend": "any",
        }  # fmt: skip
        assert admin.post("/v1/queues", queue).status == 201
        # the longest wrap-up of an agent's queues is his
        assert admin.patch("/v1/queues/6500", {"wrap_up_s": 0}).status == 200
        settled(server, admin)
        for at, number in enumerate(AGENTS):
            folder = tmp_path / number
            phone = Baresip(
                folder, server, number, "udp", account=";answermode=auto",
                config=says(folder, 400 + 200 * at), lasts_s=int(seconds) + 120,
            )  # fmt: skip
            await asyncio.to_thread(stack.enter_context(phone).shows, "registered successfully")
        began, watch, done = now_ms(), Watch(admin), Counter[str]()
        until = asyncio.get_running_loop().time() + seconds
        count = int(seconds * RATE)
        around = [
            asyncio.create_task(watch.keep(until)),
            asyncio.create_task(visitors(server, "1000", until, done)),
            asyncio.create_task(visitors(server, "1001", until, done)),
            asyncio.create_task(administrator(admin, until, random.Random(1))),  # noqa: S311
        ]
        failed = await callers(server, tmp_path, count)
        await asyncio.gather(*around)
        log = admin.get(f"/v1/queue-log?from={rfc3339(began)}").body.decode().splitlines()
        assert failed == 0, "\n".join(log)
        assert watch.wrong == []

        def empty() -> bool:
            board = watch.board()
            return not board["waiting"] and not board["talking"]

        await asyncio.to_thread(wait_until, empty, 30, "an empty board")
        query = f"from={rfc3339(began)}&queue={STORM}"

        def total() -> dict[str, Any]:
            return dict(admin.get(f"/v1/queue-report?{query}").json()["total"])

        await asyncio.to_thread(wait_until, lambda: total()["offered"] == count, 20, "the log")
        found = total()
        assert found["answered"] + found["abandoned"] + found["other"] == count
        log = admin.get(f"/v1/queue-log?from={rfc3339(began)}").body.decode().splitlines()
        verbs = Counter(line.split("|")[4] for line in log if f"|{STORM}|" in line)
        assert verbs["ENTERQUEUE"] == count
        assert verbs["CONNECT"] == found["answered"]
        assert verbs["CONNECT"] == verbs["COMPLETEAGENT"] + verbs["COMPLETECALLER"]
        assert verbs["ABANDON"] == found["abandoned"]
        assert done["chats"] > 0
        seats = {each["agent"]: each["chats"] for each in watch.board()["agents"]}
        assert set(seats.values()) == {0}, "nobody is thought to chat who does not"
        figures = {**found, **done, "looks": watch.looks, "longest_line": watch.longest}
        (tmp_path / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
        assert "Traceback" not in server.log
