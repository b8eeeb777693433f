"""Programs and supervisors take part in calls of real phones: what each party hears of it."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.integration.calls.test_services import add_prompt
from tests.support.baresip import Baresip
from tests.support.event_socket import EventSocket
from tests.support.messaging import eventually
from tests.support.program import Program
from tests.support.provider import Provider, dialled, provider
from tests.support.tone import Voice, says
from tests.support.ucm import settled, signed_in
from tests.support.voice_phone import hear, phone, port_of, session, talk

if TYPE_CHECKING:
    from pathlib import Path

    from pbxcore.net.call import AsyncCall
    from pbxcore.net.user_agent import AsyncUserAgent
    from tests.support.server import Server
    from tests.support.ucm import UcmClient

__all__ = ["provider"]


@pytest.fixture
def program(server: Server) -> UcmClient:
    return signed_in(server, Program(server.url, "admin", "Demo-admin!"))


async def answered(agent: AsyncUserAgent, voice: Voice) -> AsyncCall:
    """The next call of a phone, which it takes."""
    came = await agent.next_call()
    await came.accept(session(voice, 0))
    voice.talk(port_of(came.remote_description))
    return came


async def channels(program: UcmClient) -> dict[str, str]:
    """The channels of those who talk, by their numbers: the list holds what was told of them."""
    async with aiohttp.ClientSession() as http:
        socket = await EventSocket.open(http, *program.at)
        found = await socket.talking()
    [row] = (await asyncio.to_thread(program.ask, "listBridgedChannels")).response["channel"]
    assert found == {row["callerid1"]: row["channel1"], row["callerid2"]: row["channel2"]}
    return found


async def asked(program: UcmClient, action: str, **parameters: Any) -> int:
    return (await asyncio.to_thread(lambda: program.ask(action, **parameters))).status


async def test_a_supervisor_listens_whispers_and_barges_in(
    server: Server, program: UcmClient
) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001", "1002")]
        voices = [stack.enter_context(Voice(hz)) for hz in (440, 1000, 2000)]
        ours, theirs, third = voices
        call, came = await talk(server, (agents[0], ours), (agents[1], theirs), "1001")
        of = await channels(program)
        barge = {"channel": of["1001"], "exten": "1001", "barge-exten": "1002@0"}
        for mode, at_caller, at_callee in (
            ("", (1000,), (440,)),
            ("W", (1000,), (440, 2000)),
            ("B", (1000, 2000), (440, 2000)),
        ):
            assert await asked(program, "callbarge", mode=mode, **barge) == 0
            supervisor = await answered(agents[2], third)
            await asyncio.gather(
                asyncio.to_thread(third.hears_all, 440, 1000),
                asyncio.to_thread(ours.hears_all, *at_caller),
                asyncio.to_thread(theirs.hears_all, *at_callee),
            )
            if not mode:
                await hear((ours, 1000), (theirs, 440))  # and nothing beside it
            if mode == "W":
                await hear((ours, 1000))
            await supervisor.hang_up()
            await hear((ours, 1000), (theirs, 440))
        assert await asked(program, "callbarge", mode="X", **barge) == -15
        assert await asked(program, "callbarge", **barge | {"channel": "PJSIP/1-2"}) == -16
        await call.hang_up()
        await came.ended()


async def test_a_supervisor_dials_a_code_if_the_extension_names_him(
    server: Server, tmp_path: Path
) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call, came = await talk(server, (agents[0], ours), (agents[1], theirs), "1001")
        changed = admin.patch("/v1/extensions/1001", {"supervisors": ["1002"]})
        assert changed.json()["options"]["callbarging_monitor"] == "1002"
        settled(server, admin)
        folder = tmp_path / "1002"
        with Baresip(folder, server, "1002", "udp", config=says(folder, 2000)) as supervisor:
            await asyncio.to_thread(supervisor.shows, "registered successfully")
            supervisor.enters(f"/dial sip:*561001@127.0.0.1:{server.sip_port}")
            await asyncio.to_thread(supervisor.shows, "Call established")
            await asyncio.gather(
                asyncio.to_thread(ours.hears_all, 1000, 2000),
                asyncio.to_thread(theirs.hears_all, 440, 2000),
            )
            await call.hang_up()
            await came.ended()
            await asyncio.to_thread(supervisor.shows, "session closed")
        admin.patch("/v1/extensions/1001", {"supervisors": []})
        settled(server, admin)


async def test_a_program_mutes_and_holds(server: Server, program: UcmClient) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call, came = await talk(server, (agents[0], ours), (agents[1], theirs), "1001")
        await hear((ours, 1000), (theirs, 440))
        of = await channels(program)
        assert await asked(program, "mute", channel=of["1000"]) == 0
        await asyncio.to_thread(theirs.falls_silent)
        await hear((ours, 1000))
        assert await asked(program, "unmute", channel=of["1000"]) == 0
        await hear((ours, 1000), (theirs, 440))
        assert await asked(program, "hold", channel=of["1000"]) == 0
        await asyncio.to_thread(ours.falls_silent)  # while the other one hears music
        assert await asked(program, "unhold", channel=of["1000"]) == 0
        await hear((ours, 1000), (theirs, 440))
        await call.hang_up()
        await came.ended()


async def test_a_program_records_and_sends_elsewhere(server: Server, program: UcmClient) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001", "1002")]
        ours, theirs, third = (stack.enter_context(Voice(hz)) for hz in (440, 1000, 2000))
        await talk(server, (agents[0], ours), (agents[1], theirs), "1001")
        of = await channels(program)
        [live] = admin.get("/v1/calls/live").json()["items"]
        path = f"/v1/calls/live/{live['id']}"
        assert admin.post(f"{path}/recording", {"on": True}).status == 204
        live_calls = partial(admin.get, "/v1/calls/live")
        await eventually(lambda: bool(live_calls().json()["items"][0]["recorded"]))
        assert admin.post(f"{path}/recording", {"on": False}).status == 204
        moved = {"channel": of["1000"], "callee": "1002"}
        assert await asked(program, "transferNumberInbound", **moved) == 0
        came = await answered(agents[2], third)
        await hear((ours, 2000), (third, 440))
        await came.hang_up()


async def test_a_program_takes_and_refuses_calls_from_outside(
    provider: Provider, program: UcmClient
) -> None:
    pair = provider.pair
    destination = {"kind": "extension", "value": "1001"}
    path = provider.route("inbound", name="In", trunks=[provider.trunk], destination=destination)
    with Voice(440) as ours, Voice(1000) as theirs:
        assert await asked(program, "acceptCall", channel="PJSIP/1-2") == -47
        provider.set("https_api", call_control=True)
        for accepts in True, False:
            call = provider.agent.call(pair.uri("5559876"), session(ours))
            channel = ""
            while not channel:
                rows = await asyncio.to_thread(program.ask, "listUnBridgedChannels")
                channel = next((each["channel"] for each in rows.response["channel"]), "")
            action = "acceptCall" if accepts else "refuseCall"
            assert await asked(program, action, channel=channel) == 0
            if accepts:
                came = await answered(pair.callee, theirs)
                await call.answered()
                ours.talk(port_of(call.remote_description))
                await hear((ours, 1000), (theirs, 440))
                await came.hang_up()
            else:
                with pytest.raises(Exception, match="603"):
                    await call.answered()
        provider.set("https_api", call_control=False)
    provider.remove(path)


async def test_events_come_by_the_socket(server: Server, program: UcmClient) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        http = await stack.enter_async_context(aiohttp.ClientSession())
        url = f"https://127.0.0.1:{server.https_port}/websockify"
        stranger = EventSocket(await http.ws_connect(url, ssl=False))
        refused = await stranger.ask("subscribe", eventnames=["ActiveCallStatus"])
        assert refused["status"] == -6
        await stranger.ask("challenge", username="calls", version="1")
        wrong = await stranger.ask("login", username="calls", token="no")  # noqa: S106
        assert wrong["status"] == -37
        socket = await EventSocket.open(http, *program.at)
        assert (await socket.ask("listAccount"))["status"] == -19
        assert (await socket.ask("subscribe", eventnames=["Nothing"]))["status"] == -9
        await socket.subscribe("ActiveCallStatus", "ExtensionStatus/1001~1002", "PbxStatus")
        await socket.until("ExtensionStatus", extension="1001", status="Idle")
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = agents[0].call(f"sip:1001@127.0.0.1:{server.sip_port}", session(ours))
        came = await agents[1].next_call()
        came.ring()
        await socket.until("ExtensionStatus", extension="1001", status="Ringing")
        alone = {"chantype": "unbridge", "action": "add", "callernum": "1000"}
        await socket.until("ActiveCallStatus", **alone)
        await came.accept(session(theirs, 0))
        await call.answered()
        pair = {"chantype": "bridge", "callerid1": "1000", "callerid2": "1001"}
        await socket.until("ActiveCallStatus", **pair)
        await socket.until("ExtensionStatus", extension="1001", status="InUse")
        await socket.until("PbxStatus", calls_num=1)
        rows = (await asyncio.to_thread(program.ask, "listAccount")).response["account"]
        assert {each["status"] for each in rows if each["extension"] == "1001"} == {"InUse"}
        await call.hang_up()
        await socket.until("ActiveCallStatus", chantype="bridge", action="delete")
        assert (await socket.ask("heartbeat"))["status"] == 0
        told = {row["extension"] for name, row in socket.told if name == "ExtensionStatus"}
        assert "1000" not in told
        assert (await socket.ask("logout"))["status"] == 0
        assert (await socket.ask("heartbeat"))["status"] == -6


async def test_older_programs_ask_by_get(server: Server, program: UcmClient) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    password = "Api-older-2026!"  # noqa: S105
    permitted = ["127.0.0.1/255.255.255.255"]
    new = {"user": "older", "password": password, "permitted": permitted}
    assert admin.post("/v1/api-users", new).status == 201
    url = f"https://127.0.0.1:{server.https_port}"
    named = {"Authorization": "Basic " + base64.b64encode(f"older:{password}".encode()).decode()}
    nobody = {"Authorization": "Basic " + base64.b64encode(b"calls:wrong").decode()}
    async with aiohttp.ClientSession() as http:
        for headers, status in ({}, 401), (nobody, 401), (named, 200):
            answer = await http.get(f"{url}/cdrapi?format=json", headers=headers, ssl=False)
            assert answer.status == status
            body = await answer.read()
        found = json.loads(body)
        assert list(found) == ["cdr_root"]
        for odd in "minDur=x", "caller=", "caller=1&caller=2", "who=1001", "caller=1,,2":
            answer = await http.get(f"{url}/cdrapi?format=json&{odd}", headers=named, ssl=False)
            assert json.loads(await answer.read()) == {"cdr_root": []}, odd
        listed = await http.get(f"{url}/recapi", headers=named, ssl=False)
        assert b"monitor" in await listed.read()
        absent = await http.get(f"{url}/recapi?filename=no.wav", headers=named, ssl=False)
        assert (absent.status, await absent.read()) == (404, b"404 Not Found")
        for cookie, status in (program.cookie, 200), (f"{program.cookie}0", 401):
            answer = await http.get(f"{url}/recapi?cookie={cookie}&filedir=monitor", ssl=False)
            assert answer.status == status
            await answer.read()  # an answer that is not read keeps its connection
        [older] = [
            each for each in admin.get("/v1/api-users").json()["items"] if each["user"] == "older"
        ]
        denied = {"denied_actions": ["cdrapi"]}
        assert admin.patch(f"/v1/api-users/{older['id']}", denied).status == 200
        for path, status in ("cdrapi?format=json", 403), ("recapi", 200):
            answer = await http.get(f"{url}/{path}", headers=named, ssl=False)
            assert answer.status == status
            await answer.read()
        assert admin.patch(f"/v1/api-users/{older['id']}", {"denied_actions": []}).status == 200
    for wrong, status in (("", "200"), ("x", "401")):
        curl = await asyncio.create_subprocess_exec(
            *("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code} %{num_connects}"),
            *("--digest", "-u", f"older:{password}{wrong}", f"{url}/cdrapi?format=json&caller=1"),
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await curl.communicate()
        assert told.decode().split()[0] == status


async def test_a_program_plays_a_prompt_and_a_failure_is_explained(
    server: Server, program: UcmClient, tmp_path: Path
) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    prompt = add_prompt(server, admin, tmp_path, "Gong", 700)
    async with AsyncExitStack() as stack:
        agent = await phone(stack, server, "1001")
        ours = stack.enter_context(Voice(440))
        wanted = {"type": "ivr", "variable": "Gong"}
        assert await asked(program, "playPromptByOrg", channel="1001", **wanted) == 0
        came = await answered(agent, ours)
        await asyncio.to_thread(ours.hears, 700)
        await came.hang_up()
        nobody = {"type": "ivr", "variable": "Silence", "channel": "1001"}
        assert await asked(program, "playPromptByOrg", **nobody) == -16
        with pytest.raises(Exception, match="404"):
            await agent.invite(f"sip:7777@127.0.0.1:{server.sip_port}", session(ours))
    rows: list[dict[str, Any]] = []

    def explained() -> bool:
        rows[:] = admin.get("/v1/call-diagnosis?q=7777").json()["items"]
        return bool(rows)

    await eventually(lambda: asyncio.to_thread(explained))
    assert rows[0]["findings"][0] == {
        "code": "unknown_number",
        "tone": "bad",
        "text": "7777 is no number of this PBX, and no outbound route fits it.",
    }
    one = admin.get(f"/v1/calls/{rows[0]['id']}/diagnosis").json()["items"]
    assert one == rows[0]["findings"]
    assert admin.delete(f"/v1/custom-prompts/{prompt}").status == 204


async def test_a_program_makes_moves_and_ends_calls(server: Server, program: UcmClient) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001", "1002")]
        ours, theirs, third = (stack.enter_context(Voice(hz)) for hz in (440, 1000, 2000))
        assert await asked(program, "dialExtension", caller="1000", callee="1001") == 0
        first = await answered(agents[0], ours)
        second = await answered(agents[1], theirs)
        await hear((ours, 1000), (theirs, 440))
        of = await channels(program)
        nobody = {"channel": of["1001"], "extension": "7777"}
        assert await asked(program, "callTransfer", **nobody) == -16
        moved = {"channel": of["1001"], "extension": "1002"}
        assert await asked(program, "callTransfer", **moved) == 0
        last = await answered(agents[2], third)
        await second.ended()
        await hear((ours, 2000), (third, 440))
        assert await asked(program, "Hangup", channel=of["1000"]) == 0
        await asyncio.gather(first.ended(), last.ended())


async def test_a_program_joins_two_who_are_outside(provider: Provider, program: UcmClient) -> None:
    ways = [{"trunk": provider.trunk, "strip": 1}]
    level = "internal-local-national-international"
    path = provider.route("outbound", name="Out", patterns="_9X.", ways=ways, permission=level)
    with Voice(440) as ours, Voice(1000) as theirs:
        both = {"outcaller": "9111", "outcallee": "9222"}
        assert await asked(program, "dialOutboundTwo", **both) == 0
        first = await answered(provider.agent, ours)
        assert dialled(first) == "111"
        second = await answered(provider.agent, theirs)
        assert dialled(second) == "222"
        await hear((ours, 1000), (theirs, 440))
        await first.hang_up()
        await second.ended()
    provider.remove(path)
