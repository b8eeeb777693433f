"""Many callers at once and few agents: everybody is served once, nothing is left over."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from engage.identifiers import now_ms, rfc3339
from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.tone import Voice
from tests.support.ucm import settled
from tests.support.voice_phone import phone, session

if TYPE_CHECKING:
    from pbxcore.net.user_agent import AsyncUserAgent
    from tests.support.server import Server

CALLERS, GIVE_UP = 16, 4
STORM = "6540"


async def serve(agent: AsyncUserAgent, voice: Voice) -> None:
    """Answer whatever rings, talk a moment, hang up."""
    while True:
        came = await agent.next_call()
        came.ring()
        try:
            await came.accept(session(voice, 0))
            await asyncio.sleep(0.2)
            await came.hang_up()
        except Exception:  # noqa: S112 - it was answered elsewhere, or its caller has left
            continue


async def test_everybody_is_served_once_and_the_figures_are_those_of_the_log(
    server: Server,
) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    queue = {
        "number": STORM, "name": "Storm", "static_agents": ["1000", "1001"], "strategy": "ring_all",
        "wrap_up_s": 0, "retry_s": 1, "max_wait_s": 0,
    }  # fmt: skip
    assert admin.post("/v1/queues", queue).status == 201
    # the longest wrap-up of an agent's queues is his
    assert admin.patch("/v1/queues/6500", {"wrap_up_s": 0}).status == 200
    settled(server, admin)
    began = now_ms()
    async with AsyncExitStack() as stack:
        voice = stack.enter_context(Voice(440))
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        caller = await phone(stack, server, "1003")
        serving = [asyncio.create_task(serve(each, voice)) for each in agents]
        uri = f"sip:{STORM}@127.0.0.1:{server.sip_port}"
        calls = [caller.call(uri, session(voice)) for _ in range(CALLERS)]
        await asyncio.gather(*(each.answered() for each in calls))
        left = [each.hang_up() for each in calls[-GIVE_UP:]]
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.wait_for(
            asyncio.gather(*(each.ended() for each in calls[:-GIVE_UP]), return_exceptions=True), 60
        )
        for each in serving:
            each.cancel()

    def board() -> list[int]:
        [mine] = [
            each for each in admin.get("/v1/queue-board").json()["items"] if each["number"] == STORM
        ]
        return [len(mine["waiting"]), len(mine["talking"])]

    await asyncio.to_thread(wait_until, lambda: board() == [0, 0], 10, "an empty board")
    query = f"from={rfc3339(began)}&queue={STORM}"

    def outcomes() -> Counter[str]:
        items = admin.get(f"/v1/queue-calls?{query}&limit=100").json()["items"]
        return Counter(each["outcome"] for each in items)

    await asyncio.to_thread(
        wait_until, lambda: outcomes().total() == CALLERS and not outcomes()["waiting"], 10, "log"
    )
    found = outcomes()
    assert found["answered"] >= CALLERS - GIVE_UP
    total = admin.get(f"/v1/queue-report?{query}").json()["total"]
    assert (total["offered"], total["answered"]) == (CALLERS, found["answered"])

    def verbs() -> Counter[str]:
        log = admin.get(f"/v1/queue-log?from={rfc3339(began)}").body.decode().splitlines()
        return Counter(line.split("|")[4] for line in log if f"|{STORM}|" in line)

    def completed() -> bool:
        return verbs()["CONNECT"] == verbs()["COMPLETEAGENT"] + verbs()["COMPLETECALLER"]

    await asyncio.to_thread(wait_until, completed, 10, "an end of each talk in the log")
    assert (verbs()["ENTERQUEUE"], verbs()["CONNECT"]) == (CALLERS, found["answered"])
