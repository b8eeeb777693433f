"""Real phones at a call queue: music while one waits, agents who ring, two who hear each other."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

from tests.integration.calls.test_three_baresips import has_music
from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.tone import Voice, hears, says
from tests.support.ucm import settled
from tests.support.voice_phone import phone, port_of, session

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

CALLER_HZ, AGENT_HZ = 440.0, 1000.0


async def test_a_caller_hears_music_then_the_agent_who_answers(
    server: Server, tmp_path: Path
) -> None:
    """The queue 6500 of the demonstration rings all of its agents."""
    with ExitStack() as stack:

        def phone(number: str, hz: float) -> Baresip:
            folder = tmp_path / number
            made = Baresip(folder, server, number, "udp", config=says(folder, hz))
            return stack.enter_context(made)

        caller, first, second = (
            phone("1003", CALLER_HZ),
            phone("1000", AGENT_HZ),
            phone("1001", 1500.0),
        )
        for each in caller, first, second:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters(f"/dial sip:6500@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(caller.shows, "Call established")
        for each in first, second:
            await asyncio.to_thread(each.shows, "Incoming call")
        await asyncio.to_thread(wait_until, lambda: has_music(tmp_path / "1003"), 10, "music")
        first.enters("/accept")
        await asyncio.to_thread(first.shows, "Call established")
        await asyncio.to_thread(second.shows, "Reason: SIP;cause=200")
        await asyncio.to_thread(hears, tmp_path / "1000", CALLER_HZ)
        await asyncio.to_thread(hears, tmp_path / "1003", AGENT_HZ)
        first.enters("/hangup")
        over = ("terminated", "session closed")  # baresip says either
        await asyncio.to_thread(
            wait_until, lambda: any(each in caller.printed for each in over), 15, "the end"
        )


async def test_talks_of_a_queue_are_recorded_and_found_among_its_recordings(
    server: Server, tmp_path: Path
) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    assert admin.patch("/v1/queues/6500", {"auto_record": "internal"}).status == 200
    settled(server, admin)
    async with AsyncExitStack() as stack:
        caller, agent = [await phone(stack, server, each) for each in ("1003", "1000")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = caller.call(f"sip:6500@127.0.0.1:{server.sip_port}", session(ours))
        await call.answered()
        came = await agent.next_call()
        came.ring()
        await came.accept(session(theirs, 0))
        ours.talk(port_of(call.remote_description))
        theirs.talk(port_of(came.remote_description))
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 1000), asyncio.to_thread(theirs.hears, 440)
        )
        await asyncio.sleep(1.5)  # what is recorded is time
        await call.hang_up()
        await came.ended()

    def found() -> list[dict[str, Any]]:
        listed = admin.get("/v1/recordings?queue=6500").json()["items"]
        return [each for each in listed if each["seconds"]]

    await asyncio.to_thread(wait_until, lambda: bool(found()), 15, "recording")
    [recording] = found()
    assert (recording["caller"], recording["callee"]) == ("1003", "1000")
    assert admin.get("/v1/recordings?queue=6599").json()["items"] == []
    for agent_of, many in ("1000", 1), ("1001", 0):
        of_agent = admin.get(f"/v1/recordings?queue=6500&agent={agent_of}").json()["items"]
        assert len(of_agent) == many
    sound = admin.get(f"/v1/recordings/{recording['id']}/sound")
    assert (sound.status, sound.body[:4]) == (200, b"RIFF")
    assert admin.patch("/v1/queues/6500", {"auto_record": "off"}).status == 200


async def test_an_agent_logs_in_by_phone_serves_and_logs_out(server: Server) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    queue = {"number": "6520", "name": "Night", "dynamic_agents": ["1002"], "pin": "4711"}
    assert admin.post("/v1/queues", queue).status == 201
    settled(server, admin)

    def state() -> str:
        boards = admin.get("/v1/queue-board").json()["items"]
        [mine] = [each for each in boards if each["number"] == "6520"]
        return str(mine["agents"][0]["state"])

    assert state() == "logged_out"
    async with AsyncExitStack() as stack:
        agent = await phone(stack, server, "1002")
        ours = stack.enter_context(Voice(440))
        call = agent.call(f"sip:6520*@127.0.0.1:{server.sip_port}", session(ours))
        await call.answered()
        for key in "4711#":
            await call.press(key)
        await call.ended()
        await asyncio.to_thread(wait_until, lambda: state() == "available", 10, "log-in")
        call = agent.call(f"sip:6520**@127.0.0.1:{server.sip_port}", session(ours))
        await call.ended()
        await asyncio.to_thread(wait_until, lambda: state() == "logged_out", 10, "log-out")
